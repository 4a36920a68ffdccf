"""How far the clone is that a session waits for: written by the job, read by the visitor's page."""

import json
from dataclasses import asdict, dataclass
from uuid import UUID

from redis import Redis
from redis.exceptions import RedisError

KEEP_SECONDS = 3600
"""No clone takes longer."""


@dataclass(frozen=True, slots=True)
class Progress:
    """The clone's phase, the object that it is at, and how many percent are done."""

    phase: str
    table: str
    percent: float


WAITING = Progress("queued", "", 0.0)


class ProgressBoard:
    """The progress of clones in Redis, one key a tenant."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    def write(self, tenant_id: UUID, progress: Progress) -> None:
        """Record the progress of the tenant's clone; without Redis it is not recorded."""
        try:
            self._redis.set(_key(tenant_id), json.dumps(asdict(progress)), ex=KEEP_SECONDS)
        except RedisError:
            return

    def read(self, tenant_id: UUID | None) -> Progress:
        """Return the progress of the tenant's clone; `WAITING` when nothing is known."""
        if tenant_id is None:
            return WAITING
        try:
            known = self._redis.get(_key(tenant_id))
            return WAITING if known is None else Progress(**json.loads(known))
        except (RedisError, ValueError, TypeError):  # Redis is away, or the value is not ours
            return WAITING


def _key(tenant_id: UUID) -> str:
    return f"demo:progress:{tenant_id}"
