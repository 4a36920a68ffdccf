"""Clones a Postgres schema exactly, and proves it.

What stands here is imported when it is used: a command should not wait for what it does not need.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from .version import __version__

if TYPE_CHECKING:
    from .compiler.compiler import (
        compile_plan,
    )
    from .drop import (
        drop_schema,
    )
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
    from .execution.executor import (
        CloneReport,
        Progress,
        Step,
    )
    from .execution.selection import (
        DataChoice,
        DataRefused,
    )
    from .execution.waiting import (
        LockWatch,
    )
    from .mark import (
        MARK,
    )
    from .plan import (
        ClonePlan,
        Phase,
        PlanWarning,
        Proof,
        Statement,
    )
    from .proof.comparison import (
        Difference,
    )
    from .proof.verify import (
        Manifest,
        prove,
        verify,
    )
    from .restore import (
        DefinitionsDiffer,
        NotAClone,
        RestoreBlocked,
        RestoreFailed,
        RestoreReport,
        restore_rows,
    )
    from .transfer import (
        RequirementsMissing,
        prove_across,
        rehearse_across,
        run_across,
        verify_across,
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
    "RequirementsMissing",
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
    "__version__",
    "compile_plan",
    "drop_schema",
    "prove",
    "prove_across",
    "rehearse_across",
    "restore_rows",
    "run_across",
    "verify",
    "verify_across",
]

_PLACES = {
    ".compiler.compiler": "compile_plan",
    ".drop": "drop_schema",
    ".errors": (
        "CloneFailed DependencyCycle DropBlocked InvalidName LockTableTooSmall NotOurs "
        "PlanOutdated PrivilegeMissing SchemaToolsError SourceNotFound TargetExists "
        "Unproven UnsupportedObject UnsupportedObjects UntestedServer"
    ),
    ".execution.executor": "CloneReport Progress Step",
    ".execution.selection": "DataChoice DataRefused",
    ".execution.waiting": "LockWatch",
    ".mark": "MARK",
    ".plan": "ClonePlan Phase PlanWarning Proof Statement",
    ".proof.comparison": "Difference",
    ".proof.verify": "Manifest prove verify",
    ".restore": (
        "DefinitionsDiffer NotAClone RestoreBlocked RestoreFailed RestoreReport restore_rows"
    ),
    ".transfer": ("RequirementsMissing prove_across rehearse_across run_across verify_across"),
}
"""The names that each module has."""

_MODULES = {name: module for module, names in _PLACES.items() for name in names.split()}


def __getattr__(name: str) -> Any:
    """Import what is used."""
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_MODULES[name], __name__), name)


def __dir__() -> list[str]:
    return sorted(__all__)
