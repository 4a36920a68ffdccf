"""What a visit counts as. A change of it changes the totals by the difference, and by no more."""

from collections import Counter
from collections.abc import Mapping
from datetime import date, timedelta
from itertools import permutations

from app.insights.ingest.visits import Visit

Key = tuple[date, str, str, str, str, str]
"""Day, account type, scenario, source, language, device."""

Week = tuple[date, str, str, str, str]
"""Monday, account type, scenario, source, language."""

Pair = tuple[date, str, str, str, str, str]
"""Day, account type, dimension, value, another dimension, its value."""

Margin = tuple[date, str, str, str]
"""Day, account type, dimension, value."""

FIRST_ACTION = (10, 30, 60, 120, 300)
"""Seconds until the first action: the upper ends of the classes; above is `later`."""

MEASURES = (
    "landed", "created", "untracked", "waited", "acted", "sold", "ordered", "traded",
    "began_tour", "toured", "contacted", "converted", "extended", "began_again", "shared",
    "by_clock", "by_visitor", "by_ops", "failed",
    *(f"first_{seconds}" for seconds in FIRST_ACTION), "first_later", "seconds",
)  # fmt: skip
MODULE_MEASURES = ("visits", "pages", "acts", "exits")

ENDINGS = {"clock": "by_clock", "idle": "by_clock", "visitor": "by_visitor", "failed": "failed"}
"""What ended a visit; anything else is an operator."""

_ONCE = {
    "sold": "sold",
    "ordered": "ordered",
    "tour_step": "began_tour",
    "left_contact": "contacted",
    "converted": "converted",
    "extended": "extended",
    "reset": "began_again",
    "shared": "shared",
}


def key_of(visit: Visit) -> Key:
    """Return where a visit is counted."""
    assert visit.created_at is not None
    return (
        visit.created_at.date(),
        visit.account_type,
        visit.scenario,
        visit.source,
        visit.language,
        visit.device,
    )


def measures_of(visit: Visit) -> Counter[str]:
    """Return what a visit adds to the totals; nothing before it is known to have been created."""
    found: Counter[str] = Counter()
    if visit.created_at is None:
        return found
    found["created"] = 1
    found["waited"] = int(visit.waited)
    found["toured"] = int(visit.toured)
    for kind, measure in _ONCE.items():
        found[measure] = int(visit.counts[kind] > 0)
    found["traded"] = int(visit.counts["sold"] + visit.counts["ordered"] > 0)
    found["seconds"] = round((visit.last_at - visit.created_at).total_seconds())
    if visit.first_action_at is not None:
        found["acted"] = 1
        after = (visit.first_action_at - visit.created_at).total_seconds()
        found[class_of(after)] = 1
    if visit.ended_by is not None:
        found[ENDINGS.get(visit.ended_by, "by_ops")] = 1
    return found


def class_of(seconds: float) -> str:
    """Return the class of a time until the first action."""
    return next((f"first_{end}" for end in FIRST_ACTION if seconds <= end), "first_later")


def modules_of(visit: Visit) -> dict[str, Counter[str]]:
    """Return what a visit adds to the totals of modules."""
    if visit.created_at is None:
        return {}
    return {
        module: Counter(visits=1, pages=pages, acts=acts, exits=int(module == visit.last_module))
        for module, (pages, acts) in visit.modules.items()
    }


class Changes:
    """By how much totals change: the difference of what visits counted as before, and now."""

    def __init__(self) -> None:
        self.visits: dict[Key, Counter[str]] = {}
        self.modules: dict[tuple[date, str, str], Counter[str]] = {}
        self.events: Counter[tuple[date, str, str]] = Counter()

    def take(self, visit: Visit, sign: int) -> None:
        """Add what a visit counts as, or with `sign` -1 take it away."""
        if visit.created_at is None:
            return
        self.add(key_of(visit), measures_of(visit), sign)
        day = visit.created_at.date()
        for module, counts in modules_of(visit).items():
            _add(
                self.modules.setdefault((day, visit.account_type, module), Counter()), counts, sign
            )

    def add(self, key: Key, counts: "Counter[str]", sign: int = 1) -> None:
        """Add counts to the totals of a key."""
        _add(self.visits.setdefault(key, Counter()), counts, sign)


def _add(total: "Counter[str]", counts: "Counter[str]", sign: int) -> None:
    for name, count in counts.items():
        total[name] += sign * count


def margins_of(visits: "Mapping[Key, Counter[str]]") -> "dict[Margin, Counter[str]]":
    """Return changes by day and account type: of all visits, and of each value of a dimension."""
    found: dict[Margin, Counter[str]] = {}
    for key, counts in visits.items():
        for dimension, value in (("", ""), *_values(key)):
            _add(found.setdefault((key[0], key[1], dimension, value), Counter()), counts, 1)
    return found


def weeks_of(visits: "Mapping[Key, Counter[str]]") -> "dict[Week, Counter[str]]":
    """Return changes by week, whatever the device."""
    found: dict[Week, Counter[str]] = {}
    for (day, account_type, scenario, source, language, _), counts in visits.items():
        week = day - timedelta(days=day.weekday())
        key = (week, account_type, scenario, source, language)
        _add(found.setdefault(key, Counter()), counts, 1)
    return found


def pairs_of(visits: "Mapping[Key, Counter[str]]") -> "dict[Pair, Counter[str]]":
    """Return changes by day and account type: of each value, by each value of another dimension."""
    found: dict[Pair, Counter[str]] = {}
    for key, counts in visits.items():
        for one, other in permutations(_values(key), 2):
            _add(found.setdefault((key[0], key[1], *one, *other), Counter()), counts, 1)
    return found


def _values(key: Key) -> tuple[tuple[str, str], ...]:
    return ("scenario", key[2]), ("source", key[3]), ("language", key[4])
