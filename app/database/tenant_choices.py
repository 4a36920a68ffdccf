"""What the visitor of a tenant chose, for the views of a demo."""

from collections import OrderedDict
from threading import Lock
from uuid import UUID

from sqlalchemy import Engine

from app.control.sessions.session_view import NOTHING_CHOSEN, Choices, choices_in
from app.sql_blocks import load_statements

_FIND = load_statements("app.control", "sessions")["find_choices"]

REMEMBERED = 10_000
"""Tenants whose choices a process remembers; they do not change once a session has its tenant."""


class TenantChoices:
    """Reads the choices of tenants' visitors, once a process for each."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._known: OrderedDict[UUID, Choices] = OrderedDict()
        self._lock = Lock()

    def find(self, tenant_id: UUID) -> Choices:
        """Return what the visitor of a tenant chose; nothing where no visitor has it."""
        with self._lock:
            known = self._known.get(tenant_id)
        if known is not None:
            return known
        with self._engine.connect() as connection:
            row = connection.execute(_FIND, {"tenant_id": tenant_id}).one_or_none()
        if row is None:
            return NOTHING_CHOSEN
        found = choices_in(row.metadata)
        with self._lock:
            self._known[tenant_id] = found
            while len(self._known) > REMEMBERED:
                self._known.popitem(last=False)
        return found
