"""Makes, finds and revokes prospect links."""

import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Engine

from app.control.sessions.session_view import NOTHING_CHOSEN, Choices
from app.demo import BASE
from app.errors import InvalidRequest, NotFound
from app.insights.figures.cells import Cell
from app.insights.ingest.visits import link_source
from app.sql_blocks import load_statements

_SQL = load_statements("app.insights.links", "links")

ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
"""Letters and digits that are not taken for others."""
CODE_LENGTH = 12
"""Fifty-nine bits: a link that was revoked or limited is not found by trying."""
LONGEST_MINUTES = 480
RESULTS = ("landed", "created", "traded", "contacted", "converted")
"""What is counted of a link's visits."""


@dataclass(frozen=True, slots=True)
class Link:
    """A prospect link."""

    code: str
    title: str
    account_type: str
    scenario: str
    features: tuple[str, ...] | None
    personal: dict[str, str] = field(repr=False)
    minutes: float | None
    language: str | None
    greeting: str
    created_at: datetime
    created_by: str
    expires_at: datetime | None
    max_uses: int | None
    uses: int
    state: str
    """`open`, `revoked`, `expired` or `used`."""

    @property
    def is_open(self) -> bool:
        """True if it opens a session now."""
        return self.state == "open"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a link is to be; `choices` are those of the sessions that it opens."""

    title: str
    account_type: str
    choices: Choices
    language: str | None = None
    greeting: str = ""
    days: float | None = None
    max_uses: int | None = None


class Links:
    """The prospect links of this installation."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def make(self, wanted: Wanted, who: str) -> Link:
        """Make a link, and note who made it."""
        code = "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))
        choices = wanted.choices
        values = {
            "code": code,
            "title": wanted.title,
            "account_type": wanted.account_type,
            "scenario": choices.scenario,
            "features": None if choices.features is None else json.dumps(choices.features),
            "personal": json.dumps(choices.personal),
            "minutes": choices.minutes,
            "language": wanted.language,
            "greeting": wanted.greeting,
            "days": wanted.days,
            "max_uses": wanted.max_uses,
            "created_by": who,
        }
        with self._engine.begin() as connection:
            connection.execute(_SQL["insert_link"], values)
        return self.fetch(code)

    def fetch(self, code: str) -> Link:
        """Return a link.

        Raises:
            NotFound: there is none with this code.
        """
        with self._engine.connect() as connection:
            row = connection.execute(_SQL["find_link"], {"code": code.lower()}).one_or_none()
        if row is None:
            raise NotFound("No existe este enlace. Revisa la dirección.", code="link_unknown")
        return _link(row)

    def newest(self, limit: int = 200) -> list[Link]:
        """Return the newest links."""
        with self._engine.connect() as connection:
            rows = connection.execute(_SQL["newest_links"], {"limit": limit}).all()
        return [_link(row) for row in rows]

    def results(self, links: Sequence[Link]) -> dict[str, dict[str, Cell]]:
        """Return by code what came of links: who saw the page, opened a demo, and went further."""
        sources = {link_source(link.code): link.code for link in links}
        with self._engine.connect() as connection:
            rows = connection.execute(_SQL["came_of_links"], {"sources": list(sources)}).all()
        found = {sources[row.source]: row for row in rows}
        return {
            link.code: {name: Cell(getattr(found.get(link.code), name, 0)) for name in RESULTS}
            for link in links
        }

    def revoke(self, code: str) -> bool:
        """Have a link open nothing from now on; sessions that it opened go on.

        Return False if it was revoked before, or does not exist.
        """
        with self._engine.begin() as connection:
            revoked = connection.execute(_SQL["revoke_link"], {"code": code.lower()})
            return revoked.one_or_none() is not None

    def choices(
        self,
        code: str,
        account_type: str,
        said: Choices,
        scenario: str | None,
    ) -> Choices:
        """Return the choices of a session that a link opens: its own, where the visitor said none.

        Whether it may be used is decided when the session is opened.

        Raises:
            NotFound: there is no such link.
            InvalidRequest: it is for another account type.
        """
        link = self.fetch(code)
        if link.account_type != account_type:
            raise InvalidRequest("Este enlace es de otro modelo de negocio.", code="link_mismatch")
        return self.choices_of(link, said, scenario)

    def choices_of(
        self, link: Link, said: Choices = NOTHING_CHOSEN, scenario: str | None = None
    ) -> Choices:
        """Return the choices of a session that a link opens."""
        return Choices(
            scenario=scenario or link.scenario,
            features=said.features or link.features,
            personal=link.personal | said.personal,
            minutes=link.minutes,
            link=link.code,
        )

    def scenarios(self) -> list[Any]:
        """Return a row for each template."""
        with self._engine.connect() as connection:
            return list(connection.execute(_SQL["scenarios"]))


def _link(row: Any) -> Link:
    features = row.features
    return Link(
        code=row.code,
        title=row.title,
        account_type=row.account_type,
        scenario=row.scenario or BASE,
        features=None if features is None else tuple(features),
        personal=row.personal,
        minutes=row.minutes,
        language=row.language,
        greeting=row.greeting,
        created_at=row.created_at,
        created_by=row.created_by,
        expires_at=row.expires_at,
        max_uses=row.max_uses,
        uses=row.uses,
        state=_state(row),
    )


def _state(row: Any) -> str:
    if row.revoked_at is not None:
        return "revoked"
    if row.is_expired:
        return "expired"
    return "used" if row.max_uses is not None and row.uses >= row.max_uses else "open"
