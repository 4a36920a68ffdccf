"""The dashboard on a million sessions: the totals of ten million events, made at once."""

import statistics
from datetime import UTC, datetime, timedelta
from time import perf_counter
from unittest.mock import patch

import psycopg
from sqlalchemy import Engine, create_engine

from app.database.engines import engine_url
from app.insights.figures import report
from app.insights.figures.period import Asked, read_period
from app.migrations import upgrade_control
from tests.bench.figures import machine, timed, write_json
from tests.bench.system import started

DAYS = 365
ROUNDS = 9

MAKE = """
SELECT setseed(0.5);
CREATE TEMPORARY TABLE visit AS
SELECT current_date - (random() * %(days)s)::int AS day,
       (ARRAY['individual_bakery', 'central_baker'])[1 + (random() < 0.35)::int] AS account_type,
       (ARRAY['base', 'holiday', 'full_store', 'lean_week', 'new_shop'])[1 + (5 * random() ^ 3)::int
            %% 5] AS scenario,
       'source-' || (25 * random() ^ 3)::int AS source,
       (ARRAY['es', 'en', 'ca', 'other'])[1 + (4 * random() ^ 4)::int %% 4] AS language,
       (ARRAY['computer', 'phone', 'tablet'])[1 + (3 * random() ^ 2)::int %% 3] AS device,
       random() AS luck
  FROM generate_series(1, %(visits)s);
INSERT INTO control.visit_totals (day, account_type, scenario, source, language, device, created,
       waited, acted, sold, ordered, traded, toured, contacted, converted, by_clock, by_visitor,
       first_30, first_120, seconds)
SELECT day, account_type, scenario, source, language, device, count(*),
       count(*) FILTER (WHERE luck < 0.02), count(*) FILTER (WHERE luck < 0.6),
       count(*) FILTER (WHERE luck < 0.3), count(*) FILTER (WHERE luck < 0.1),
       count(*) FILTER (WHERE luck < 0.4), count(*) FILTER (WHERE luck < 0.2),
       count(*) FILTER (WHERE luck < 0.05), count(*) FILTER (WHERE luck < 0.01),
       count(*) FILTER (WHERE luck < 0.7), count(*) FILTER (WHERE luck >= 0.7),
       count(*) FILTER (WHERE luck < 0.3), count(*) FILTER (WHERE luck BETWEEN 0.3 AND 0.6),
       sum(luck * 900)::int
  FROM visit GROUP BY 1, 2, 3, 4, 5, 6;
INSERT INTO control.visit_margins (day, account_type, dimension, value, created, waited, acted,
       sold, ordered, traded, toured, contacted, converted, by_clock, by_visitor, first_30,
       first_120, seconds)
SELECT day, account_type, dimension, value, sum(created), sum(waited), sum(acted), sum(sold),
       sum(ordered), sum(traded), sum(toured), sum(contacted), sum(converted), sum(by_clock),
       sum(by_visitor), sum(first_30), sum(first_120), sum(seconds)
  FROM control.visit_totals,
       LATERAL (VALUES ('', ''), ('scenario', scenario), ('source', source),
                       ('language', language)) AS margin (dimension, value)
 GROUP BY 1, 2, 3, 4;
INSERT INTO control.visit_weeks (week, account_type, scenario, source, language, created, waited,
       acted, sold, ordered, traded, toured, contacted, converted, by_clock, by_visitor, first_30,
       first_120, seconds)
SELECT date_trunc('week', day)::date, account_type, scenario, source, language, sum(created),
       sum(waited), sum(acted), sum(sold), sum(ordered), sum(traded), sum(toured), sum(contacted),
       sum(converted), sum(by_clock), sum(by_visitor), sum(first_30), sum(first_120), sum(seconds)
  FROM control.visit_totals GROUP BY 1, 2, 3, 4, 5;
INSERT INTO control.visit_pairs (day, account_type, dimension, value, other, other_value, created,
       waited, acted, sold, ordered, traded, toured, contacted, converted, by_clock, by_visitor,
       first_30, first_120, seconds)
SELECT day, account_type, dimension, value, other, other_value, sum(created), sum(waited),
       sum(acted), sum(sold), sum(ordered), sum(traded), sum(toured), sum(contacted),
       sum(converted), sum(by_clock), sum(by_visitor), sum(first_30), sum(first_120), sum(seconds)
  FROM control.visit_totals,
       LATERAL (VALUES ('scenario', scenario, 'source', source),
                       ('scenario', scenario, 'language', language),
                       ('source', source, 'scenario', scenario),
                       ('source', source, 'language', language),
                       ('language', language, 'scenario', scenario),
                       ('language', language, 'source', source))
            AS pair (dimension, value, other, other_value)
 GROUP BY 1, 2, 3, 4, 5, 6;
INSERT INTO control.module_totals (day, account_type, module, visits, pages, acts, exits)
SELECT day, account_type, 'module-' || number, count(*) FILTER (WHERE luck * 10 > number),
       count(*) * 3, count(*), count(*) FILTER (WHERE (luck * 10)::int = number)
  FROM visit, generate_series(1, 10) AS number GROUP BY 1, 2, 3;
INSERT INTO control.event_totals (day, kind, detail, events)
SELECT day, 'refused', 'reason-' || (luck * 5)::int, count(*) FROM visit GROUP BY 1, 2, 3;
"""

