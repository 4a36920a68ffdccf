"""What is still to be done about saved scenarios: the notes that jobs read and write."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb
from sqlalchemy import Connection, Engine

from app.control import transitions
from app.sql_blocks import load_statements

_SQL = load_statements("app.control.scenarios", "scenarios")


@dataclass(frozen=True, slots=True)
class Source:
    """A session whose data are to be kept, with the template that it was cut from."""

    schema: str
    template: str
    version: int
    revision: str | None
    tenant_name: str


def to_work_on(engine: Engine) -> list[UUID]:
    """Return the scenarios that are still to be saved or deleted."""
    with engine.connect() as connection:
        return list(connection.scalars(_SQL["to_work_on"]))


def begin_attempt(engine: Engine, scenario: UUID) -> Any:
    """Count an attempt; return the scenario's row, or None if there is nothing to do."""
    with engine.begin() as connection:
        return connection.execute(_SQL["begin_attempt"], {"id": scenario}).one_or_none()


def find_source(engine: Engine, session: UUID | None) -> Source | None:
    """Return the session that a scenario is saved from; None if it is over."""
    with engine.connect() as connection:
        row = connection.execute(_SQL["source"], {"source": session}).one_or_none()
    if row is None:
        return None
    return Source(row.schema, row.template, row.version, row.revision, row.tenant_name)


def note_step(engine: Engine, scenario: UUID, step: str) -> None:
    """Note how far it is, for the operators' page."""
    with engine.begin() as connection:
        connection.execute(_SQL["note_step"], {"id": scenario, "step": step})


def fail_saving(engine: Engine, scenario: UUID, failure: str) -> None:
    """Give up saving a scenario, with the reason."""
    with engine.begin() as connection:
        connection.execute(_SQL["fail_saving"], {"id": scenario, "failure": failure})


def is_taken(connection: Connection, schema: str) -> bool:
    """Tell whether a template's name is taken: by a schema, or by a tenant's row."""
    return bool(connection.scalar(_SQL["is_taken"], {"schema": schema}))


def lock_saved(connection: Connection, scenario: UUID) -> Any:
    """Return a scenario's row, locked, or None."""
    return connection.execute(_SQL["lock_saved"], {"id": scenario}).one_or_none()


def timeline_of(connection: Connection, source: Source) -> tuple[list[datetime], list[Any]]:
    """Return what would have happened in the session by itself."""
    row = connection.execute(
        _SQL["timeline_of_source"], {"template": source.template, "version": source.version}
    ).one_or_none()
    return ([], []) if row is None else (row.moments, row.entries)


def finish_saving(
    connection: Connection,
    scenario: UUID,
    template_id: UUID,
    saved_at: datetime,
    moments: list[datetime],
    entries: list[Any],
) -> None:
    """Note that a scenario is saved; what it was saved from is not kept."""
    values = {
        "id": scenario, "template_id": template_id, "saved_at": saved_at, "moments": moments,
        "entries": Jsonb(entries),
    }  # fmt: skip
    connection.execute(_SQL["finish_saving"], values).one()


def find_orphan_copies(engine: Engine, mark: str) -> list[str]:
    """Return the schemas that saving left behind."""
    with engine.connect() as connection:
        return list(connection.scalars(_SQL["orphan_copies"], {"mark": mark}))


def tenants_of(engine: Engine, template_id: UUID) -> list[Any]:
    """Return the tenants that are cut from a template, with their states."""
    with engine.connect() as connection:
        return list(connection.execute(_SQL["tenants_of"], {"template_id": template_id}))


def schema_of(engine: Engine, template_id: UUID) -> str:
    """Return the schema of a template."""
    with engine.connect() as connection:
        return str(connection.scalar(_SQL["schema_of"], {"template_id": template_id}))


def count_sessions(engine: Engine, row: Any) -> int:
    """Return how many sessions of a scenario are not over."""
    values = {"template_id": row.template_id, "account_type": row.account_type, "name": row.name}
    with engine.connect() as connection:
        return int(connection.execute(_SQL["uses"], values).one().sessions)


def retire_template(connection: Connection, scenario: UUID, template_id: UUID, schema: str) -> None:
    """Forget a template whose schema is dropped, and its scenario."""
    connection.execute(_SQL["forget_plan"], {"template_id": template_id})
    connection.execute(_SQL["forget_timelines"], {"schema": schema})
    connection.execute(_SQL["forget_saved"], {"id": scenario})
    transitions.FAIL_TEMPLATE.run(
        connection, template_id=template_id, failure="it is being deleted"
    )
    transitions.RETIRE_TEMPLATE.run(connection, template_id=template_id)


def forget_deleted_templates(engine: Engine) -> None:
    """Delete the rows of dropped templates that no session names any more."""
    with engine.begin() as connection:
        transitions.DELETE_TEMPLATES.run(connection)
