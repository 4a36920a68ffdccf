"""Limits the rows that a tenant may add, because all tenants share one disk."""

import time
from threading import Lock
from uuid import UUID

import structlog
from redis import Redis
from redis.exceptions import RedisError

from app.errors import TooManyRequests

log = structlog.get_logger(__name__)

KEEP_SECONDS = 86_400
"""Longer than any session lasts."""


class RowQuota:
    """Counts the rows that tenants insert, in Redis.

    While Redis is away each process counts alone, so that the limit is looser but still there.
    """

    def __init__(self, redis: Redis, limit: int) -> None:
        self._redis = redis
        self._limit = limit
        self._lock = Lock()
        self._own: dict[UUID, tuple[float, int]] = {}

    def add(self, tenant_id: UUID, rows: int) -> None:
        """Count rows that are about to be committed.

        Raises:
            TooManyRequests: they are more than a tenant may add.
        """
        if self._total(tenant_id, rows) > self._limit:
            raise TooManyRequests(
                "Has añadido muchos datos a esta demo y no admite más. Puedes seguir mirando, o "
                "abrir otra.",
                code="quota_exceeded",
            )

    def forget(self, tenant_id: UUID) -> None:
        """Start at zero: the tenant's rows are the template's again."""
        with self._lock:
            self._own.pop(tenant_id, None)
        try:
            self._redis.delete(_key(tenant_id))
        except RedisError as error:
            log.warning("row count not reset", action="quota_degraded", error=type(error).__name__)

    def _total(self, tenant_id: UUID, rows: int) -> int:
        key = _key(tenant_id)
        try:
            with self._redis.pipeline(transaction=True) as pipeline:
                pipeline.incrby(key, rows)
                pipeline.expire(key, KEEP_SECONDS)
                return int(pipeline.execute()[0])
        except RedisError as error:
            log.warning(
                "rows counted in this process", action="quota_degraded", error=type(error).__name__
            )
            return self._count_here(tenant_id, rows)

    def _count_here(self, tenant_id: UUID, rows: int) -> int:
        now = time.monotonic()
        with self._lock:
            self._own = {k: v for k, v in self._own.items() if v[0] > now}
            _, known = self._own.get(tenant_id, (0.0, 0))
            self._own[tenant_id] = now + KEEP_SECONDS, known + rows
            return known + rows


def _key(tenant_id: UUID) -> str:
    return f"demo:rows:{tenant_id.hex}"
