"""Everything that can go wrong when a schema is compiled, cloned, verified or dropped."""

from collections.abc import Sequence


class SchemaToolsError(Exception):
    """The root of this package's exceptions; its message says what to do."""


class InvalidName(SchemaToolsError):
    """A schema name cannot be used."""


class UntestedServer(SchemaToolsError):
    """No test has ever run on this major version of the server."""


class SourceNotFound(SchemaToolsError):
    """The schema to read does not exist."""


class TargetExists(SchemaToolsError):
    """The schema to create exists already."""


class UnsupportedObject(SchemaToolsError):
    """The source holds something that cannot be cloned exactly, so nothing is cloned at all."""

    def __init__(self, kind: str, identity: str, reason: str) -> None:
        super().__init__(f"{kind} {identity} cannot be cloned: {reason}")
        self.kind = kind
        self.identity = identity
        self.reason = reason
        self.refusals: tuple[UnsupportedObject, ...] = (self,)


class UnsupportedObjects(UnsupportedObject):
    """The source holds several objects that cannot be cloned exactly: `refusals` has them all."""

    def __init__(self, found: Sequence[UnsupportedObject]) -> None:
        reasons = "; ".join(f"{one.kind} {one.identity}: {one.reason}" for one in found)
        super().__init__("schema", f"with {len(found)} such objects", reasons)
        self.refusals = tuple(found)


class Unproven(SchemaToolsError):
    """A rehearsal made something else than what the source holds, so the plan is not kept."""


class DependencyCycle(SchemaToolsError):
    """Objects need each other in a way for which no order and no repair is known."""


class PlanOutdated(SchemaToolsError):
    """The source has changed since the plan was compiled, or another role runs it."""


class PrivilegeMissing(SchemaToolsError):
    """The role may not do something that cloning needs; the message has the `GRANT`."""


class CloneFailed(SchemaToolsError):
    """A statement of the plan failed; the transaction was rolled back, nothing is left behind."""


class LockTableTooSmall(CloneFailed):
    """The server cannot hold the locks of one transaction that clones so many objects."""


class NotOurs(SchemaToolsError):
    """The schema does not carry our mark, so it is not dropped."""


class DropBlocked(SchemaToolsError):
    """Another session holds a lock on the schema; the message names it."""
