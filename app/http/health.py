"""What watches the system: liveness, readiness and metrics."""

import os
from collections import Counter
from collections.abc import Iterator
from threading import Lock
from typing import Literal, cast

from apiflask import APIBlueprint
from flask import Flask, Response, abort, current_app, jsonify, request
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily
from prometheus_client.registry import Collector
from pydantic import BaseModel, Field
from werkzeug.utils import redirect

from app.control.services import current_services
from app.http.job_health import JobHealth
from app.http.metrics.build import BuildCollector
from app.http.metrics.collectors import (
    CloneJobCollector,
    PoolCollector,
    QueueCollector,
    SessionCollector,
)
from app.http.metrics.job_collector import JobCollector
from app.http.metrics.measurements_collector import MeasurementsCollector
from app.http.openapi.document import Responses
from app.http.readiness import current_readiness
from app.version import VERSION

READINESS: Responses = {
    200: {"description": "Puede atender.", "content": {"application/json": {}}},
    503: {"description": "Falta alguna parte.", "content": {"application/json": {}}},
}

FAILURES = "masa_madre.redis_failures"
"""Where an application keeps its count."""

ACTIONS = ("activity_record", "limit", "session_read", "session_refresh")
"""What the gateway asks Redis; named from the start, so that a first failure is an increase."""

DOCTOR = "/ops/doctor"
"""Where every check is made, behind the operators' passwords."""

ADDED_BY_PROXIES = ("X-Forwarded-For", "Forwarded")

blueprint = APIBlueprint("observe", __name__, tag="Estado")


@blueprint.get("/health")
@blueprint.doc(summary="Comprobar que el proceso vive.")
def health() -> dict[str, str]:
    """Say that the process lives, and of which version it is."""
    return {"status": "ok", "version": VERSION}


class ReadyQuery(BaseModel):
    """Whether to be content with less."""

    without: Literal["redis"] | None = Field(
        default=None, description="Una parte sin la que también se puede atender."
    )
    verbose: bool = Field(
        default=False, description="Lleva a todas las comprobaciones, para operadores."
    )


@blueprint.get("/ready")
@blueprint.doc(
    summary="Comprobar que todo está listo: Postgres, Redis y las plantillas.",
    description="Con `without=redis` basta el resto: sin Redis, las sesiones abiertas siguen.",
    responses=READINESS,
)
@blueprint.input(ReadyQuery, location="query")
def ready(query_data: ReadyQuery) -> tuple[Response, int]:
    """Say whether a visit would work: Postgres, Redis and templates that tenants can open.

    `?without=redis` is for those who would send visitors elsewhere: open sessions go on without
    it, and new ones begin with a tenant that is ready. `jobs` in the answer says whether scheduler
    and workers are alive; it decides nothing: without them visitors are served for a while.
    """
    if query_data.verbose:
        return cast(
            Response, redirect(DOCTOR, 307, Response=Response)
        ), 307  # its guard counts bad passwords
    checks, jobs = current_readiness().get()
    good = all(state == "ok" for part, state in checks.items() if part != query_data.without)
    return jsonify(
        status="ok" if good else "unavailable", checks=checks, jobs=jobs
    ), 200 if good else 503


def redis_failures(app: Flask) -> "RedisFailures":
    """The application's count of what the gateway asked Redis in vain."""
    found = app.extensions.setdefault(FAILURES, RedisFailures())
    assert isinstance(found, RedisFailures)
    return found


class RedisFailures(Collector):
    """Counts in this process what Redis did not answer: Redis itself cannot be asked for it."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        self._lock = Lock()

    def count(self, action: str) -> None:
        """One more, of something that was tried."""
        with self._lock:
            self._counts[action] += 1

    def collect(self) -> Iterator[CounterMetricFamily]:
        """Every action's count; each process has a series of its own."""
        family = CounterMetricFamily(
            "gateway_redis_failures",
            "What the gateway asked Redis in vain, by action and web process.",
            labels=["action", "process"],
        )
        with self._lock:
            counts = dict.fromkeys(ACTIONS, 0) | self._counts
        for action, count in sorted(counts.items()):
            family.add_metric([action, str(os.getpid())], count)
        yield family


@blueprint.get("/metrics")
@blueprint.doc(hide=True)
def metrics() -> Response:
    """Give figures to Prometheus; those from Postgres are the same in every process.

    Prometheus asks the process itself. What comes through a proxy is the public, whom they are none
    of their business, and who could have them counted without end.
    """
    if any(name in request.headers for name in ADDED_BY_PROXIES):
        abort(404)
    services, registry = current_services(), CollectorRegistry(auto_describe=False)
    for collector in (
        BuildCollector(),
        SessionCollector(services.figures.get()),
        PoolCollector(services.targets.get()),
        QueueCollector(services.redis),
        CloneJobCollector(services.redis),
        MeasurementsCollector(services.measurements),
        redis_failures(current_app),
        JobCollector(JobHealth(services.redis)),
    ):
        registry.register(collector)
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)
