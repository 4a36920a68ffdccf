"""Clones a Postgres schema exactly, and proves it."""

from .compiler.compiler import compile_plan
from .drop import drop_schema
from .errors import (
    CloneFailed,
    DependencyCycle,
    DropBlocked,
    InvalidName,
    LockTableTooSmall,
    NotOurs,
    PlanOutdated,
    PrivilegeMissing,
    SchemaToolsError,
    SourceNotFound,
    TargetExists,
    Unproven,
    UnsupportedObject,
    UnsupportedObjects,
    UntestedServer,
)
from .execution.executor import CloneReport, Progress, Step
from .execution.selection import DataChoice, DataRefused
from .execution.waiting import LockWatch
from .mark import MARK
from .plan import ClonePlan, Phase, PlanWarning, Proof, Statement
from .proof.comparison import Difference
from .proof.verify import Manifest, prove, verify
from .restore import (
    DefinitionsDiffer,
    NotAClone,
    RestoreBlocked,
    RestoreFailed,
    RestoreReport,
    restore_rows,
)

__all__ = [
    "MARK",
    "CloneFailed",
    "ClonePlan",
    "CloneReport",
    "DataChoice",
    "DataRefused",
    "DefinitionsDiffer",
    "DependencyCycle",
    "Difference",
    "DropBlocked",
    "InvalidName",
    "LockTableTooSmall",
    "LockWatch",
    "Manifest",
    "NotAClone",
    "NotOurs",
    "Phase",
    "PlanOutdated",
    "PlanWarning",
    "PrivilegeMissing",
    "Progress",
    "Proof",
    "RestoreBlocked",
    "RestoreFailed",
    "RestoreReport",
    "SchemaToolsError",
    "SourceNotFound",
    "Statement",
    "Step",
    "TargetExists",
    "Unproven",
    "UnsupportedObject",
    "UnsupportedObjects",
    "UntestedServer",
    "compile_plan",
    "drop_schema",
    "prove",
    "restore_rows",
    "verify",
]
