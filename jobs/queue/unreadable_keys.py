"""Moves keys aside that have another type than RQ and we give them, so that work goes on.

Redis answers WRONGTYPE to every command on such a key: a queue, a registry or a schedule that was
overwritten would stop its process at each start.
"""

import re
import time
from contextlib import suppress

import structlog
from redis import Redis
from redis.exceptions import ResponseError

from app.http.job_health import JobHealth

log = structlog.get_logger(__name__)

KEPT_AS = "demo:set-aside:"
KEPT_SECONDS = 7 * 86_400
"""How long operators can look at what was set aside."""

TYPES = (
    (r"rq:queue:.*:intermediate:first_seen:.*", "string"),
    (r"rq:queue:.*", "list"),
    (r"rq:queues", "set"),
    (r"rq:job:[^:]*:dependents", "set"),
    (r"rq:job:[^:]*", "hash"),
    (r"rq:results:.*", "stream"),
    (r"rq:workers(:.*)?", "set"),
    (r"rq:worker:[^:]*", "hash"),
    (r"rq:(wip|finished|failed|deferred|ready|scheduled|canceled|executions):.*", "zset"),
    (r"rq:execution:.*", "hash"),
    (r"rq:clean_registries:.*", "string"),
    (r"rq:suspended", "string"),
    (r"rq:scheduler:scheduled_jobs", "zset"),
    (r"rq:scheduler_instance:.*", "hash"),
    (r"rq:scheduler_lock", "string"),
    (r"demo:(incidents|job-processes|kubernetes:jobs|measurements)", "hash"),
    (r"demo:cache:.*", "hash"),
    (r"demo:events", "stream"),
    (r"demo:(probe|rows:.*)", "string"),
    (r"demo:(refill|progress|clone-jobs|kubernetes|scheduler):.*", "string"),
    (r"\{gateway:activity\}:counts(:.*)?", "hash"),
    (r"\{gateway:activity\}:last(:.*)?", "zset"),
    (r"\{gateway:activity\}:batches", "set"),
)
"""What each key should be; the first pattern that matches the whole key decides."""

_TYPES = [(re.compile(pattern, re.DOTALL), kind) for pattern, kind in TYPES]
FIRST_LETTERS = "[rd{]*"
"""Matches all of these keys, so that one pass over Redis finds them, and leaves most others out."""


def is_wrong_type(error: BaseException) -> bool:
    """Return whether Redis refused a command because of the key's type."""
    # A pipeline puts the command before it.
    return isinstance(error, ResponseError) and "WRONGTYPE " in str(error)


def set_aside(redis: Redis, key: str | bytes) -> None:
    """Rename a key, so that what uses it starts with nothing; log and count it."""
    name = key if isinstance(key, str) else key.decode(errors="backslashreplace")
    kept = f"{KEPT_AS}{time.time_ns()}:{name}"
    with suppress(ResponseError):  # it was removed meanwhile
        redis.rename(key, kept)
        redis.expire(kept, KEPT_SECONDS)
        log.error("key set aside", action="key_set_aside", key=name, kept_as=kept)
        JobHealth(redis).count_incident("key_set_aside")


def set_aside_unreadable(redis: Redis) -> list[str]:
    """Set aside every key of ours and RQ's that has another type than it should. Redis errors pass.

    Returns the keys' names.
    """
    expected = {
        key: kind
        for key in redis.scan_iter(FIRST_LETTERS, count=1000)
        if (kind := expected_type(key.decode(errors="replace"))) is not None
    }
    with redis.pipeline(transaction=False) as pipeline:
        for key in expected:
            pipeline.type(key)
        kinds = pipeline.execute()
    wrong = []
    for (key, kind), found in zip(expected.items(), kinds, strict=True):
        if found.decode() not in (kind, "none"):
            set_aside(redis, key)
            wrong.append(key.decode(errors="replace"))
    return wrong


def expected_type(key: str) -> str | None:
    """Return the type that a key should have, or None for a key that is not ours."""
    return next((kind for pattern, kind in _TYPES if pattern.fullmatch(key)), None)
