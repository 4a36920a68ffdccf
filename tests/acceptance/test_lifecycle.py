"""Operators and visitors of the running system: the command line, warnings, resets, renewal."""

import json
import os
import subprocess
import sys
import urllib.request
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime

import psycopg
import pytest
from sqlalchemy import create_engine

from app.bakery.clock import MADRID
from app.database.engines import engine_url
from jobs.maintenance.template_renewal import renew
from tests.acceptance.client import Prospect
from tests.acceptance.test_visit import ready_pool, wait_for
from tests.fixtures.commands import flask_command
from tests.fixtures.demo import DEMO
from tests.fixtures.live import ROOT
from tests.integration.control.test_reset import TEMPLATE as BAKERY

on_18 = pytest.mark.parametrize("postgres", ["18"], indirect=True)
"""For tests that do not depend on the server."""


def demo(live_system, *arguments):
    """Run `flask demo …`; gives its exit code, what it printed and what it complained."""
    environment = {**os.environ, **live_system.environment, "LOG_LEVEL": "ERROR"}
    done = flask_command(["--app", "wsgi", "demo", *arguments], environment)
    return done.returncode, done.stdout, done.stderr


def test_a_command_is_a_program(live_system):
    done = subprocess.run(
        [sys.executable, "-m", "flask", "--app", "wsgi", "demo", "show", "ffffffff-0000"],
        cwd=ROOT,
        env={**os.environ, **live_system.environment, "LOG_LEVEL": "ERROR"},
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stderr) == demo(live_system, "show", "ffffffff-0000")[::2]
    assert done.returncode == 1


def test_a_command_line_without_the_tenants_secret_leaves_the_pool_alone(live_system):
    ready_pool(live_system)
    secret = {"TENANT_SECRET": "not the secret of this system, but long enough"}
    stranger = replace(live_system, environment={**live_system.environment, **secret})
    code, _, _ = demo(stranger, "stats")
    assert code == 0
    with psycopg.connect(live_system.database_url) as connection:
        gone = "SELECT count(*) FROM control.tenants WHERE state = 'dropping'"
        assert connection.execute(gone).fetchone() == (0,)


def test_operators_follow_a_session_through_its_life(live_system):
    ready_pool(live_system)
    code, out, _ = demo(live_system, "create", "individual_bakery", "--json", "--secret")
    created = json.loads(out)
    assert (code, created["status"]) == (0, "active")
    visitor = Prospect(live_system.url, token=created["session_token"])
    assert visitor.get("/api/tenant").status == 200
    session = created["id"]

    code, out, _ = demo(live_system, "sessions")
    assert code == 0
    assert session in out
    assert created["session_id"] not in out

    for command, name, value in (
        ("extend", "extensions", 1),
        ("reset", "status", "active"),
        ("show", "status", "active"),
        ("destroy", "ended_by", "operator"),
    ):
        code, out, err = demo(live_system, command, session[:13], "--json")
        assert code == 0, err
        told = json.loads(out)
        assert told[name] == value
        assert "session_id" not in told
    assert visitor.get("/api/tenant").status == 401


@on_18
@pytest.mark.parametrize("command", ["pool", "stats", "cleanup", "reconcile"])
def test_commands_print_a_table_or_json(live_system, command):
    ready_pool(live_system)
    code, out, err = demo(live_system, command, "--json")
    assert code == 0, err
    assert json.loads(out) is not None
    if command == "pool":
        code, out, _ = demo(live_system, command)
        assert "DEMO_POOL_SIZE" in out


@on_18
def test_a_failed_command_prints_a_message_and_exits_with_1(live_system):
    assert demo(live_system, "show", "ffffffff-0000")[::2] == (
        1, "Error: There is no such session.\n",
    )  # fmt: skip
    assert demo(live_system, "create", "bank")[0] == 2
    code, _, err = demo(live_system, "migrate", "--sessions", "drop")
    assert code == 2
    assert "keep" in err


@on_18
def test_a_migration_with_nothing_to_do_says_so(live_system):
    code, out, err = demo(live_system, "migrate", "--json")
    assert code == 0, err
    assert {item["outcome"] for item in json.loads(out)} <= {"migrated", "current", "kept"}


