"""What operators do to sessions; each action is written down first, then with its outcome."""

import json
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from uuid import UUID

from app.control.operators.lookup import find_session_id
from app.control.services import ControlServices
from app.errors import InvalidRequest, NotFound
from app.insights.live.audit import noted_action
from app.sql_blocks import load_statements

_SQL = load_statements("app.insights", "live")
LONGEST_MESSAGE = 280
SHOWN = timedelta(minutes=15)
"""For so long a page that a visitor opens shows a message."""


class OperatorActions:
    """Ends and extends sessions and speaks to visitors, in an operator's name.

    Args:
        services: the services of the application.
        who: the operator.
        request: the id of the request.
    """

    def __init__(self, services: ControlServices, who: str, request: str) -> None:
        self._services = services
        self._who = who
        self._request = request

    def end(self, session: UUID) -> None:
        """End a session; ending it again changes nothing.

        Raises:
            NotFound: there is none.
        """
        with self._noted("end", session):
            self._services.sessions.end(self._find(session), ended_by="ops")

    def extend(self, session: UUID) -> None:
        """Extend a session as its visitor could.

        Raises:
            AppError: there is none, it is over, or was extended as often as may be.
        """
        with self._noted("extend", session):
            self._services.sessions.extend(self._find(session), by="ops")

    def say(self, session: UUID, text: str) -> None:
        """Show the session's visitor a message for some minutes.

        The text itself is not written down.

        Raises:
            InvalidRequest: it is empty or too long.
            NotFound: there is no such session, or it is over.
        """
        plain = " ".join(text.split())
        if not 0 < len(plain) <= LONGEST_MESSAGE or not plain.isprintable():
            raise InvalidRequest(f"A message has 1 to {LONGEST_MESSAGE} characters.")
        until = (datetime.now(UTC) + SHOWN).timestamp()
        message = json.dumps({"text": plain, "until": until})
        with self._noted("message", session), self._services.engine.begin() as connection:
            said = connection.execute(_SQL["say"], {"session": session, "message": message})
            if said.one_or_none() is None:
                raise NotFound("There is no such session, or it is over.", code="session_unknown")

    def _find(self, session: UUID) -> str:
        return find_session_id(self._services.engine, str(session))

    def _noted(self, what: str, session: UUID) -> AbstractContextManager[None]:
        return noted_action(self._services.engine, self._who, what, session, self._request)
