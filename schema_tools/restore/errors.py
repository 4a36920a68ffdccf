"""What can go wrong when a clone's rows are restored."""

from ..errors import SchemaToolsError


class NotAClone(SchemaToolsError):
    """The schema does not carry the mark of a clone of this source, so it stays as it is."""


class DefinitionsDiffer(SchemaToolsError):
    """A table, column or sequence is in one of the two schemas only: make a new clone."""


class RestoreBlocked(SchemaToolsError):
    """Another session kept a lock on the clone or its source; nothing was changed, try again."""


class RestoreFailed(SchemaToolsError):
    """The clone's rows could not be made those of its source; nothing was changed."""
