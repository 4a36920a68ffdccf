"""Figures that several processes add to, kept in Redis."""

import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from prometheus_client import CollectorRegistry, generate_latest
from redis import Redis

from app.http.metrics.measurements import KEY, MEASURED, Measurements
from app.http.metrics.measurements_collector import MeasurementsCollector
from app.http.metrics.request_times import kind_of

WAIT = "demo_session_wait_seconds"


def shown(measurements):
    registry = CollectorRegistry(auto_describe=False)
    registry.register(MeasurementsCollector(measurements))
    lines = generate_latest(registry).decode().splitlines()
    return dict(line.rsplit(" ", 1) for line in lines if not line.startswith("#"))


def test_processes_add_to_one_histogram_whose_buckets_add_up(redis_url):
    with Redis.from_url(redis_url) as redis:
        here, there = Measurements(redis, every=0), Measurements(redis, every=0)
        for seconds in (0.0, 0.3, 70.0):
            here.observe(WAIT, seconds)
        there.observe(WAIT, 0.3)
        assert redis.exists(KEY) == 0  # nothing is written on the way
        for process in (here, there):
            process.flush()
            process.flush()
        lines = shown(here)
        assert lines == shown(there)
        assert lines[f"{WAIT}_count"] == "4.0"
        assert lines[f'{WAIT}_bucket{{le="0.0"}}'] == "1.0"
        assert lines[f'{WAIT}_bucket{{le="0.5"}}'] == "3.0"
        assert lines[f'{WAIT}_bucket{{le="+Inf"}}'] == "4.0"
        assert float(lines[f"{WAIT}_sum"]) == pytest.approx(70.6)


def test_what_was_measured_while_redis_was_away_is_written_later(redis_url):
    away = Redis.from_url("redis://127.0.0.1:1", socket_connect_timeout=0.2)
    measurements = Measurements(away, every=0)
    measurements.count("demo_gateway_refusals", "demo_restriction")
    measurements.flush()
    assert shown(measurements) == {}
    with Redis.from_url(redis_url) as redis:
        measurements._redis = redis
        measurements.flush()
        assert shown(measurements)['demo_gateway_refusals_total{code="demo_restriction"}'] == "1.0"


def test_threads_lose_nothing(redis_url):
    with Redis.from_url(redis_url) as redis, ThreadPoolExecutor(8) as pool:
        measurements = Measurements(redis, every=0)

        def work(_):
            for _ in range(50):
                measurements.observe("demo_drop_seconds", 0.04)
            measurements.flush()

        list(pool.map(work, range(8)))
        assert shown(measurements)["demo_drop_seconds_count"] == "400.0"


def test_hostile_paths_make_no_series():
    kinds = {kind_of(path) for path in ("/api/x", "/demo/x", "/ops", "/api/demo/x", "/a", "/\x1f|")}
    assert kinds == {"api", "page", "ops", "session", "other"}


def test_names_are_those_of_prometheus():
    for name, measured in MEASURED.items():
        assert re.fullmatch(r"demo_[a-z_]+", name)
        assert list(measured.buckets) == sorted(set(measured.buckets))
        assert name.endswith("_seconds") == bool(measured.buckets)
