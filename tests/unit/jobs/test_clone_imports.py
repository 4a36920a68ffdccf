"""What the pod of a clone imports: it starts for one clone, so each module counts."""

import subprocess
import sys
from pathlib import Path

from pydantic import BaseModel

from app.settings.clone import EnvironmentSettings, read
from app.settings.table import Settings

ROOT = Path(__file__).parents[3]
HEAVY = {
    "alembic", "apiflask", "babel", "flask", "kubernetes", "limits", "marshmallow", "pydantic",
    "pydantic_settings", "requests", "rq_scheduler", "sqlalchemy", "werkzeug", "jwt", "click",
    "prometheus_client", "rich.console", "schema_tools.compiler.compiler",
    "schema_tools.catalog.catalog",
}  # fmt: skip
"""None of these may be imported on the way to a clone's first statement, nor for the clone."""

NEEDED = """
import contextlib, runpy, sys
with contextlib.suppress(SystemExit):  # as the image runs it, but without its argument
    runpy.run_module("jobs.clone_pod", run_name="__main__")
import jobs.tasks, jobs.clones.cloning, schema_tools.plan
print(*(name for name, module in sys.modules.items() if module))
"""
VALUES = {
    "DATABASE_URL": "postgresql://owner@db/demo",
    "REDIS_URL": "redis://cache",
    "JWT_SECRET": "j" * 32,
}
ALL = VALUES | {
    "JWT_SECRET_PREVIOUS": "k" * 32,
    "TENANT_SECRET": "t" * 32,
    "TENANT_SECRET_PREVIOUS": "u" * 32,
    "TENANT_DATABASE_URL": "postgresql://tenants@db/demo",
    "CLONE_ATTEMPTS": "5",
    "DEMO_SESSION_DURATION_MINUTES": "12.5",
    "LOG_LEVEL": "WARNING",
    "OTEL_EXPORTER_OTLP_ENDPOINT": "http://collector:4318",
}
READ = [
    "database_url", "owner_url", "redis_url", "tenant_url", "jwt_secrets", "tenant_secrets",
    "clone_attempts", "demo_session_duration_minutes", "log_level", "otel_exporter_otlp_endpoint",
]  # fmt: skip


def test_a_clone_imports_nothing_heavy():
    done = subprocess.run([sys.executable, "-c", NEEDED], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    found = set(done.stdout.split())
    assert {"psycopg", "redis", "rq", "schema_tools"} <= found
    assert found & HEAVY == set()


def test_a_clones_settings_are_those_of_the_table(monkeypatch):
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    for values in (VALUES, ALL, ALL | {"TENANT_SECRET": ""}, VALUES | {"LOG_LEVEL": ""}):
        table: BaseModel = Settings(
            _env_file=None, **{k.lower(): v for k, v in values.items() if v}
        )
        own = read(values)
        assert {n: getattr(own, n) for n in READ} == {n: getattr(table, n) for n in READ}


def test_what_cannot_be_used_is_left_to_the_table():
    for name, value in (
        ("JWT_SECRET", "short"), ("TENANT_SECRET", "short"), ("CLONE_ATTEMPTS", "many"),
        ("CLONE_ATTEMPTS", "0"), ("LOG_LEVEL", "LOUD"), ("DATABASE_URL", ""),
    ):  # fmt: skip
        try:
            read(ALL | {name: value})
        except (KeyError, ValueError):
            continue
        raise AssertionError(f"{name}={value} was taken")
    assert "jwt" not in repr(EnvironmentSettings("secret", "secret", "j" * 32))
