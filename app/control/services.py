"""The parts of the session service that one application holds, for its views to find."""

from dataclasses import dataclass
from typing import Any, cast

from flask import Flask, current_app
from redis import Redis
from sqlalchemy import Engine

from app.config import Settings
from app.control.models import SessionStatus
from app.control.pool.progress import ProgressBoard
from app.control.pool.tenant_pool import Pool
from app.control.sessions.event_streams import EventStreams
from app.control.sessions.service import SessionService
from app.control.sessions.session_view import SessionView
from app.demo import Demo

KEY = "masa_madre.control"


@dataclass(frozen=True)
class ControlServices:
    """What the views of the session service, the pages and the command line work with."""

    settings: Settings
    demo: Demo
    engine: Engine
    redis: Redis
    service: SessionService
    pool: Pool
    progress: ProgressBoard
    streams: EventStreams

    def progress_of(self, session: SessionView) -> dict[str, Any] | None:
        """How far the clone is that the session waits for; None when it does not wait."""
        if session.status is not SessionStatus.PENDING:
            return None
        now = self.progress.read(self.service.awaited_tenant(session))
        return {"phase": now.phase, "table": now.table, "percent": now.percent}


def install(app: Flask, services: ControlServices) -> None:
    """Give the application its services."""
    app.extensions[KEY] = services


def current_services() -> ControlServices:
    """The services of the application that handles this request."""
    return cast(ControlServices, current_app.extensions[KEY])
