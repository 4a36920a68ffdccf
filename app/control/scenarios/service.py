"""What operators ask of saved scenarios: save one from a session, rename it, delete it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Connection, Engine

from app.control import transitions
from app.control.ports import Dispatcher, try_dispatch
from app.control.scenarios.schemas import ScenarioIn, ScenarioTexts
from app.demo import BASE, Demo
from app.errors import Conflict, NotFound
from app.insights.live.audit import noted_action
from app.sql_blocks import load_statements

MOST = 20
"""So many are kept at once: each has a template and a pool of its own."""

_SQL = load_statements("app.control.scenarios", "scenarios")


@dataclass(frozen=True, slots=True)
class SavedScenario:
    """A scenario that was saved from a session, or is being saved or deleted."""

    id: UUID
    name: str
    account_type: str
    title: str
    description: str
    look_at: tuple[str, ...]
    state: str
    """`saving`, `ready`, `failed` or `deleting`."""
    step: str
    saved_at: datetime | None
    moved_days: int
    created_at: datetime
    created_by: str
    source_id: UUID | None
    schema_name: str | None
    revision: str | None
    template_state: str | None
    failure: str | None
    """Why it was not saved, or why its template cannot be used."""

    @property
    def is_offered(self) -> bool:
        """True if a session can begin in it."""
        return self.state == "ready" and self.template_state == "ready"


@dataclass(frozen=True, slots=True)
class Author:
    """Who asks, and by which request."""

    name: str
    request: str = ""


class ScenarioService:
    """The saved scenarios of this installation; jobs copy and drop their templates."""

    def __init__(self, engine: Engine, demo: Demo, dispatcher: Dispatcher) -> None:
        self._engine = engine
        self._demo = demo
        self._dispatcher = dispatcher

    def saved(self) -> list[SavedScenario]:
        """Return all, the oldest first."""
        return self._fetch(None)

    def find(self, name: str) -> SavedScenario:
        """Return one.

        Raises:
            NotFound: there is none of this name.
        """
        found = self._fetch(name)
        if not found:
            raise NotFound(f"No scenario called {name!r} was saved.", code="scenario_unknown")
        return found[0]

    def source(self, session: UUID) -> Any:
        """Return the row of a session that can be saved.

        Raises:
            NotFound: there is none, it is over, or its data are not there yet.
        """
        with self._engine.connect() as connection:
            return _source(connection, session)

    def save(self, session: UUID, given: Mapping[str, Any], author: Author) -> UUID:
        """Have an open session's data kept as a scenario, by a job. Return the scenario's id.

        Raises:
            InvalidRequest: a text or the name cannot be used.
            Conflict: the name is taken, or there are too many.
            NotFound: there is no such session, or it is over.
        """
        with noted_action(self._engine, author.name, "save scenario", session, author.request):
            wanted = ScenarioIn.read(given)
            scenario = uuid4()
            with self._engine.begin() as connection:
                connection.execute(_SQL["lock_saving"])
                row = _source(connection, session)
                self._ensure_free(connection, wanted.name)
                values = {
                    **_texts(wanted), "id": scenario, "name": wanted.name, "source": session,
                    "account_type": row.account_type, "who": author.name,
                }  # fmt: skip
                if connection.execute(_SQL["insert_saved"], values).one_or_none() is None:
                    raise _taken(wanted.name)
        try_dispatch("scenario", self._dispatcher.work_on_scenario, scenario)
        return scenario

    def rename(self, name: str, given: Mapping[str, Any], author: Author) -> None:
        """Change what visitors read of a scenario; its name in addresses stays.

        Raises:
            InvalidRequest: a text cannot be used.
            NotFound: there is none of this name that is saved.
        """
        what = f"rename scenario {name}"[:60]
        with noted_action(self._engine, author.name, what, None, author.request):
            texts = ScenarioTexts.read(given)
            self.find(name)
            with self._engine.begin() as connection:
                values = {**_texts(texts), "name": name}
                if connection.execute(_SQL["rename_saved"], values).one_or_none() is None:
                    raise Conflict(
                        f"The scenario {name!r} is not saved yet, or is being deleted.",
                        code="scenario_busy",
                    )

    def delete(self, name: str, author: Author) -> None:
        """Have a scenario deleted, with its template, by a job.

        Raises:
            NotFound: there is none of this name.
            Conflict: sessions or links use it, or it is being saved.
        """
        what = f"delete scenario {name}"[:60]
        with noted_action(self._engine, author.name, what, None, author.request):
            scenario = self.find(name)
            with self._engine.begin() as connection:
                row = connection.execute(_SQL["lock_saved"], {"id": scenario.id}).one_or_none()
                if row is None or row.state == "deleting":
                    return
                if row.state == "saving":
                    raise Conflict(
                        f"The scenario {name!r} is being saved: wait until it is done.",
                        code="scenario_busy",
                    )
                if row.state == "failed":
                    connection.execute(_SQL["forget_failed"], {"id": row.id})
                    return
                _ensure_unused(connection, row)
                transitions.FAIL_TEMPLATE.run(
                    connection, template_id=row.template_id, failure="it is being deleted"
                )
                connection.execute(_SQL["begin_deleting"], {"id": row.id})
        try_dispatch("scenario", self._dispatcher.work_on_scenario, scenario.id)

    def _ensure_free(self, connection: Connection, name: str) -> None:
        if name == BASE or name in self._demo.folder_names:
            raise Conflict(
                f"{name!r} is a scenario of the demo itself: choose another name.",
                code="scenario_taken",
            )
        if connection.scalar(_SQL["count_saved"]) >= MOST:
            raise Conflict(
                f"There are {MOST} saved scenarios: delete one first.", code="scenario_limit"
            )

    def _fetch(self, name: str | None) -> list[SavedScenario]:
        with self._engine.connect() as connection:
            rows = connection.execute(_SQL["saved"], {"name": name}).all()
        return [SavedScenario(**{**row._mapping, "look_at": tuple(row.look_at)}) for row in rows]


def _source(connection: Connection, session: UUID) -> Any:
    row = connection.execute(_SQL["source"], {"source": session}).one_or_none()
    if row is None:
        raise NotFound("There is no such session, or it is over.", code="session_unknown")
    return row


def _ensure_unused(connection: Connection, row: Any) -> None:
    uses = connection.execute(
        _SQL["uses"],
        {"template_id": row.template_id, "account_type": row.account_type, "name": row.name},
    ).one()
    used = [
        f"{count} {what}{'' if count == 1 else 's'}"
        for count, what in ((uses.sessions, "session"), (uses.links, "link"))
        if count
    ]
    if used:
        raise Conflict(
            f"The scenario {row.name!r} is used by {' and '.join(used)}: end the sessions and"
            " revoke the links first.",
            code="scenario_in_use",
        )


def _taken(name: str) -> Conflict:
    return Conflict(f"There is a saved scenario called {name!r} already.", code="scenario_taken")


def _texts(texts: ScenarioTexts) -> dict[str, Any]:
    return {
        "title": texts.title,
        "description": texts.description,
        "look_at": json.dumps(list(texts.look_at), ensure_ascii=False),
    }
