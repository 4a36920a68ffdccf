"""Clones into another database or server: `transfer` does it, `verification` proves it.

`requirements` says first what the other side lacks, `copying` carries rows from one connection to
the other, `sql/` has the queries.
"""

from .errors import RequirementsMissing
from .transfer import rehearse_across, run_across
from .verification import prove_across, verify_across

__all__ = ["RequirementsMissing", "prove_across", "rehearse_across", "run_across", "verify_across"]
