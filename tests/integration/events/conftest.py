"""The services of jobs on a control schema without templates, emptied before each test."""

from uuid import uuid4

import psycopg
import pytest

from app.insights.ingest.partitions import keep_partitions
from tests.integration.control.conftest import database as database
from tests.integration.control.conftest import parts as parts

EMPTY = """
TRUNCATE control.tenants, control.demo_sessions, control.events, control.visits,
         control.visit_totals, control.visit_margins, control.visit_weeks,
         control.visit_pairs, control.operator_actions,
         control.module_totals, control.event_totals CASCADE
"""


@pytest.fixture
def database_url(migrated_url):
    """The same database, empty."""
    with psycopg.connect(migrated_url) as connection:
        connection.execute(EMPTY)
    return migrated_url


@pytest.fixture
def template_id(database_url):
    """The row of a template; its schema is not needed here."""
    template = uuid4()
    with psycopg.connect(database_url) as connection:
        connection.execute(
            "INSERT INTO control.tenants (id, name, schema_name, account_type, is_demo,"
            " is_demo_template, state) VALUES (%s, 'Small', 'template_small', 'small', false, true,"
            " 'ready')",
            [template],
        )
    return template


@pytest.fixture
def services(parts):
    """The services, ready to store events."""
    keep_partitions(parts.engine, parts.settings.demo_events_days)
    return parts
