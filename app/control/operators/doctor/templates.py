"""Checks that every template is there, proven, and opens for tenants."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row

from app.control.operators.doctor.finding import Finding, failed, ok, warning
from app.control.operators.doctor.postgres import fetch_server
from app.control.services import ControlServices
from app.http.readiness import Readiness
from app.migrations import tenant_head
from app.sql_blocks import load_statements

LATE_SECONDS = 600
"""A clone or a drop that has not ended for so long is stalled."""

_SQL = load_statements("app.control", "doctor")


@dataclass(frozen=True, slots=True)
class Template:
    """A template's row, and what its kept plan says of its proof; `locks` is 0 without one."""

    account_type: str
    schema_name: str
    state: str
    revision: str | None
    trouble: str | None
    is_compiled: bool
    proven_at: str | None
    proven_on: int | None
    locks: int


def fetch_templates(services: ControlServices) -> list[Template]:
    """Return every template. The server cannot read a plan's JSON: it holds zero characters."""
    with services.engine.connect() as connection:
        rows = connection.execute(_SQL["templates"]).all()
    return [_template(row) for row in rows]


def _template(row: "Row[Any]") -> Template:
    proof = (json.loads(row.plan) if row.plan else {}).get("proof") or {}
    version = proof.get("server_version")
    return Template(
        account_type=row.account_type,
        schema_name=row.schema_name,
        state=row.state,
        revision=row.revision,
        trouble=row.trouble,
        is_compiled=row.plan is not None,
        proven_at=proof.get("at"),
        proven_on=None if version is None else version // 10000,
        locks=proof.get("locks", 0),
    )


def check_templates(services: ControlServices) -> Iterator[Finding]:
    """Check that each account type has a template of this version's tables."""
    rows = {template.account_type: template for template in fetch_templates(services)}
    tree = services.demo.tables.migrations
    head = None if tree is None else tenant_head(tree)
    for account_type in services.demo.account_types:
        check, row = f"templates.{account_type}", rows.get(account_type)
        if row is None or row.state != "ready":
            trouble = "" if row is None or row.trouble is None else f" ({row.trouble})"
            yield failed(
                check, f"there is no template that is ready{trouble}",
                "visitors cannot try it", "bin/role seed",
            )  # fmt: skip
        elif head is not None and row.revision != head:
            yield failed(
                check, f"{row.schema_name} is at revision {row.revision}, this version has {head}",
                "its clones lack what requests ask for", "flask --app wsgi demo migrate",
            )  # fmt: skip
        else:
            yield ok(check, f"{row.schema_name} is ready, at revision {row.revision}")


def check_saved(services: ControlServices) -> Iterator[Finding]:
    """Check that saved scenarios can be begun in, and that no folder hides behind one."""
    folders = services.demo.folder_names
    for saved in services.scenarios.saved():
        check = f"scenarios.{saved.name}"
        if saved.name in folders:
            yield warning(
                check, f"{saved.name} is a saved scenario and a folder of the demo",
                "the folder is not offered",
                f"Rename the folder, or: flask --app wsgi demo scenario delete {saved.name}",
            )  # fmt: skip
        elif saved.failure is not None:
            yield warning(
                check, f"{saved.name} cannot be used: {saved.failure}",
                "visitors are not offered it",
                f"flask --app wsgi demo scenario delete {saved.name}, and save it again",
            )  # fmt: skip
        elif saved.is_offered:
            yield ok(check, f"{saved.name} is offered, moved on by {saved.moved_days} days")


def check_plans(services: ControlServices) -> Iterator[Finding]:
    """Check that each template's kept plan was proven on this version of Postgres."""
    version = fetch_server(services).version
    for row in fetch_templates(services):
        check = f"plans.{row.account_type}"
        if not row.is_compiled:
            yield warning(
                check, f"{row.schema_name} has no kept plan yet", "its first clone takes longer",
                "It is compiled by the next clone: flask --app wsgi demo cleanup",
            )  # fmt: skip
        elif row.proven_at is None or row.proven_on != version:
            yield warning(
                check,
                f"the plan of {row.schema_name} was proven on Postgres {row.proven_on}, this is"
                f" {version}",
                "another version may print definitions otherwise",
                "DELETE FROM control.clone_plans; and the next clone of each template proves it",
            )  # fmt: skip
        else:
            yield ok(check, f"proven on {row.proven_at}")


def check_locks(services: ControlServices) -> Iterator[Finding]:
    """Check that the lock table holds the largest clone beside what is held already."""
    server = fetch_server(services)
    needed = max((template.locks for template in fetch_templates(services)), default=0)
    what = (
        f"the largest clone takes {needed:,} of {server.locks:,} locks"
        f" (max_locks_per_transaction = {server.locks_per_transaction})"
    )
    if needed * 2 <= server.locks:
        yield ok("templates.locks", what)
        return
    enough = -(-needed * 2 * server.locks_per_transaction // server.locks)
    yield (warning if needed <= server.locks else failed)(
        "templates.locks", what, "two clones at once fail with 'out of shared memory'",
        f"ALTER SYSTEM SET max_locks_per_transaction = {enough}; and restart the server",
    )  # fmt: skip


def check_openings(services: ControlServices) -> Iterator[Finding]:
    """Open a ready tenant of each template as a visit does."""
    problems = Readiness().find_problems(services)
    for problem in problems:
        yield failed(
            "templates.openings", problem, "visitors get an error instead of a demo",
            "flask --app wsgi demo cleanup; after a restore: docs/operations.md, Restore",
        )  # fmt: skip
    if not problems:
        yield ok("templates.openings", "tenants open as a visit does")


def check_tenants(services: ControlServices) -> Iterator[Finding]:
    """Check that no tenant failed, and that clones and drops come to an end."""
    with services.engine.connect() as connection:
        counts = connection.execute(_SQL["tenants"], {"late": LATE_SECONDS}).one()
    minutes = LATE_SECONDS // 60
    for count, what, repair in (
        (counts.failed, "tenants failed", "flask --app wsgi demo cleanup, and the worker's log"),
        (
            counts.undropped,
            f"tenants wait for {minutes} minutes to be dropped",
            "flask --app wsgi demo cleanup; a connection may hold a lock on them",
        ),
        (
            counts.stalled,
            f"clones have not ended for {minutes} minutes",
            "flask --app wsgi demo reconcile",
        ),
    ):
        check = f"tenants.{what.split()[0] if what[0] == 'c' else what.split()[1]}"
        if count:
            yield warning(check, f"{count} {what}", "they take disk and hold the pool back", repair)
        else:
            yield ok(check, f"no {what}")
