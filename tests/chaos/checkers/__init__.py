"""What must be true whatever was broken, read from Postgres and Redis, not from our reports.

A checker returns a sentence for each thing that is not as it should be. `tests/chaos/planted.py`
has a violation of each; the quick part sees that its checker finds it.
"""

from tests.chaos.checkers import answers, bounds, endings, figures, jobs, tenants, writes
from tests.chaos.checkers.model import Checker

CHECKERS: tuple[Checker, ...] = (
    *tenants.CHECKERS,
    *writes.CHECKERS,
    *endings.CHECKERS,
    *answers.CHECKERS,
    *figures.CHECKERS,
    *jobs.CHECKERS,
    *bounds.CHECKERS,
)
