"""What watches the system: liveness, readiness and metrics."""

from collections.abc import Iterator
from typing import Any

from apiflask import APIBlueprint
from flask import Response, jsonify
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from redis.exceptions import RedisError
from sqlalchemy import Engine, text
from sqlalchemy.exc import SQLAlchemyError

from app.control import stats
from app.control.accounts import ACCOUNTS
from app.control.extension import Control, control
from app.document import Responses

READINESS: Responses = {
    200: {"description": "It serves.", "content": {"application/json": {}}},
    503: {"description": "Some part is away.", "content": {"application/json": {}}},
}

blueprint = APIBlueprint("observe", __name__, tag="Estado")


@blueprint.get("/health")
def health() -> dict[str, str]:
    """Say that the process lives."""
    return {"status": "ok"}


@blueprint.get("/ready")
@blueprint.doc(responses=READINESS)
def ready() -> tuple[Response, int]:
    """Say whether requests can be served: Postgres, Redis and the templates are there."""
    checks = check(control())
    good = all(state == "ok" for state in checks.values())
    return jsonify(status="ok" if good else "unavailable", checks=checks), 200 if good else 503


def check(services: Control) -> dict[str, str]:
    """Each part that serving needs, `ok` or what is wrong with it."""
    checks = {"postgres": "ok", "redis": "ok", "templates": "ok"}
    try:
        services.redis.ping()
    except RedisError as error:
        checks["redis"] = type(error).__name__
    try:
        with services.engine.connect() as connection:
            connection.execute(text("SELECT 1"))
        missing = {a.account_type for a in ACCOUNTS} - set(services.pool.account_types())
        if missing:
            checks["templates"] = f"missing: {', '.join(sorted(missing))}"
    except SQLAlchemyError as error:
        checks["postgres"] = checks["templates"] = type(error).__name__
    return checks


@blueprint.get("/metrics")
@blueprint.doc(hide=True)
def metrics() -> Response:
    """Give figures to Prometheus; they come from Postgres, so every process tells the same."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(SessionCollector(control().engine))
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


class SessionCollector(Collector):
    """Sessions and tenants as metrics, read when asked for."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Read the figures now."""
        figures: dict[str, Any] = stats.totals(self._engine)
        sessions = GaugeMetricFamily("demo_sessions", "Sessions by status.", labels=["status"])
        for status in ("pending", "active", "expired", "destroyed", "failed"):
            sessions.add_metric([status], figures[f"{status}_sessions"])
        yield sessions
        yield GaugeMetricFamily(
            "demo_session_requests", "Requests of all sessions.", value=figures["total_requests"]
        )
        tenants = GaugeMetricFamily(
            "demo_tenants",
            "Demo tenants by account type and state.",
            labels=["account_type", "state"],
        )
        for row in stats.tenant_counts(self._engine):
            tenants.add_metric([row.account_type, row.state], row.tenants)
        yield tenants
