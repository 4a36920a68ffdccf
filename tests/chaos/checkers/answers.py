"""No answer shows another visitor's data; failures are those that the experiment names."""

from tests.chaos.checkers.model import Checker, Scene
from tests.chaos.experiments.model import ALLOWED

SHOWN = 10
ANY_TIME = {("POST /api/demo/session/reset", "pool_empty")}
"""A session that is older than its template gets a fresh tenant, which others may have taken."""


def no_foreign_row(scene: Scene) -> list[str]:
    """Return the answers with another visitor's canary."""
    return list(scene.history.leaks)


def only_named_failures(scene: Scene) -> list[str]:
    """Return the failures that the experiment under way did not allow, and the impolite ones."""
    found = []
    for failure in scene.history.failures:
        allowed = ALLOWED.get(failure.during, frozenset())
        what = f"{failure.request}: {failure.status} {failure.code} during {failure.during!r}"
        is_named = failure.kind in allowed or (failure.request, failure.code) in ANY_TIME
        if not is_named:
            found.append(what)
        elif failure.status == 503 and not failure.retry_after:
            found.append(f"{what} without Retry-After")
    return found[:SHOWN]


def experiments_agree(scene: Scene) -> list[str]:
    """Return what experiments saw that look for themselves."""
    return scene.history.wrong[:SHOWN]


CHECKERS = (
    Checker(
        "looks",
        "What an experiment does by itself ends as it promises.",
        experiments_agree,
        settles=False,
    ),
    Checker("foreign", "No answer shows another visitor's data.", no_foreign_row, settles=False),
    Checker(
        "failures",
        "No 5xx but those that an experiment names, each 503 with Retry-After. At any time a reset"
        " that needs a fresh tenant may find none ready.",
        only_named_failures,
        settles=False,
    ),
)
