"""What the processes that do jobs report of themselves, in Redis, for `/ready` and `/metrics`."""

import contextlib
import os
import socket

from redis import Redis
from redis.exceptions import RedisError

ROLES = ("scheduler", "worker")
SEEN_SECONDS = 30
"""A process that has not reported for so long has exited, or cannot write to Redis."""

PROCESSES_KEY = "demo:job-processes"
INCIDENTS_KEY = "demo:incidents"
INCIDENTS = (
    "activity_rejected",
    "cleanup_step_failed",
    "clone_job_failed",
    "events_lost",
    "events_rejected",
    "key_set_aside",
    "login_repaired",
    "reconcile_step_failed",
    "redis_failed",
    "schema_closed",
)
"""The kinds that are counted; named from the start, so that a first one is an increase."""


class JobHealth:
    """Which job processes are alive, and what went wrong in them."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    def report_alive(self, role: str, processes: int = 1) -> None:
        """Note how many processes of a role are alive on this host. Redis errors pass."""
        name = f"{role} {socket.gethostname()} {os.getpid()}"
        now = _seconds(self._redis)
        self._redis.hset(PROCESSES_KEY, name, f"{processes} {now}")
        self._redis.expire(PROCESSES_KEY, SEEN_SECONDS)
        gone = [other for other, (_, at) in self._reports().items() if now - at > SEEN_SECONDS]
        if gone:
            self._redis.hdel(PROCESSES_KEY, *gone)

    def count_incident(self, kind: str, times: int = 1) -> None:
        """Count something that went wrong and was survived; without Redis only the log has it."""
        with contextlib.suppress(RedisError):
            self._redis.hincrby(INCIDENTS_KEY, kind, times)

    def processes(self) -> dict[str, int]:
        """Return how many processes of each role are alive. Redis errors pass."""
        counts = dict.fromkeys(ROLES, 0)
        now = _seconds(self._redis)
        for name, (processes, at) in self._reports().items():
            role = name.partition(" ")[0]
            if role in counts and now - at <= SEEN_SECONDS:
                counts[role] += processes
        return counts

    def _reports(self) -> dict[str, tuple[int, int]]:
        """Return what each master or scheduler reported, and when, in seconds."""
        reports = {}
        for name, report in self._redis.hgetall(PROCESSES_KEY).items():
            processes, _, at = _text(report).partition(" ")
            reports[_text(name)] = (_number(processes), _number(at))
        return reports

    def incidents(self) -> dict[str, int]:
        """Return the counts by kind since Redis was last emptied. Redis errors pass."""
        counts = dict.fromkeys(INCIDENTS, 0)
        for kind, count in self._redis.hgetall(INCIDENTS_KEY).items():
            counts[_text(kind)] = _number(count)
        return counts

    def describe(self) -> dict[str, str]:
        """Return `ok` for each role, or what is wrong with it."""
        try:
            counts = self.processes()
        except RedisError as error:
            return dict.fromkeys(ROLES, f"unknown: {type(error).__name__}")
        missing = f"none reported within {SEEN_SECONDS} s"
        return {role: "ok" if count else missing for role, count in counts.items()}


def _seconds(redis: Redis) -> int:
    """Return Redis' own time: the clocks of hosts differ."""
    return int(redis.time()[0])


def _text(value: bytes | str) -> str:
    return value if isinstance(value, str) else value.decode(errors="replace")


def _number(value: bytes | str | None) -> int:
    try:
        return int(value or 0)
    except ValueError:
        return 0
