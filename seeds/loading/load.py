"""Writes templates, each in one transaction; one that is up to date is not written."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import uuid5

from psycopg.errors import DeadlockDetected, LockNotAvailable
from sqlalchemy import Connection, Engine, select

from app.control import transitions
from app.control.models import Tenant
from app.control.timelines import write_timeline
from app.database.isolation import VERSION as ISOLATION
from app.demo import Demo, SeedError
from app.migrations import tenant_head
from seeds.catalogue.kinds import Profile
from seeds.changes import changed
from seeds.loading.locks import ensure_control, lock
from seeds.loading.schema import analyze, replace_schema, schema_exists, tree_of
from seeds.templates import PROFILES, TemplateData, build_template
from seeds.values import MADRID, NAMESPACE

ATTEMPTS = 3

Progress = Callable[[str, int, int], None]
"""Called with the schema's name, the rows that are in, and the rows that there are."""


@dataclass(frozen=True)
class Target:
    """A bakery as it is in a scenario, and the template that the demo wants it in."""

    profile: Profile
    schema_name: str
    key: str


@dataclass(frozen=True)
class LoadedTemplate:
    """The result for one template."""

    account_type: str
    schema_name: str
    version: int
    changed: bool
    rows: int


def ensure_tenants(engine: Engine, demo: Demo) -> list[LoadedTemplate]:
    """Make each template's row and schema, which may still be empty.

    An empty template has the state `cloning` and version 0: nothing may be cut from it yet.

    Raises:
        ControlSchemaMissing: the control tables are not there.
        SeedError: the demo has an account type that the seeds do not know.
    """
    return [_ensure_tenant(engine, demo, target) for target in targets_of(demo)]


def _ensure_tenant(engine: Engine, demo: Demo, target: Target) -> LoadedTemplate:
    name = target.schema_name
    with engine.begin() as connection:
        ensure_control(connection)
        lock(connection, name)
        found = _fetch_version(connection, name)
        changed = found is None or not schema_exists(connection, name)
        if changed:
            _insert_tenant(connection, target)
            replace_schema(connection, name, {}, demo.tables)
            transitions.EMPTY_TEMPLATE.run(connection, schema_name=name)
        version = 0 if found is None else found[0]
        return LoadedTemplate(target.key, name, version, changed, 0)


def ensure_templates(
    engine: Engine, demo: Demo, now: datetime, progress: Progress | None = None
) -> list[LoadedTemplate]:
    """Bring every template to the day of this moment.

    A template that tells the day's story is not written at all: it is brought forward elsewhere.
    Another is replaced in one transaction, by the rows of this moment: until that commits, and for
    ever when it fails, the old one stays.

    Raises:
        ControlSchemaMissing: the control tables are not there.
        SeedError: clones kept the old template busy for too long, or the demo has an account type
            that the seeds do not know.
    """
    report = progress or (lambda _name, _done, _total: None)
    return [
        _ensure_template(
            engine, demo, target, build_template(target.profile, now, demo.scale), report
        )
        for target in targets_of(demo)
    ]


def targets_of(demo: Demo) -> list[Target]:
    """The bakeries that the demo wants, ordinary days first.

    Raises:
        SeedError: the demo has an account type that the seeds do not know, or a scenario's manifest
            cannot be used.
    """
    known = {profile.account_type.value: profile for profile in PROFILES}
    unknown = sorted(set(demo.account_types) - set(known))
    if unknown:
        raise SeedError(f"The seeds know {', '.join(known)}, not {unknown[0]}: correct demo.toml.")
    return [
        Target(changed(known[one.account.account_type], one.scenario), one.schema_name, one.key)
        for one in demo.templates
    ]


def _ensure_template(
    engine: Engine, demo: Demo, target: Target, data: TemplateData, progress: Progress
) -> LoadedTemplate:
    for _ in range(ATTEMPTS):
        try:
            loaded = _load(engine, demo, target, data, progress)
        except (DeadlockDetected, LockNotAvailable):
            continue  # A clone was reading the old template; it ends before the next attempt.
        if loaded.changed:
            with engine.begin() as connection:
                analyze(connection, loaded.schema_name, data.tables)
        return loaded
    name = target.schema_name
    raise SeedError(f"{name} was busy in {ATTEMPTS} attempts to replace it: run the seeds again.")


def _load(
    engine: Engine, demo: Demo, target: Target, data: TemplateData, progress: Progress
) -> LoadedTemplate:
    name, total = target.schema_name, data.row_count
    account_type = target.key
    revision = tenant_head(tree_of(demo.tables))
    digest = data.story.digest(f"{revision} {ISOLATION}")
    with engine.begin() as connection:
        ensure_control(connection)
        lock(connection, name)
        found = _fetch_version(connection, name)
        if found is not None and found[1] == digest and schema_exists(connection, name):
            progress(name, total, total)
            return LoadedTemplate(account_type, name, found[0], False, total)
        if found is None:
            _insert_tenant(connection, target)
        replace_schema(
            connection,
            name,
            data.tables,
            demo.tables,
            progress=lambda done: progress(name, done, total),
            reserved=data.reserved,
        )
        today = data.now.astimezone(MADRID).date()
        version = _publish(connection, target, today, revision, digest)
        write_timeline(connection, name, version, data.timeline())
    return LoadedTemplate(account_type, name, version, True, total)


def _fetch_version(connection: Connection, name: str) -> tuple[int, str | None] | None:
    found = connection.execute(
        select(Tenant.template_version, Tenant.template_digest).where(Tenant.schema_name == name)
    ).one_or_none()
    return None if found is None else (found[0], found[1])


def _insert_tenant(connection: Connection, target: Target) -> None:
    transitions.REGISTER_TEMPLATE.run(
        connection,
        id=uuid5(NAMESPACE, target.schema_name),
        name=target.profile.business.name,
        schema_name=target.schema_name,
        account_type=target.key,
    )


def _publish(
    connection: Connection, target: Target, today: date, revision: str, digest: str
) -> int:
    """Make the template ready to be cloned, under a new version."""
    version: int | None = transitions.PUBLISH_TEMPLATE.run(
        connection,
        schema_name=target.schema_name,
        name=target.profile.business.name,
        digest=digest,
        revision=revision,
        data_on=today,
    ).scalar_one_or_none()
    assert version is not None, "the template's row went away under its lock"
    return version
