"""Brings a clone's rows back to its source's, in proportion to what changed.

Read `run` first: it is the transaction from its locks to its proof. `metadata` reads both schemas,
`diff` finds the tables that differ, `rows`, `derived` and `obstacles` hold the statements.
"""

from .errors import DefinitionsDiffer, NotAClone, RestoreBlocked, RestoreFailed
from .run import RestoreReport, restore_rows

__all__ = [
    "DefinitionsDiffer",
    "NotAClone",
    "RestoreBlocked",
    "RestoreFailed",
    "RestoreReport",
    "restore_rows",
]
