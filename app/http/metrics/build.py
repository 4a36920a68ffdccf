"""Which version is running, as a metric: a deployment that is half through shows two."""

from collections.abc import Iterator

from prometheus_client.core import InfoMetricFamily
from prometheus_client.registry import Collector

from app.version import VERSION


class BuildCollector(Collector):
    """`demo_build_info`, always 1, with the version as its label."""

    def collect(self) -> Iterator[InfoMetricFamily]:
        """Give the version."""
        yield InfoMetricFamily("demo_build", "The version that runs.", {"version": VERSION})
