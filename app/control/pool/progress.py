"""How far the clone is that a session waits for: written by the job, read by the visitor's page."""

import json
from dataclasses import asdict, dataclass
from uuid import UUID

from redis import Redis
from redis.exceptions import RedisError

SECONDS = 3600
"""How long a note is kept; no clone takes longer."""


@dataclass(frozen=True, slots=True)
class Progress:
    """Phase and object of the clone, and how much of it is done."""

    phase: str
    table: str
    percent: float


WAITING = Progress("queued", "", 0.0)


class ProgressBoard:
    """Notes about clones, one a tenant, in Redis."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    def write(self, tenant_id: UUID, progress: Progress) -> None:
        """Note how far the tenant's clone is; without Redis nobody sees it, and no harm is done."""
        try:
            self._redis.set(_key(tenant_id), json.dumps(asdict(progress)), ex=SECONDS)
        except RedisError:
            return

    def read(self, tenant_id: UUID | None) -> Progress:
        """How far the clone is; `WAITING` when nothing is known."""
        if tenant_id is None:
            return WAITING
        try:
            progress = self._redis.get(_key(tenant_id))
            return WAITING if progress is None else Progress(**json.loads(progress))
        except (RedisError, ValueError, TypeError):  # without Redis, or not written by us
            return WAITING


def _key(tenant_id: UUID) -> str:
    return f"demo:progress:{tenant_id}"
