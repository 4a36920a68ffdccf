"""The tasks that a job may name, those of earlier releases included."""

import pytest
from redis import Redis

from jobs import tasks
from jobs.queue.task_queue import FORMER_TASKS, TASKS, NotATaskError, TaskJob


def job_of(name):
    job = TaskJob("any", Redis())
    job._func_name = name
    return job


@pytest.mark.parametrize("name", sorted(TASKS))
def test_a_task_is_found_by_its_name(name):
    assert job_of(name).func is getattr(tasks, name.rpartition(".")[2])


@pytest.mark.parametrize("name", sorted(FORMER_TASKS))
def test_a_job_that_an_earlier_release_queued_is_understood(name):
    assert job_of(name).func is getattr(tasks, FORMER_TASKS[name].rpartition(".")[2])
    assert name not in TASKS


@pytest.mark.parametrize("name", ["os.mkdir", "jobs.tasks.launches", "jobs.tasks._job_id", ""])
def test_another_function_is_refused(name):
    with pytest.raises(NotATaskError):
        _ = job_of(name).func
