"""Figures that are read when Prometheus asks: sessions, tenants, the pool, queues, the catalog."""

import time
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from redis import Redis
from redis.exceptions import RedisError

from app.control.pool.pool_sizing import PoolTarget
from app.control.queues import CLONE_JOBS, QUEUES
from app.control.statistics import Figures

QUEUE_KEY, JOB_KEY = "rq:queue:%s", "rq:job:%s"


class SessionCollector(Collector):
    """Sessions and tenants as metrics."""

    def __init__(self, figures: Figures) -> None:
        self._figures = figures

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Give the figures."""
        figures = self._figures.totals
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
        for row in self._figures.tenants:
            tenants.add_metric([row.account_type, row.state], row.tenants)
        yield tenants
        yield GaugeMetricFamily(
            "demo_catalog_relations",
            "Relations in the database, of all schemas: what makes a catalog slow.",
            value=self._figures.relations,
        )
        disk = GaugeMetricFamily(
            "demo_session_bytes",
            "Bytes that an open session takes on disk, by account type: the mean of a few.",
            labels=["account_type"],
        )
        for account_type, size in self._figures.session_bytes.items():
            disk.add_metric([account_type], size)
        yield disk


class PoolCollector(Collector):
    """The targets of the pool as metrics."""

    def __init__(self, targets: list[PoolTarget]) -> None:
        self._targets = targets

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Give the figures."""
        target = GaugeMetricFamily(
            "demo_pool_target", "Tenants to keep ready, by template.", labels=["account_type"]
        )
        size = GaugeMetricFamily(
            "demo_tenant_bytes", "Bytes that a new tenant takes, by template.",
            labels=["account_type"],
        )  # fmt: skip
        for each in self._targets:
            target.add_metric([each.account_type], each.target)
            size.add_metric([each.account_type], each.tenant_bytes)
        yield target
        yield size


class QueueCollector(Collector):
    """How many jobs wait, and since when; without Redis there are none."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Read the queues now."""
        depth = GaugeMetricFamily("demo_queue_jobs", "Jobs that wait, by queue.", labels=["queue"])
        waited = GaugeMetricFamily(
            "demo_queue_wait_seconds", "Seconds that the first job of a queue has waited.",
            labels=["queue"],
        )  # fmt: skip
        try:
            for name in QUEUES:
                key = QUEUE_KEY % name
                first: Any = self._redis.lindex(key, 0)
                depth.add_metric([name], int(self._redis.llen(key)))
                waited.add_metric([name], 0.0 if first is None else self._waited(first.decode()))
        except RedisError:
            return
        yield depth
        yield waited

    def _waited(self, job_id: str) -> float:
        enqueued: Any = self._redis.hget(JOB_KEY % job_id, "enqueued_at")
        if enqueued is None:
            return 0.0
        return max(0.0, time.time() - _moment(enqueued.decode()))


class CloneJobCollector(Collector):
    """Kubernetes Jobs that clone, as the last look at the cluster found them.

    Without a look in the last minutes there are none to tell of, nor where workers clone.
    """

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Read what the last look wrote."""
        jobs = GaugeMetricFamily(
            "demo_clone_jobs", "Kubernetes Jobs that clone, by state.", labels=["state"]
        )
        try:
            found: Any = self._redis.hgetall(CLONE_JOBS)
        except RedisError:
            return
        for state, count in sorted(found.items()):
            jobs.add_metric([state.decode()], int(count))
        yield jobs


def _moment(text: str) -> float:
    try:
        return datetime.fromisoformat(text).timestamp()
    except ValueError:
        return time.time()
