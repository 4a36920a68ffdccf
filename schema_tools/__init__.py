"""Clones a Postgres schema exactly, and proves it."""

from .compiler import compile_plan
from .drop import drop_schema
from .errors import (
    CloneFailed,
    DependencyCycle,
    DropBlocked,
    InvalidName,
    NotOurs,
    PlanOutdated,
    PrivilegeMissing,
    SchemaToolsError,
    SourceNotFound,
    TargetExists,
    UnsupportedObject,
)
from .executor import MARK, CloneReport, Progress, Step
from .plan import ClonePlan, Phase, PlanWarning, Statement
from .restore import (
    DefinitionsDiffer,
    NotAClone,
    RestoreBlocked,
    RestoreFailed,
    RestoreReport,
    restore_rows,
)
from .verify import Difference, Manifest, prove, verify

__all__ = [
    "MARK",
    "CloneFailed",
    "ClonePlan",
    "CloneReport",
    "DefinitionsDiffer",
    "DependencyCycle",
    "Difference",
    "DropBlocked",
    "InvalidName",
    "Manifest",
    "NotAClone",
    "NotOurs",
    "Phase",
    "PlanOutdated",
    "PlanWarning",
    "PrivilegeMissing",
    "Progress",
    "RestoreBlocked",
    "RestoreFailed",
    "RestoreReport",
    "SchemaToolsError",
    "SourceNotFound",
    "Statement",
    "Step",
    "TargetExists",
    "UnsupportedObject",
    "compile_plan",
    "drop_schema",
    "prove",
    "restore_rows",
    "verify",
]
