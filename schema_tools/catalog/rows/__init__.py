"""The rows of the catalog queries: one frozen dataclass for each file in `queries/`.

A text that the server prints has the hole `TARGET` where it names the schema; see `binding`.
"""

from .base import Row
from .members import (
    Comment,
    DefaultPrivilege,
    Edge,
    Grant,
    Label,
    Member,
    Outsider,
    Owner,
    SchemaRight,
)
from .relations import (
    Column,
    Constraint,
    ExtendedStatistics,
    Index,
    Policy,
    Relation,
    Rule,
    Sequence,
    Trigger,
)
from .types import (
    Aggregate,
    Cast,
    Collation,
    Configuration,
    Dictionary,
    Function,
    Operator,
    OperatorClass,
    OperatorFamily,
    OperatorMember,
    Range,
    Type,
)

__all__ = [
    "Aggregate",
    "Cast",
    "Collation",
    "Column",
    "Comment",
    "Configuration",
    "Constraint",
    "DefaultPrivilege",
    "Dictionary",
    "Edge",
    "ExtendedStatistics",
    "Function",
    "Grant",
    "Index",
    "Label",
    "Member",
    "Operator",
    "OperatorClass",
    "OperatorFamily",
    "OperatorMember",
    "Outsider",
    "Owner",
    "Policy",
    "Range",
    "Relation",
    "Row",
    "Rule",
    "SchemaRight",
    "Sequence",
    "Trigger",
    "Type",
]
