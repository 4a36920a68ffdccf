"""Clones a Postgres schema exactly, and proves it."""

from .comparison import Difference
from .compiler import compile_plan
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
    UntestedServer,
)
from .executor import CloneReport, Progress, Step
from .mark import MARK
from .plan import ClonePlan, Phase, PlanWarning, Proof, Statement
from .verify import Manifest, prove, verify

__all__ = [
    "MARK",
    "CloneFailed",
    "ClonePlan",
    "CloneReport",
    "DependencyCycle",
    "Difference",
    "DropBlocked",
    "InvalidName",
    "LockTableTooSmall",
    "Manifest",
    "NotOurs",
    "Phase",
    "PlanOutdated",
    "PlanWarning",
    "PrivilegeMissing",
    "Progress",
    "Proof",
    "SchemaToolsError",
    "SourceNotFound",
    "Statement",
    "Step",
    "TargetExists",
    "Unproven",
    "UnsupportedObject",
    "UntestedServer",
    "compile_plan",
    "drop_schema",
    "prove",
    "verify",
]
