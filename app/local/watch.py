"""Watches a running stack: says when it is ready, and stops it when a server is gone."""

import os
import signal
import threading
import time
from collections.abc import Callable
from http.client import HTTPException
from urllib.error import HTTPError
from urllib.request import ProxyHandler, build_opener

from app.local.errors import ServerFailed
from app.local.stack import LocalStack

POLL_SECONDS = 0.3
PATIENCE_SECONDS = 120


class Watch:
    """A thread beside the processes, from their start to their end."""

    def __init__(
        self, stack: LocalStack, url: str, on_ready: Callable[[], None], say: Callable[[str], None]
    ) -> None:
        self._stack = stack
        self._url = url
        self._on_ready = on_ready
        self._say = say
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="watch", daemon=True)
        self._failure: ServerFailed | None = None

    def start(self) -> None:
        """Begin to watch."""
        self._thread.start()

    def stop(self) -> None:
        """Watch no longer.

        Raises:
            ServerFailed: one of the stack's servers has ended: the reason of whatever else ended.
        """
        self._over.set()
        self._thread.join()
        if self._failure is not None:
            raise self._failure
        self._stack.ensure_servers_run()

    def _run(self) -> None:
        ready, patience_ends = False, time.monotonic() + PATIENCE_SECONDS
        while not self._over.wait(POLL_SECONDS):
            if not self._servers_run():
                return
            if ready:
                continue
            problem = find_problem(f"{self._url}/ready")
            if problem is None:
                ready = True
                self._on_ready()
            elif time.monotonic() > patience_ends:
                self._say(f"Still not ready: {problem}")
                patience_ends += PATIENCE_SECONDS

    def _servers_run(self) -> bool:
        try:
            self._stack.ensure_servers_run()
        except ServerFailed as failure:
            self._failure = failure
            os.kill(os.getpid(), signal.SIGTERM)
            return False
        return True


def find_problem(url: str) -> str | None:
    """What keeps a URL from answering 200, None when it does."""
    direct = build_opener(ProxyHandler({}))  # a proxy knows nothing of our loopback address
    try:
        with direct.open(url, timeout=10):
            return None
    except HTTPError as error:
        with error:
            return f"{url} answers {error.code}: {error.read(500).decode(errors='replace')}"
    except (OSError, HTTPException) as error:
        return f"{url} does not answer: {error}"
