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
from .verify import Difference, Manifest, prove, verify

__all__ = [
    "MARK",
    "CloneFailed",
    "ClonePlan",
    "CloneReport",
    "DependencyCycle",
    "Difference",
    "DropBlocked",
    "InvalidName",
    "Manifest",
    "NotOurs",
    "Phase",
    "PlanOutdated",
    "PlanWarning",
    "PrivilegeMissing",
    "Progress",
    "SchemaToolsError",
    "SourceNotFound",
    "Statement",
    "Step",
    "TargetExists",
    "UnsupportedObject",
    "compile_plan",
    "drop_schema",
    "prove",
    "verify",
]
