"""What a template costs every clone: its relations and its bytes have a limit."""

from datetime import datetime

import psycopg
import pytest
from sqlalchemy import NullPool, create_engine

from app.database.engines import engine_url
from app.migrations import upgrade_control
from seeds import ensure_templates
from seeds.values import MADRID
from tests.fixtures.demo import DEMO

pytestmark = pytest.mark.parametrize("postgres", ["18"], indirect=True)

MOST_RELATIONS = 150
MOST_BYTES = {"individual_bakery": 8_000_000, "central_baker": 15_000_000}
"""Tickets are most of it: three shops of the central baker sell what five weeks hold."""

RELATIONS = """
WITH own AS (
    SELECT oid, reltoastrelid FROM pg_class WHERE relnamespace = to_regnamespace(%s)
)
SELECT count(*) FROM (
    SELECT oid FROM own
     UNION SELECT reltoastrelid FROM own WHERE reltoastrelid <> 0
     UNION SELECT indexrelid FROM pg_index JOIN own ON indrelid = reltoastrelid
) AS every
"""
BYTES = """
SELECT sum(pg_total_relation_size(oid)) FROM pg_class
 WHERE relnamespace = to_regnamespace(%s) AND relkind = 'r'
"""
LARGEST = """
SELECT relname, pg_relation_size(oid), pg_indexes_size(oid) FROM pg_class
 WHERE relnamespace = to_regnamespace(%s) AND relkind = 'r' ORDER BY 2 DESC LIMIT 6
"""


def test_templates_keep_to_their_budget(database_url):
    engine = create_engine(
        engine_url(database_url), poolclass=NullPool, connect_args={"prepare_threshold": None}
    )
    with engine.begin() as connection:
        upgrade_control(connection)
    whole = DEMO.model_copy(update={"scale": 1.0})
    ensure_templates(engine, whole, datetime(2026, 11, 29, 19, tzinfo=MADRID))
    with psycopg.connect(database_url) as connection:
        for account in DEMO.accounts:
            (relations,) = connection.execute(RELATIONS, [account.template]).fetchone()
            (size,) = connection.execute(BYTES, [account.template]).fetchone()
            largest = connection.execute(LARGEST, [account.template]).fetchall()
            assert relations < MOST_RELATIONS, account.template
            assert size < MOST_BYTES[account.account_type], (size, account.template, largest)
