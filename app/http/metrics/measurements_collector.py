"""The counts and histograms of all processes, as Prometheus reads them.

A pod that clones measures and shows nothing, so this is apart from `measurements`: it would take
longer to import Prometheus' client than to write what it measured.
"""

from collections.abc import Iterator

from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily
from prometheus_client.registry import Collector
from redis.exceptions import RedisError

from app.http.metrics.measurements import (
    MEASURED,
    MICROSECONDS,
    Labels,
    Measured,
    Measurements,
    Sums,
)


class MeasurementsCollector(Collector):
    """Shows what was measured."""

    def __init__(self, measurements: Measurements) -> None:
        self._measurements = measurements

    def collect(self) -> Iterator[CounterMetricFamily | HistogramMetricFamily]:
        """Read the sums of all processes; without Redis there are none."""
        try:
            series = self._measurements.read()
        except RedisError:
            return
        for name, measured in MEASURED.items():
            of_it = [(labels, found) for (known, labels), found in series.items() if known == name]
            yield _family(name, measured, sorted(of_it))


def _family(
    name: str, measured: Measured, series: list[tuple[Labels, Sums]]
) -> CounterMetricFamily | HistogramMetricFamily:
    if not measured.buckets:
        counts = CounterMetricFamily(name, measured.help, labels=measured.labels)
        for labels, found in series:
            counts.add_metric(list(labels), found["count"])
        return counts
    histogram = HistogramMetricFamily(name, measured.help, labels=measured.labels)
    for labels, found in series:
        total, buckets = 0, []
        for bound in (*map(str, measured.buckets), "+Inf"):
            total += found[bound]
            buckets.append((bound, float(total)))
        histogram.add_metric(list(labels), buckets, found["sum"] / MICROSECONDS)
    return histogram
