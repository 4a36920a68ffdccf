"""What can go wrong when seeds are sown."""


class SeedError(Exception):
    """The seeds could not be loaded; the message says what to do."""


class ControlSchemaMissing(SeedError):
    """The control tables are not there: run the migrations first."""

    def __init__(self) -> None:
        super().__init__("The control tables are not there: run the migrations first.")
