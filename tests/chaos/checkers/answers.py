"""No answer shows another visitor's data; failures are those that the experiment names."""

from tests.chaos.checkers.model import Checker, Scene
from tests.chaos.experiments.model import ALLOWED

SHOWN = 10


def no_foreign_row(scene: Scene) -> list[str]:
    """Return the answers with another visitor's canary."""
    return list(scene.history.leaks)


def only_named_failures(scene: Scene) -> list[str]:
    """Return the failures that the experiment under way did not allow, and the impolite ones."""
    found = []
    for failure in scene.history.failures:
        allowed = ALLOWED.get(failure.during, frozenset())
        what = f"{failure.request}: {failure.status} {failure.code} during {failure.during!r}"
        if failure.kind not in allowed:
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
        "No 5xx but those that an experiment names, each 503 with Retry-After.",
        only_named_failures,
        settles=False,
    ),
)
