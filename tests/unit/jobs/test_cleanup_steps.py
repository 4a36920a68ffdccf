"""The order of cleanup's steps, and what a step's failure does to the others."""

from types import SimpleNamespace

import pytest
from rq.timeouts import JobTimeoutException

from jobs.maintenance import cleanup


@pytest.fixture
def services():
    counted = []
    health = SimpleNamespace(count_incident=counted.append)
    return SimpleNamespace(health=health, counted=counted)


def test_a_step_that_fails_is_counted_and_the_others_are_done(services, monkeypatch):
    done = []

    def fails(services, report):
        raise LookupError("a bug")

    def works(services, report):
        done.append("works")

    monkeypatch.setattr(cleanup, "STEPS", (fails, works, fails, works))
    assert cleanup.run_cleanup(services)["failed_steps"] == 2
    assert (done, services.counted) == (["works"] * 2, ["cleanup_step_failed"] * 2)


def test_the_jobs_timeout_ends_the_cleanup(services, monkeypatch):
    def too_long(services, report):
        raise JobTimeoutException

    monkeypatch.setattr(cleanup, "STEPS", (too_long,))
    with pytest.raises(JobTimeoutException):
        cleanup.run_cleanup(services)


def test_a_cleanup_without_work_reports_nothing_done(services, monkeypatch):
    monkeypatch.setattr(cleanup, "flush_activity", lambda _: None)
    monkeypatch.setattr(cleanup, "release_expired", lambda _, with_idle: 0)
    monkeypatch.setattr(cleanup, "STEPS", (cleanup.count_requests,))
    assert set(cleanup.run_cleanup(services).values()) == {0}
    monkeypatch.setattr(cleanup, "STEPS", ())
    assert set(cleanup.run_cleanup(services).values()) == {0}


@pytest.mark.parametrize(("counted", "with_idle"), [(None, False), (0, True), (7, True)])
def test_idle_sessions_end_only_when_requests_were_counted(
    services, monkeypatch, counted, with_idle
):
    asked = []
    monkeypatch.setattr(cleanup, "flush_activity", lambda _: counted)
    monkeypatch.setattr(cleanup, "release_expired", lambda _, with_idle: asked.append(with_idle))
    report = {}
    cleanup.count_requests(services, report)
    assert asked == [with_idle]
    assert report["activity"] == (counted or 0)


def test_sessions_end_by_the_clock_though_counting_fails(services, monkeypatch):
    asked = []

    def fails(_):
        raise LookupError("a bug")

    monkeypatch.setattr(cleanup, "flush_activity", fails)
    monkeypatch.setattr(cleanup, "release_expired", lambda _, with_idle: asked.append(with_idle))
    with pytest.raises(LookupError):
        cleanup.count_requests(services, {})
    assert asked == [False]


def test_slow_steps_run_last():
    assert cleanup.STEPS[0] is cleanup.count_requests
    assert cleanup.STEPS[-1] is cleanup.drop_tenants
