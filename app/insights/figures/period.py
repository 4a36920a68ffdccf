"""What is asked for: a period, the one before it to compare with, and filters."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

USUAL_DAYS = 28
MOST_DAYS = 400
BY_WEEK = 92
"""Days from which on a chart has a bar a week."""
FILTERS = ("account_type", "scenario", "source", "language")
LONGEST = 80


@dataclass(frozen=True, slots=True)
class Asked:
    """A period, both days included, in UTC, and the values that visits must have."""

    since: date
    until: date
    filters: Mapping[str, str] = field(default_factory=dict)

    @property
    def days(self) -> int:
        """Return how long it is."""
        return (self.until - self.since).days + 1

    @property
    def before(self) -> date:
        """Return the first day of the period before, which is as long."""
        return self.since - timedelta(days=self.days)

    @property
    def is_by_week(self) -> bool:
        """True for a period with too many days for a bar each."""
        return self.days > BY_WEEK

    @property
    def is_narrow(self) -> bool:
        """True where a filter other than the account type is set."""
        return any(self.filters[name] for name in FILTERS[1:])

    @property
    def only_filter(self) -> tuple[str, str] | None:
        """Return the one filter that is set beside the account type, and its value."""
        chosen = [(name, self.filters[name]) for name in FILTERS[1:] if self.filters[name]]
        return chosen[0] if len(chosen) == 1 else None

    @property
    def knows_landings(self) -> bool:
        """True where visits of the landing page can be counted: they have no account type yet."""
        return not self.filters["account_type"] and not self.filters["scenario"]

    def as_parameters(self) -> dict[str, object]:
        """Return the parameters of a statement."""
        (first_before, last_before), (first_now, last_now) = (
            whole_weeks(self.before, self.since),
            whole_weeks(self.since, self.until + timedelta(days=1)),
        )
        dimension, value = self.only_filter or ("", "")
        return {
            "dimension": dimension,
            "value": value,
            "recent": max(self.since, self.until - timedelta(days=BY_WEEK)),
            "since": self.since,
            "until": self.until,
            "before": self.before,
            "first_before": first_before,
            "last_before": last_before,
            "first_now": first_now,
            "last_now": last_now,
            **self.filters,
        }


def read_period(given: Mapping[str, str]) -> Asked:
    """Return what the parameters of an address ask for; what is no day counts as not given."""
    today = datetime.now(UTC).date()
    until = min(_day(given.get("to")) or today, today)
    since = _day(given.get("from")) or until - timedelta(days=USUAL_DAYS - 1)
    since = max(min(since, until), until - timedelta(days=MOST_DAYS - 1))
    filters = {name: given.get(name, "").replace("\0", "")[:LONGEST] for name in FILTERS}
    return Asked(since, until, filters)


def whole_weeks(begin: date, end: date) -> tuple[date, date]:
    """Return the first Monday of the whole weeks from `begin` on, and where they end before `end`.

    Where there is no whole week both are `end`.
    """
    first = begin + timedelta(days=-begin.weekday() % 7)
    last = end - timedelta(days=end.weekday())
    return (first, last) if first < last else (end, end)


def _day(text: str | None) -> date | None:
    try:
        found = date.fromisoformat(text or "")
    except ValueError:
        return None
    return found if found.year > 2000 else None
