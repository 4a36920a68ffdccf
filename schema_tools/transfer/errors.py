"""What can go wrong between two databases, beside what can go wrong in one."""

from ..errors import SchemaToolsError


class RequirementsMissing(SchemaToolsError):
    """The other database lacks what the schema needs; the message lists all of it."""

    def __init__(self, database: str, missing: tuple[str, ...]) -> None:
        listed = "; ".join(missing)
        super().__init__(f"database {database!r} cannot take the schema yet: {listed}")
        self.missing = missing
