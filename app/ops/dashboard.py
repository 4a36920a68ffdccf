"""The dashboard: what visits came to, from totals alone, and the same as a table to take away."""

import csv
import io
from collections.abc import Iterator
from datetime import timedelta

from flask import Blueprint, Response, render_template, request

from app.control import statistics
from app.control.services import current_services
from app.insights.figures.cells import Cell
from app.insights.figures.period import FILTERS, Asked, read_period
from app.insights.figures.report import DIMENSIONS, SERIES, Report, make_report
from app.ops.charts import bar_chart

COLUMNS = SERIES
FORMULAS = ("=", "+", "-", "@", "\t", "\r")
PERIODS = ((7, "7 days"), (28, "28 days"), (91, "13 weeks"), (364, "52 weeks"))

blueprint = Blueprint("ops_figures", __name__, url_prefix="/ops", template_folder="templates")


@blueprint.get("/")
def dashboard() -> Response:
    """Show the figures of a period."""
    services, asked = current_services(), read_period(request.args)
    report = make_report(services.engine, asked)
    sessions = [
        (f"{day:%d %b}", f"{day:%a %d %b %Y}: {counts['created']}", counts["created"].shown)
        for day, counts in report.series
    ]
    page = render_template(
        "ops_dashboard.html",
        report=report,
        asked=asked,
        filters=FILTERS,
        dimensions=DIMENSIONS,
        columns=COLUMNS,
        chart=bar_chart(sessions),
        bars=_bars,
        periods=[(title, _period(asked, days)) for days, title in PERIODS],
        totals=statistics.totals(services.engine),
    )
    return _private(Response(page))


@blueprint.get("/figures.csv")
def export() -> Response:
    """Give the same figures as a table: a row for each day or week and each value."""
    report = make_report(current_services().engine, read_period(request.args))
    stream = io.StringIO()
    writer = csv.writer(stream)
    writer.writerow(["table", "value", *COLUMNS])
    writer.writerows([_cell(value) for value in row] for row in _table(report))
    response = Response(stream.getvalue(), mimetype="text/csv")
    response.headers["Content-Disposition"] = 'attachment; filename="figures.csv"'
    return _private(response)


def _table(report: Report) -> Iterator[list[object]]:
    name = "week" if report.asked.is_by_week else "day"
    for day, counts in report.series:
        yield [name, day.isoformat(), *(counts[column] for column in COLUMNS)]
    for dimension, rows in report.groups.items():
        for row in rows:
            yield [dimension, row.value, *(row.counts[column] for column in COLUMNS)]
    for module, counts in report.modules:
        yield ["module", module, *(counts[column] for column in ("visits", "acts", "exits"))]


def _cell(value: object) -> str:
    """Return a cell that a spreadsheet takes as text or number: sources come from outside."""
    text = str(value).replace(",", "") if isinstance(value, Cell) else str(value)
    return f"'{text}" if text.startswith(FORMULAS) else text


def _bars(cells: list[tuple[str, Cell]]) -> list[tuple[str, Cell, float]]:
    """Return each with its length, in per cent of the longest."""
    most = max((cell.shown for _, cell in cells), default=0) or 1
    return [(title, cell, round(100 * cell.shown / most, 1)) for title, cell in cells]


def _period(asked: Asked, days: int) -> dict[str, str]:
    since = asked.until - timedelta(days=days - 1)
    chosen = {name: value for name, value in asked.filters.items() if value}
    return {"from": since.isoformat(), "to": asked.until.isoformat(), **chosen}


def _private(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    return response
