"""The error of a process that cannot start with the settings that it has."""


class ConfigurationError(Exception):
    """A setting is missing or has a value that the system cannot run with."""
