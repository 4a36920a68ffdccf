"""The state of a clone's RQ job: whether a process works on it."""

from datetime import UTC, datetime, timedelta

import pytest
from rq.job import JobStatus

from jobs.clones.clone_tasks import PAUSE, CloneTask

BEFORE = datetime(2026, 3, 28, 10, tzinfo=UTC)
SECOND = timedelta(seconds=1)
LATE, EARLY, LONG_AGO = BEFORE + SECOND, BEFORE - SECOND, BEFORE - PAUSE - SECOND
WORKERS, POD = "clone", "clone-0d4c5f2e-26d6-4a9f-8e7e-4f5f8a2b9c1d"


def job(status, started_at=None, queue=WORKERS, *, in_line=False):
    return CloneTask(queue, JobStatus(status), started_at, lambda: in_line)


UNDER_WAY = [
    (job("queued", in_line=True), True),
    (job("queued", in_line=False), False),
    (job("started", LATE), True),
    (job("started", EARLY), False),
    (job("started", None), False),
    (job("finished", LATE), False),
    (job("stopped", EARLY), False),
    (job("failed", LATE), False),
    (job("failed", EARLY, POD), True),
    (job("failed", LONG_AGO, POD), False),
]


@pytest.mark.parametrize(("seen", "expected"), UNDER_WAY)
def test_a_job_is_running_or_not(seen, expected):
    assert seen.is_under_way(BEFORE) is expected


RUNNING = [
    (job("started", EARLY), True),
    (job("started", None), True),
    (job("started", LATE), False),
    (job("queued"), False),
    (job("failed", EARLY), False),
    (job("finished", EARLY), False),
]


@pytest.mark.parametrize(("seen", "expected"), RUNNING)
def test_a_job_has_been_running_since_a_time_or_not(seen, expected):
    assert seen.is_running_since(BEFORE) is expected


def test_queue_and_status_are_read_from_the_job():
    waiting, failed = job("queued", queue=POD), job("failed")
    assert (waiting.needs_pod, waiting.is_begun, waiting.has_failed) == (True, False, False)
    assert (failed.needs_pod, failed.is_begun, failed.has_failed) == (False, True, True)
