"""Checks of Redis: that it answers, evicts nothing, and keeps what it holds."""

from collections.abc import Iterator

from redis.exceptions import ResponseError

from app.control.operators.doctor.finding import Finding, failed, ok, skipped, warning
from app.control.services import ControlServices

OLDEST = (6, 2)
MEMORY_IN_USE = 0.8
"""The share of `maxmemory` from which on we warn."""


def check_server(services: ControlServices) -> Iterator[Finding]:
    """Check the version, and that it takes writes."""
    info = services.redis.info("server")
    version = str(info["redis_version"])
    if tuple(map(int, version.split(".")[:2])) >= OLDEST:
        yield ok("redis.version", f"Redis {version}")
    else:
        yield failed(
            "redis.version", f"Redis {version} is older than 6.2",
            "commands that we use are missing", "Update Redis, or use Valkey.",
        )  # fmt: skip
    services.redis.set("demo:probe", 1, ex=60)
    yield ok("redis.writes", "it takes writes")


def check_memory(services: ControlServices) -> Iterator[Finding]:
    """Check that nothing is evicted, and that there is room."""
    memory = services.redis.info("memory")
    most, used = int(memory.get("maxmemory", 0)), int(memory["used_memory"])
    policy = str(memory.get("maxmemory_policy", "noeviction"))
    if most == 0 or policy == "noeviction":
        yield ok("redis.eviction", "nothing is evicted")
    else:
        yield failed(
            "redis.eviction", f"maxmemory-policy is {policy}",
            "jobs and events vanish when memory is short: they are no cache",
            "redis-cli CONFIG SET maxmemory-policy noeviction",
        )  # fmt: skip
    if most and used > MEMORY_IN_USE * most:
        yield warning(
            "redis.memory", f"{used >> 20} of {most >> 20} MB are in use",
            "when it is full, no job can be queued", "redis-cli CONFIG SET maxmemory <more>",
        )  # fmt: skip
    else:
        yield ok("redis.memory", f"{used >> 20} MB are in use")


def check_persistence(services: ControlServices) -> Iterator[Finding]:
    """Check that a restart of Redis keeps jobs, or that the last save worked."""
    info = services.redis.info("persistence")
    if info.get("aof_enabled"):
        if info.get("aof_last_write_status", "ok") == "ok":
            yield ok("redis.persistence", "an append-only file is written")
        else:
            yield failed(
                "redis.persistence", "the append-only file could not be written",
                "a restart loses what came since", "Make room on Redis' disk.",
            )  # fmt: skip
        return
    try:
        saves = bool(services.redis.config_get("save").get("save"))
    except ResponseError:
        yield skipped("redis.persistence", "Redis does not tell whether it saves: CONFIG is closed")
        return
    if saves:
        yield ok("redis.persistence", "snapshots are saved")
    else:
        yield warning(
            "redis.persistence", "Redis saves nothing to disk",
            "after a restart figures and queued jobs are lost; cleanup finds the jobs again",
            "redis-cli CONFIG SET appendonly yes",
        )  # fmt: skip