ASKED = {
    "28 days": {},
    "28 days, one model": {"account_type": "individual_bakery"},
    "28 days, one source": {"source": "source-3"},
    "28 days, model, scenario, language": {
        "account_type": "individual_bakery", "scenario": "base", "language": "es",
    },
    "a year": {"from": "days"},
    "a year, one model": {"from": "days", "account_type": "individual_bakery"},
    "a year, one source": {"from": "days", "source": "source-3"},
    "a year, one language": {"from": "days", "language": "es"},
    "a year, source and language": {"from": "days", "source": "source-3", "language": "es"},
    "a year, one scenario": {"from": "days", "scenario": "base"},
}  # fmt: skip


def make_totals(url: str, visits: int, days: int = DAYS) -> None:
    """Fill a database with what so many visits in so many days add up to."""
    with psycopg.connect(url, autocommit=True, cursor_factory=psycopg.ClientCursor) as connection:
        connection.execute(MAKE, {"visits": visits, "days": days})
        connection.execute("VACUUM ANALYZE")


def run(quick: bool) -> None:
    """Measure every kind of question, on Postgres alone and with the figures worked out."""
    visits = 100_000 if quick else 1_000_000
    results = {}
    with started("visits") as (url, _, _):
        engine = create_engine(engine_url(url))
        with engine.begin() as connection:
            upgrade_control(connection)
        begun = perf_counter()
        make_totals(url, visits)
        made = perf_counter() - begun
        for title, given in ASKED.items():
            asked = read_period(given | ({"from": _year_ago()} if "from" in given else {}))
            results[title] = _median(engine, asked)
            if asked.is_narrow and asked.is_by_week:
                with patch.object(report, "statements_of", lambda _: report._TOTALS):
                    results[f"{title}, from days"] = _median(engine, asked)
        with psycopg.connect(url) as connection:
            rows = connection.execute("SELECT count(*) FROM control.visit_totals").fetchone()[0]
        engine.dispose()
    write_json("visits", {"machine": machine(), "visits": visits, "rows": rows, "made_s": made,
                     "median_ms": results})  # fmt: skip
    for title, median in results.items():
        print(f"{title:40} {median:8.1f} ms")  # noqa: T201
    print(f"{visits} visits, {rows} rows of totals")  # noqa: T201


def _median(engine: Engine, asked: Asked) -> float:
    times = [timed(lambda: report.make_report(engine, asked)) for _ in range(ROUNDS)]
    return round(statistics.median(times), 1)


def _year_ago() -> str:
    return (datetime.now(UTC).date() - timedelta(days=DAYS - 1)).isoformat()
