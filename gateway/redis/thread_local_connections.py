"""Redis connections that belong to one thread each.

The client takes a connection from its pool for every command and gives it back, which is a good
part of what a command costs. A connection of the thread's own saves that.
"""

import os
from collections.abc import Sequence
from threading import local
from typing import Any

from redis import Redis
from redis.exceptions import ConnectionError as RedisConnectionError


class ThreadLocalConnections:
    """Runs commands on one connection for each thread.

    Args:
        redis: the client whose address, login and timeouts are used.
    """

    def __init__(self, redis: Redis) -> None:
        self._pool = redis.connection_pool
        self._kept = local()

    def mget(self, keys: Sequence[str]) -> list[Any]:
        """Return the values of keys, None where there is none.

        A connection that Redis closed while it was idle is replaced, once.

        Raises:
            RedisError, OSError: Redis is away, slow, or refuses; after a timeout it is not asked
                again.
        """
        kept = self._find()
        if kept is not None:
            try:
                return self._ask(kept, keys)
            except RedisConnectionError:
                pass
        return self._ask(self._make(), keys)

    def _find(self) -> Any:
        """Return the thread's connection, unless it was made before a fork."""
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
        except BaseException:  # the rest of this answer must not be read as the next one
            del self._kept.connection
            connection.disconnect()
            raise
        return values
