"""A demo of one small model whose rows have dates, and a session that was prepared by hand."""

from uuid import UUID, uuid4

import psycopg
import pytest

from app import create_app
from app.control.scenarios.service import Author
from app.control.services import KEY
from app.control.sessions.session_view import Choices, Visitor
from app.database.isolation import open_template
from app.db import db, tenant_engine
from app.demo import demo_of
from jobs import tasks
from jobs.services import make_dispatcher
from tests.integration.control.conftest import database as database
from tests.integration.control.conftest import parts as parts

SCHEMA = "template_individual_bakery__feria"
WHO = Author("ops")
OPS, MARKETING = ("ops", "operators"), ("marketing", "ventas")
WANTED = {
    "name": "feria",
    "title": "Feria",
    "description": "La semana de la feria.",
    "look_at": "El pan de hoy\nLos pedidos",
}
DEMO = """
title = "Pan"
description = "Pan de prueba."
timezone = "Europe/Madrid"
policy = "policy.toml"
scenarios = "scenarios"

[tables]
visit = ["answers"]
fixed_dates = ["shop.founded_on"]

[[accounts]]
account_type = "individual_bakery"
owner = "Carmen Ruiz"
name = "Pan"
title = "Pan"
description = "Pan."
email = "pan@example.com"
password = "Pan2024!"
"""
MANIFEST = """
title = "Lluvia"
description = "Llueve."
account_types = ["individual_bakery"]
"""
TEMPLATE = """
CREATE SCHEMA template_individual_bakery;
SET search_path = template_individual_bakery;
CREATE TABLE shop (founded_on date, lived_until timestamptz);
CREATE TABLE sales (day date PRIMARY KEY, pieces integer);
CREATE TABLE ovens (lit_at timestamptz, out_at timestamptz CHECK (out_at >= lit_at), note text);
CREATE TABLE answers (body text);
INSERT INTO shop VALUES ('1987-03-12', now());
INSERT INTO sales SELECT current_date - number, number FROM generate_series(0, 9) AS number;
INSERT INTO ovens VALUES (now() - interval '2 hours', now() - interval '1 hour', 'barras');
SET search_path = DEFAULT;
"""
EMPTY = """
TRUNCATE control.tenants, control.demo_sessions, control.saved_scenarios, control.prospect_links,
         control.operator_actions, control.timelines, control.clone_plans CASCADE
"""


@pytest.fixture
def database_url(migrated_url):
    """The same database, empty."""
    with psycopg.connect(migrated_url, autocommit=True) as connection:
        connection.execute(EMPTY)
        rows = connection.execute(
            "SELECT nspname FROM pg_namespace WHERE nspname ~ '^(demo|template|saving)_'"
        ).fetchall()
        for (name,) in rows:
            connection.execute(f"DROP SCHEMA {name} CASCADE")
    return migrated_url


@pytest.fixture
def template_id(database_url, tmp_path, monkeypatch):
    """The row of a small template, and the file of a demo that has it."""
    template = uuid4()
    with psycopg.connect(database_url) as connection:
        connection.execute(TEMPLATE)
        open_template(connection, "template_individual_bakery")
        connection.execute(
            "INSERT INTO control.tenants (id, name, schema_name, account_type, is_demo,"
            " is_demo_template, state, template_version) VALUES (%s, 'Pan',"
            " 'template_individual_bakery', 'individual_bakery', false, true, 'ready', 1)",
            [template],
        )
    (tmp_path / "policy.toml").write_text("rules = []")
    (tmp_path / "scenarios" / "lluvia").mkdir(parents=True)
    (tmp_path / "scenarios" / "lluvia" / "scenario.toml").write_text(MANIFEST)
    (tmp_path / "demo.toml").write_text(DEMO)
    monkeypatch.setenv("DEMO_FILE", str(tmp_path / "demo.toml"))
    monkeypatch.setenv("DEMO_SCENARIOS", "none")
    return template


@pytest.fixture
def demo(parts):
    return demo_of(parts.settings)


@pytest.fixture
def app(parts):
    changed = {"ops_password": OPS[1], "marketing_password": MARKETING[1]}
    made = create_app(
        parts.settings.model_copy(update=changed),
        dispatcher=make_dispatcher(parts.settings, parts.redis),
    )
    yield made
    made.extensions[KEY].events.flush()
    with made.app_context():
        db.engine.dispose()
        tenant_engine().dispose()


@pytest.fixture
def client(app):
    return app.test_client()


@pytest.fixture
def services(app):
    return app.extensions[KEY]


@pytest.fixture
def prepared(parts, database) -> UUID:
    """A session whose bread was prepared by hand: an oven that no template has, and a trace."""
    session = open_session(parts)
    schema = schema_of(database, session.id)
    database.execute(
        f"INSERT INTO {schema}.ovens VALUES (now() - interval '10 minutes', NULL, 'de feria');"
        f"UPDATE {schema}.sales SET pieces = 77 WHERE day = current_date;"
        f"INSERT INTO {schema}.answers VALUES ('what a visitor was told')"
    )
    return session.id


def open_session(parts, scenario="base"):
    """Open a session, and clone what it waits for."""
    visitor = Visitor(ip_address="192.0.2.7", user_agent="test")
    opened = parts.sessions.open("individual_bakery", visitor, Choices(scenario)).session
    for tenant in parts.pending_clones.fetch():
        tasks.clone(str(tenant.tenant_id))
    return parts.sessions.fetch(opened.session_id)


def schema_of(database, session):
    (name,) = database.execute(
        "SELECT schema_name FROM control.tenants WHERE demo_session_id = %s", [session]
    ).fetchone()
    return name


@pytest.fixture
def saved(services, parts, prepared):
    """The scenario, saved by a job."""
    wanted = services.scenarios.save(prepared, WANTED, WHO)
    assert tasks.work_on_scenario(str(wanted)) == "saved"
    return services.scenarios.find("feria")


def dates(database, schema):
    """Every date of a schema."""
    return [
        database.execute(f"SELECT {columns} FROM {schema}.{table} ORDER BY 1").fetchall()
        for table, columns in (("sales", "day, pieces"), ("ovens", "lit_at, out_at, note"))
    ]


def copies(database):
    return database.execute(
        "SELECT nspname FROM pg_namespace WHERE nspname ~ '^(saving_|template_)' ORDER BY 1"
    ).fetchall()
