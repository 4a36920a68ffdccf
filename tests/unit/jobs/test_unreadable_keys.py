"""The Redis type that each key must have; RQ's key names are taken from RQ."""

from fnmatch import fnmatchcase

import pytest
from redis import Redis
from redis.exceptions import ResponseError
from rq.worker_registration import REDIS_WORKER_KEYS, WORKERS_BY_QUEUE_KEY

from jobs.queue.task_queue import TaskJob, TaskQueue
from jobs.queue.unreadable_keys import FIRST_LETTERS, KEPT_AS, expected_type, is_wrong_type
from jobs.scheduler import DemoScheduler

QUEUE = TaskQueue("maintenance", connection=Redis())

KEYS = [
    (QUEUE.key, "list"),
    (QUEUE.intermediate_queue.key, "list"),
    (QUEUE.intermediate_queue.get_first_seen_key("a"), "string"),
    (QUEUE.redis_queues_keys, "set"),
    (QUEUE.registry_cleaning_key, "string"),
    (QUEUE.started_job_registry.key, "zset"),
    (QUEUE.finished_job_registry.key, "zset"),
    (QUEUE.failed_job_registry.key, "zset"),
    (QUEUE.deferred_job_registry.key, "zset"),
    (QUEUE.scheduled_job_registry.key, "zset"),
    (QUEUE.canceled_job_registry.key, "zset"),
    (TaskJob.key_for("clone-1"), "hash"),
    (TaskJob.dependents_key_for("clone-1"), "set"),
    (REDIS_WORKER_KEYS, "set"),
    (WORKERS_BY_QUEUE_KEY % "pool", "set"),
    (DemoScheduler.scheduled_jobs_key, "zset"),
    (DemoScheduler.scheduler_lock_key, "string"),
    (DemoScheduler.redis_scheduler_namespace_prefix + "x", "hash"),
    ("demo:refill:central_baker", "string"),
    ("{gateway:activity}:counts:0a", "hash"),
    ("{gateway:activity}:last", "zset"),
]


@pytest.mark.parametrize(("key", "kind"), KEYS)
def test_a_key_has_its_type(key, kind):
    assert expected_type(key) == kind
    assert fnmatchcase(key, FIRST_LETTERS), "the pass over Redis leaves it out"


@pytest.mark.parametrize(
    "key", ["rq:something:new", "other:rq:queues", f"{KEPT_AS}1:rq:queues", ""]
)
def test_a_key_that_is_not_known_has_none(key):
    assert expected_type(key) is None


def test_only_redis_own_answer_is_a_wrong_type():
    assert is_wrong_type(ResponseError("WRONGTYPE Operation against a key"))
    assert is_wrong_type(ResponseError("Command # 7 (ZADD a) of pipeline: WRONGTYPE x"))
    assert not is_wrong_type(ResponseError("OOM command not allowed"))
    assert not is_wrong_type(ValueError("WRONGTYPE"))
