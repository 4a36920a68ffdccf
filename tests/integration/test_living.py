"""A bakery that is brought forward has the rows that seeding it again would give."""

from datetime import datetime, timedelta
from decimal import Decimal

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import NullPool, create_engine

from app.database.engines import engine_url
from app.migrations import upgrade_control
from jobs.maintenance.catching_up import catch_up
from seeds import ensure_templates
from seeds.templates import PROFILES, build_template
from seeds.values import MADRID
from tests.fixtures.demo import DEMO

pytestmark = pytest.mark.parametrize("postgres", ["18"], indirect=True)


@pytest.fixture
def engine(database_url):
    engine = create_engine(
        engine_url(database_url), poolclass=NullPool, connect_args={"prepare_threshold": None}
    )
    with engine.begin() as connection:
        upgrade_control(connection)
    return engine


def comparable(value):
    if isinstance(value, Decimal):
        return value.normalize() + 0
    if isinstance(value, dict):
        return sorted(value.items())
    return value.timestamp() if isinstance(value, datetime) else value


def assert_same(database_url, now):
    for account, profile in zip(DEMO.accounts, PROFILES, strict=True):
        data = build_template(profile, now, DEMO.scale)
        for table, rows in data.tables.items():
            names = list(rows[0])
            found = rows_of(database_url, account.template, table, names)
            expected = sorted(tuple(repr(comparable(row[name])) for name in names) for row in rows)
            assert found == expected, (account.template, table)


def rows_of(database_url, schema, table, names):
    query = sql.SQL("SELECT {} FROM {}").format(
        sql.SQL(", ").join(map(sql.Identifier, names)), sql.Identifier(schema, table)
    )
    with psycopg.connect(database_url) as connection:
        found = connection.execute(query).fetchall()
    return sorted(tuple(repr(comparable(value)) for value in row) for row in found)


@pytest.mark.parametrize(
    ("seeded_at", "moments"),
    [
        (datetime(2026, 11, 25, 4, 2), [timedelta(hours=n) for n in (1, 3, 6, 11, 17, 19)]),
        (datetime(2026, 11, 24, 19, 30), [timedelta(hours=n) for n in (1, 6, 14)]),
        (datetime(2026, 10, 24, 18), [timedelta(hours=n) for n in (9, 16, 20)]),
    ],
    ids=["over a day", "over a midnight", "while the clocks go back"],
)
def test_bringing_forward_and_seeding_again_give_the_same_rows(
    engine, database_url, seeded_at, moments
):
    start = seeded_at.replace(tzinfo=MADRID)
    ensure_templates(engine, DEMO, start)
    assert_same(database_url, start)
    for later in moments:
        report = catch_up(engine, database_url, DEMO, start + later)
        assert report["tenants"] == 2
        assert report["failed"] == 0
    assert_same(database_url, start + moments[-1])
