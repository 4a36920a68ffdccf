"""Asks Redis on a connection that a thread keeps.

The client takes a connection from its pool for every command, and gives it back, between counters
and hooks: a good part of what a question costs the request that asks it. Here a thread has its own.
"""

import os
from collections.abc import Sequence
from threading import local
from typing import Any

from redis import Redis
from redis.exceptions import ConnectionError as RedisConnectionError


class ThreadLocalConnections:
    """Commands on a connection for each thread, made as the client makes its own.

    Args:
        redis: whose address, login and timeouts are used.
    """

    def __init__(self, redis: Redis) -> None:
        self._pool = redis.connection_pool
        self._kept = local()

    def mget(self, keys: Sequence[str]) -> list[Any]:
        """The values of keys, None where there is none.

        A connection that Redis closed while it rested is made anew, once.

        Raises:
            RedisError, OSError: Redis is away, slow, or refuses; a slow one is not asked again.
        """
        kept = self._find()
        if kept is not None:
            try:
                return self._ask(kept, keys)
            except RedisConnectionError:
                pass
        return self._ask(self._make(), keys)

    def _find(self) -> Any:
        """The thread's own connection, unless a process of before the fork made it."""
        made_by, connection = getattr(self._kept, "connection", (None, None))
        return connection if made_by == os.getpid() else None

    def _make(self) -> Any:
        connection = self._pool.make_connection()
        self._kept.connection = os.getpid(), connection
        return connection

    def _ask(self, connection: Any, keys: Sequence[str]) -> list[Any]:
        try:
            connection.send_command("MGET", *keys)
            values: list[Any] = connection.read_response()
        except BaseException:  # what is left of the answer must not be the next one's
            del self._kept.connection
            connection.disconnect()
            raise
        return values
