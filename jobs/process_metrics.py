"""What worker and scheduler show of themselves, to Prometheus, on a port of their own.

What all processes add up to is in Redis, and the web server shows it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from prometheus_client import (
    GC_COLLECTOR,
    PROCESS_COLLECTOR,
    CollectorRegistry,
    start_http_server,
)
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

if TYPE_CHECKING:
    from jobs.scheduler import DemoScheduler
    from jobs.worker import StandingWorkers

Families = Iterator[CounterMetricFamily | GaugeMetricFamily]


class WorkerCollector(Collector):
    """The master's view of its workers."""

    def __init__(self, workers: StandingWorkers) -> None:
        self._workers = workers

    def collect(self) -> Families:
        """Give the figures of this moment."""
        workers = self._workers
        yield GaugeMetricFamily(
            "demo_worker_processes",
            "Workers that this master has started and that have not ended.",
            value=workers.number_of_active_workers,
        )
        yield CounterMetricFamily(
            "demo_worker_starts", "Workers that this master has started.", value=workers.starts
        )
        yield CounterMetricFamily(
            "demo_worker_hung", "Workers that hung and were killed.", value=workers.hung
        )
        yield _away(workers.outage.seconds)
        jobs = CounterMetricFamily(
            "demo_worker_jobs", "Jobs that ended, by task and outcome.", labels=["task", "outcome"]
        )
        spent = CounterMetricFamily(
            "demo_worker_job_seconds", "Seconds that jobs took, by task.", labels=["task"]
        )
        for name, done, failed, seconds in workers.board.totals():
            task = name.rpartition(".")[2]
            jobs.add_metric([task, "done"], done)
            jobs.add_metric([task, "failed"], failed)
            spent.add_metric([task], seconds)
        yield jobs
        yield spent


class SchedulerCollector(Collector):
    """What the scheduler has done."""

    def __init__(self, scheduler: DemoScheduler) -> None:
        self._scheduler = scheduler

    def collect(self) -> Families:
        """Give the figures of this moment."""
        yield CounterMetricFamily(
            "demo_scheduler_passes",
            "How often the scheduler looked what is due.",
            value=self._scheduler.passes,
        )
        yield CounterMetricFamily(
            "demo_scheduler_queued", "Jobs that were due and queued.", value=self._scheduler.queued
        )
        yield _away(self._scheduler.outage.seconds)


def serve_metrics(port: int, collector: Collector) -> None:
    """Answer Prometheus on this port, from a thread; on port 0 not at all."""
    if not port:
        return
    registry = CollectorRegistry(auto_describe=False)
    for each in (collector, PROCESS_COLLECTOR, GC_COLLECTOR):
        registry.register(each)
    start_http_server(port, registry=registry)


def _away(seconds: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(
        "demo_redis_away_seconds",
        "For how long Redis has been away for this process; 0 while it works.",
        value=seconds,
    )
