"""Shows what the processes that do jobs have reported of themselves."""

from collections.abc import Iterator

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector
from redis.exceptions import RedisError

from app.http.job_health import JobHealth


class JobCollector(Collector):
    """`JobHealth` as metrics; without Redis there are none."""

    def __init__(self, health: JobHealth) -> None:
        self._health = health

    def collect(self) -> Iterator[GaugeMetricFamily | CounterMetricFamily]:
        """Read the figures now."""
        try:
            alive, incidents = self._health.processes(), self._health.incidents()
        except RedisError:
            return
        processes = GaugeMetricFamily(
            "demo_job_processes",
            "Processes that do or schedule jobs and have reported within 30 s.",
            labels=["role"],
        )
        for role, count in alive.items():
            processes.add_metric([role], count)
        yield processes
        counted = CounterMetricFamily(
            "demo_incidents", "What went wrong in jobs and was survived, by kind.", labels=["kind"]
        )
        for kind, count in sorted(incidents.items()):
            counted.add_metric([kind], count)
        yield counted
