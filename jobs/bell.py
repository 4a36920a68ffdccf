"""Lets a web process ask for refills without waiting for Redis: a thread does the asking."""

import os
import threading
from uuid import UUID

import structlog
from redis.exceptions import RedisError

from jobs.dispatch import RqDispatcher

log = structlog.get_logger(__name__)


class RefillBell:
    """A dispatcher whose refills are asked for a moment later, many at once as one.

    A refill that is lost with its process is made up for by the next cleanup.
    """

    def __init__(self, dispatcher: RqDispatcher) -> None:
        self._dispatcher = dispatcher
        self._wanted: set[str] = set()
        self._rung = threading.Event()
        self._lock = threading.Lock()
        self._process = 0

    def clone(self, tenant_id: UUID) -> None:
        """Clone the schema of a tenant that a visitor waits for."""
        self._dispatcher.clone(tenant_id)

    def drop(self, tenant_id: UUID) -> None:
        """Drop the schema of a tenant that nobody needs any more."""
        self._dispatcher.drop(tenant_id)

    def refill(self, account_type: str) -> None:
        """Ring; returns at once."""
        with self._lock:
            self._wanted.add(account_type)
            if self._process != os.getpid():  # the first ring, or the first after a fork
                self._process = os.getpid()
                threading.Thread(target=self._listen, name="refill bell", daemon=True).start()
        self._rung.set()

    def _listen(self) -> None:
        while True:
            self._rung.wait()
            self._rung.clear()
            with self._lock:
                wanted, self._wanted = self._wanted, set()
            for account_type in sorted(wanted):
                try:
                    self._dispatcher.refill(account_type)
                except RedisError as error:
                    name = type(error).__name__
                    log.warning("refill not asked for", action="dispatch_failed", error=name)