@on_18
def test_a_visitor_is_warned_before_the_end_and_told_of_it(live_system):
    ready_pool(live_system)
    with live_system.web(DEMO_SESSION_DURATION_MINUTES="0.05") as url:
        visitor = Prospect(url).open("individual_bakery")
        assert visitor.session["warning"] is True
        address = f"{url}{visitor.session['events_url']}?until=end"
        with urllib.request.urlopen(address, timeout=30) as stream:
            told = stream.read().decode()
    assert told.index("event: warning") < told.index("event: expired")


@on_18
def test_time_passes_in_a_bakery_that_someone_looks_at(live_system):
    """An hour has gone by since the template was made: a visitor's bakery has sold on."""
    ready_pool(live_system)
    still = Prospect(live_system.url).open("individual_bakery")
    before = still.get("/api/pos/sales").json
    later = str(float(os.environ["DEMO_CLOCK_SHIFT_MINUTES"]) + 60)
    with live_system.web(DEMO_LIVE="true", DEMO_CLOCK_SHIFT_MINUTES=later) as url:
        visitor = Prospect(url).open("individual_bakery")
        after = visitor.get("/api/pos/sales").json
        assert after["total"] > before["total"]
        assert after["items"][0]["sold_at"] > before["items"][0]["sold_at"]
        assert visitor.get("/api/pos/sales").json["total"] == after["total"]
    assert still.get("/api/pos/sales").json["total"] == before["total"]


@on_18
def test_a_long_session_is_not_warned(live_system):
    ready_pool(live_system)
    visitor = Prospect(live_system.url).open("central_baker")
    assert visitor.session["warning"] is False
    visitor.post("/api/demo/session/destroy")


def test_a_reset_of_a_bakery_is_exact_and_keeps_its_tenant(live_system):
    ready_pool(live_system)
    visitor = Prospect(live_system.url).open("individual_bakery")
    tenant = visitor.session["virtual_tenant_id"]
    product = visitor.sellable()
    line = {"product_id": product["id"], "quantity": 1}
    visitor.post("/api/pos/sales", {"lines": [line], "payment_method": "cash"})
    schema = f"demo_{tenant.replace('-', '')}"
    assert rows_that_differ(live_system.database_url, schema)

    answer = visitor.post("/api/demo/session/reset")

    assert (answer.status, answer.json["virtual_tenant_id"]) == (200, tenant)
    assert rows_that_differ(live_system.database_url, schema) == []
    visitor.post("/api/demo/session/destroy")


def rows_that_differ(database_url, schema):
    from schema_tools import verify

    with psycopg.connect(database_url) as connection:
        found = verify(connection, BAKERY, schema)
    return [str(item) for item in found if item.kind in ("table", "sequence")]


def test_a_new_day_renews_the_templates_and_the_pool(live_system):
    ready_pool(live_system)
    tomorrow = datetime(2026, 3, 28, 10, 30, tzinfo=MADRID)
    with renewed_templates(live_system, tomorrow):
        visitor = Prospect(live_system.url).open("individual_bakery")
        newest = visitor.get("/api/pos/sales").json["items"][0]
        # Time passes there: what is due until tomorrow night has happened by now.
        assert newest["sold_at"][:10] in ("2026-03-28", "2026-03-29")
        visitor.post("/api/demo/session/destroy")


@contextmanager
def renewed_templates(live_system, moment):
    """Templates and pool of that moment; those of today come back for the tests after this one."""
    engine = create_engine(engine_url(live_system.database_url))
    try:
        assert len(renew(engine, DEMO, moment)) == 2
        assert renew(engine, DEMO, moment) == []
        assert wait_for(lambda: pool_is_renewed(live_system), 60)
        yield
    finally:
        renew(engine, DEMO, DEMO.now())
        engine.dispose()
    assert wait_for(lambda: pool_is_renewed(live_system), 60)


def pool_is_renewed(live_system):
    """Return True if every ready tenant is a copy of its template as it is now."""
    with psycopg.connect(live_system.database_url) as connection:
        rows = connection.execute(
            "SELECT count(*) FILTER (WHERE d.template_version = t.template_version), count(*)"
            " FROM control.tenants d JOIN control.tenants t ON t.id = d.base_demo_tenant_id"
            " WHERE d.state = 'ready'"
        ).fetchone()
    return rows[1] > 0 and rows[0] == rows[1]
