"""The figures of a period, as the dashboard shows them."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Engine, TextClause

from app.insights.figures.cells import FEWEST, Cell
from app.insights.figures.period import Asked
from app.insights.ingest.totals import FIRST_ACTION, MEASURES, MODULE_MEASURES
from app.sql_blocks import load_statements

_SQL = load_statements("app.insights", "figures")
_MARGINS = (_SQL["margins_by_value"], _SQL["margins_by_day"])
_TOTALS = (_SQL["totals_by_value"], _SQL["totals_by_day"])
_PAIRS = (_SQL["pairs_by_value"], _SQL["pairs_by_day"])
_WEEKS = (_SQL["weeks_by_value"], _SQL["weeks_by_day"])

STEPS = (
    ("landed", "Saw the landing page"),
    ("created", "Opened a demo"),
    ("acted", "Did a first action"),
    ("traded", "Sold or ordered"),
    ("toured", "Finished the tour"),
    ("contacted", "Left a contact"),
    ("converted", "Became customers"),
)
DIMENSIONS = {
    "account_type": "Business model",
    "scenario": "Scenario",
    "source": "Source",
    "language": "Language",
}
SERIES = (
    "created", "acted", "traded", "toured", "contacted", "converted", "waited", "failed",
)  # fmt: skip
"""Measures of a day or a week."""
TOO_FEW = f"others (fewer than {FEWEST} each)"
MOST_ROWS = 15

Counts = Counter[str]


@dataclass(frozen=True, slots=True)
class Step:
    """A step of the funnel, beside the one before it and the same of the period before."""

    title: str
    now: Cell
    share: str
    dropped: str
    change: str


@dataclass(frozen=True, slots=True)
class Row:
    """A value of a dimension: its visits and what came of them."""

    value: str
    counts: Mapping[str, Cell]
    change: str


@dataclass(frozen=True, slots=True)
class Report:
    """All of it."""

    asked: Asked
    now: Mapping[str, Cell]
    earlier: Mapping[str, Cell]
    funnel: list[Step]
    groups: dict[str, list[Row]]
    series: list[tuple[date, Mapping[str, Cell]]]
    weeks: list[tuple[date, Mapping[str, Cell]]]
    first_action: list[tuple[str, Cell]]
    modules: list[tuple[str, Mapping[str, Cell]]]
    refusals: list[tuple[str, int]]
    choices: dict[str, list[str]]

    @property
    def minutes(self) -> str:
        """The average minutes from a visit's start to the last thing that its visitor did."""
        created = self.now["created"]
        if created.count < FEWEST:
            return "–"
        return f"{self.now['seconds'].count / created.count / 60:.1f}"


def make_report(engine: Engine, asked: Asked) -> Report:
    """Read the figures that are asked for: sums of totals, no visit of its own."""
    values_of, days_of = statements_of(asked)
    parameters = asked.as_parameters()
    with engine.connect() as connection:
        by_value = _rows(connection, values_of, parameters)
        by_day = _rows(connection, days_of, parameters)
        modules = _rows(connection, _SQL["modules"], parameters)
        refusals = _rows(connection, _SQL["refusals"], parameters)
        choices = _rows(connection, _SQL["choices"], parameters | {"fewest": FEWEST})
    values = _grouped(by_value)
    now = _sum(values["account_type", True].values())
    earlier = _sum(values["account_type", False].values())
    days = [(row["day"], Counter({name: row[name] for name in SERIES})) for row in by_day]
    weeks = _by_week(days)
    return Report(
        asked=asked,
        now=_cells(now),
        earlier=_cells(earlier),
        funnel=_funnel(_cells(now), _cells(earlier), asked.knows_landings),
        groups={name: _group(values[name, True], values[name, False]) for name in DIMENSIONS},
        series=[(day, _cells(counts)) for day, counts in (weeks if asked.is_by_week else days)],
        weeks=[(day, _cells(counts)) for day, counts in weeks],
        first_action=_first_action(now),
        modules=[
            (
                row["module"],
                {name: Cell(row[name]) for name in MODULE_MEASURES},
            )
            for row in modules
            if row["visits"] >= FEWEST
        ],
        refusals=[(row["reason"], row["events"]) for row in refusals],
        choices={
            name: [row["value"] for row in choices if row["dimension"] == name and row["value"]]
            for name in DIMENSIONS
        },
    )


