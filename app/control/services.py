"""The services that an application holds for its views, and what they share with those of jobs.

Jobs import this module too, and have no use for Flask: it is imported where it is needed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from app.control.models import SessionStatus
from app.control.pool.progress import ProgressBoard
from app.control.pool.tenant_pool import Pool
from app.control.reset.status import ResetStatus
from app.http.metrics.measurements import Measurements
from app.insights.events.recorder import EventRecorder
from app.insights.events.request import is_private

if TYPE_CHECKING:
    from flask import Flask
    from redis import Redis
    from sqlalchemy import Engine

    from app.control.pool.pool_sizing import PoolTarget
    from app.control.scenarios.service import ScenarioService
    from app.control.sessions.service import SessionService
    from app.control.sessions.session_view import SessionView
    from app.control.sessions.streams.event_streams import EventStreams
    from app.control.sharing.service import ShareService
    from app.control.statistics import Figures
    from app.control.tours.progress import TourRecords
    from app.demo import Demo
    from app.http.short_cache import ShortCache
    from app.insights.events.refusals import RefusalEvents
    from app.insights.leads.service import Leads
    from app.insights.links.service import Links
    from app.insights.webhooks.service import Webhooks
    from app.settings.table import Settings

KEY = "masa_madre.control"

PLACES_A_SECOND = 4
LONGEST_ASK_SECONDS = 10
"""Who waits asks again after a second, and a second more for each four before them: a hundred who
asked each second would take the processors from the clones that they wait for."""


@dataclass(frozen=True)
class Services:
    """What a web process and a job both work with."""

    settings: Settings
    engine: Engine
    redis: Redis
    pool: Pool
    progress: ProgressBoard
    events: EventRecorder
    measurements: Measurements


def make_services(settings: Settings, engine: Engine, redis: Redis) -> Services:
    """Build the services that every process has, on the engine and the client of its own."""
    return Services(
        settings=settings,
        engine=engine,
        redis=redis,
        pool=Pool(engine, settings.demo_session_duration_minutes * 60),
        progress=ProgressBoard(redis),
        measurements=Measurements(redis),
        events=EventRecorder(
            redis,
            enabled=settings.demo_events != "off",
            strict=settings.demo_events == "strict",
            is_private=is_private,
        ),
    )


@dataclass(frozen=True)
class ControlServices(Services):
    """What the views of the session service, the pages and the command line work with."""

    demo: Demo
    sessions: SessionService
    shares: ShareService
    leads: Leads
    links: Links
    webhooks: Webhooks
    scenarios: ScenarioService
    streams: EventStreams
    tours: TourRecords
    refusals: RefusalEvents
    figures: ShortCache[Figures]
    targets: ShortCache[list[PoolTarget]]
    sizes: ShortCache[dict[str, int]]
    """The bytes of each template, by its key."""

    def progress_of(self, session: SessionView) -> dict[str, Any] | None:
        """Return the progress of the clone that the session waits for; None if it does not wait."""
        if session.status is not SessionStatus.PENDING:
            return None
        now = self.progress.read(self.sessions.awaited_tenant(session))
        place = self.sessions.place_in_queue(session)
        return {
            "phase": now.phase,
            "table": now.table,
            "percent": now.percent,
            "place": place,
            "ask_again_seconds": ask_again_seconds(place),
        }

    def reset_of(self, session: SessionView) -> ResetStatus | None:
        """Return how the session's last reset stands; None when nothing is known of one."""
        return self.sessions.find_reset(session) if session.is_open else None


def ask_again_seconds(place: int) -> int:
    """Return when someone at this place in the queue asks again; the first place is 1."""
    return min(LONGEST_ASK_SECONDS, 1 + place // PLACES_A_SECOND)


def install(app: Flask, services: ControlServices) -> None:
    """Give the application its services."""
    app.extensions[KEY] = services


def current_services() -> ControlServices:
    """Return the services of the application that handles this request."""
    from flask import current_app

    return cast("ControlServices", current_app.extensions[KEY])
