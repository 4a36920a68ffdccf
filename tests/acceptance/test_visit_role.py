"""The role `visit`, which `helm test` runs, against the whole system."""

import subprocess
from pathlib import Path

import psycopg
import pytest

ROLE = Path(__file__).parents[2] / "bin" / "role"
ENVIRONMENT = {"PATH": "/usr/bin:/bin"}
"""It needs no settings and no secrets."""


def visit(*arguments):
    return subprocess.run(
        [ROLE, "visit", *arguments], env=ENVIRONMENT, capture_output=True, text=True, timeout=300
    )


def open_sessions(live_system):
    with psycopg.connect(live_system.database_url) as connection:
        rows = connection.execute("SELECT status FROM control.demo_sessions").fetchall()
    return sum(status in ("active", "pending") for (status,) in rows)


def test_a_visit_opens_reads_and_ends_a_demo(live_system, live_url):
    before = open_sessions(live_system)
    made = visit(live_url, "/api/tenant")
    assert made.returncode == 0, made.stderr
    assert made.stdout.splitlines()[1:] == [
        "a demo is open",
        "/api/tenant is there",
        "the demo is over",
    ]
    assert open_sessions(live_system) == before


@pytest.mark.parametrize(
    ("path", "said"),
    [("/api/nothing", "answers 40"), ("/api/forecasting/models", "forecast_unavailable")],
)
def test_a_visit_that_fails_says_why_and_leaves_no_session(live_system, live_url, path, said):
    before = open_sessions(live_system)
    failed = visit(live_url, path)
    assert failed.returncode == 1
    assert said in failed.stderr
    assert open_sessions(live_system) == before


def test_a_visit_without_its_arguments_is_misuse():
    assert visit("example.com", "/").returncode == 2