def statements_of(asked: Asked) -> tuple[TextClause, TextClause]:
    """Return the statements that read the fewest rows: of values, and of days or weeks."""
    if not asked.is_narrow:
        return _MARGINS
    if asked.only_filter is not None:
        return _PAIRS
    return _WEEKS if asked.is_by_week else _TOTALS


def _rows(connection: Any, statement: TextClause, parameters: Mapping[str, Any]) -> list[Any]:
    names = statement.compile().params
    given = {name: value for name, value in parameters.items() if name in names}
    return list(connection.execute(statement, given).mappings())


def _grouped(rows: Iterable[Any]) -> "dict[tuple[str, bool], dict[str, Counts]]":
    found: dict[tuple[str, bool], dict[str, Counts]] = {
        (name, is_now): {} for name in DIMENSIONS for is_now in (True, False)
    }
    for row in rows:
        counts = Counter({name: int(row[name]) for name in MEASURES})
        found[row["dimension"], row["is_now"]][row["value"] or ""] = counts
    return found


def _sum(counts: "Iterable[Counts]") -> "Counts":
    total: Counts = Counter()
    for each in counts:
        total.update(each)
    return total


def _cells(counts: "Counts") -> dict[str, Cell]:
    return {name: Cell(counts[name]) for name in MEASURES}


def _funnel(
    now: Mapping[str, Cell], earlier: Mapping[str, Cell], with_landings: bool
) -> list[Step]:
    steps = []
    before: Cell | None = None
    for name, title in STEPS if with_landings else STEPS[1:]:
        cell, first = now[name], now["created"]
        dropped = "" if before is None else _dropped(before, cell)
        share = "" if name == "landed" else cell.share_of(first)
        steps.append(Step(title, cell, share, dropped, cell.against(earlier[name])))
        before = cell
    return steps


def _dropped(before: Cell, now: Cell) -> str:
    """Return how many went no further; the tour and contact may come without a sale."""
    if before.is_hidden or now.is_hidden or now.count > before.count:
        return "–"
    return Cell(before.count - now.count).share_of(before)


def _group(now: "dict[str, Counts]", earlier: "dict[str, Counts]") -> list[Row]:
    """Return a row for each value; those of too few visitors are one row."""
    few: Counts = Counter()
    rows = []
    ordered = sorted(now.items(), key=lambda item: (-item[1]["created"], item[0]))
    for place, (value, counts) in enumerate(ordered):
        if counts["created"] < FEWEST or place >= MOST_ROWS:
            few.update(counts)
            continue
        then = Cell(earlier.get(value, Counter())["created"])
        rows.append(Row(value, _cells(counts), Cell(counts["created"]).against(then)))
    if few["created"] > 0:
        rows.append(Row(TOO_FEW, _cells(few), "–"))
    return rows


def _by_week(days: "list[tuple[date, Counts]]") -> "list[tuple[date, Counts]]":
    weeks: dict[date, Counts] = {}
    for day, counts in days:
        weeks.setdefault(day - timedelta(days=day.weekday()), Counter()).update(counts)
    return list(weeks.items())


def _first_action(counts: "Counts") -> list[tuple[str, Cell]]:
    ends = [(f"up to {seconds} s", f"first_{seconds}") for seconds in FIRST_ACTION]
    named = [*ends, ("later", "first_later")]
    never = counts["created"] - sum(counts[name] for _, name in named)
    return [*((title, Cell(counts[name])) for title, name in named), ("never", Cell(never))]
