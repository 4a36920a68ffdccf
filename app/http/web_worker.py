"""The web server's worker: gunicorn starts and watches it, waitress speaks HTTP in it.

gunicorn's threaded worker reads a request on one of its threads and waits for as long as the client
likes: as many slow clients as there are threads stop it. waitress reads all requests in one event
loop and gives a thread only to those that have arrived whole. What gunicorn does well stays with
it: one command, several processes, signals, replacing a process that hangs.
"""

import gc
import json
import logging
import os
import re
import signal
import time
from importlib import import_module
from typing import Any

from gunicorn.workers.base import Worker
from waitress import wasyncore
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser, ParsingError
from waitress.server import create_server
from waitress.task import ErrorTask

from app.errors import message_for, problem_body

HEADER_SECONDS = 10.0
"""A request line and its headers that take longer are not waited for."""

BODY_SECONDS = 30.0
"""A whole request that takes longer, counted from its first byte, is not waited for."""

LARGEST_HEADER = 32 * 1024
LARGEST_BODY = 288 * 1024
"""Bytes that the server takes in. The application refuses bodies from 256 KiB on, with its own
sentence; what is larger than this is refused before it is read."""

FOLDED = re.compile(rb"\r\n[ \t]")
"""A header that goes on in the next line: servers differ in what they make of it."""

TICK_SECONDS = 1.0
"""How often deadlines are looked at, and gunicorn is told that the process is alive."""

STOPS = (signal.SIGTERM, signal.SIGINT, signal.SIGQUIT)


class ProblemTask(ErrorTask):  # type: ignore[misc]  # waitress has no types
    """Answers a request that could not be read with the one error body (RFC 9457)."""

    def execute(self) -> None:
        """Write the answer; the connection is closed after it."""
        error = self.request.error
        body = json.dumps(problem_body(error.code, *message_for(error.code))).encode()
        self.status = f"{error.code} {error.reason}"
        self.response_headers.append(("Content-Type", "application/problem+json"))
        self.set_close_on_finish()
        self.content_length = len(body)
        self.write(body)


class StrictParser(HTTPRequestParser):  # type: ignore[misc]  # as above
    """Refuses a request whose end a server before us may see elsewhere (RFC 9112, 5.2 and 6.1).

    waitress believes the chunks of a request that has a length, too, and leaves the connection
    open: what a proxy that believes the length sends as the body would be a second request.
    """

    def parse_header(self, header_plus: bytes) -> None:
        """Read the headers.

        Raises:
            ParsingError: they cannot be read, or leave open where the request ends.
        """
        if FOLDED.search(header_plus):
            raise ParsingError("A header is folded")
        super().parse_header(header_plus)
        if self.chunked and "CONTENT_LENGTH" in self.headers:
            raise ParsingError("Content-Length and Transfer-Encoding exclude each other")
        if "TRANSFER_ENCODING" in self.headers:  # of HTTP 1.0, which has none
            raise ParsingError("Transfer-Encoding is not of this version")


class DeadlineChannel(HTTPChannel):  # type: ignore[misc]  # as above
    """A connection that knows since when it has been receiving an unfinished request."""

    error_task_class = ProblemTask
    parser_class = StrictParser
    request_began: float | None = None

    def received(self, data: bytes) -> bool:
        """Take in what came, and note when an unfinished request began."""
        taken = bool(super().received(data))
        if self.request is None:
            self.request_began = None
        elif self.request_began is None:
            self.request_began = time.monotonic()
        return taken

    def is_overdue(self, now: float) -> bool:
        """Return True if the client has taken too long to send its request."""
        request, began = self.request, self.request_began
        if request is None or began is None:
            return False
        return now - began > (BODY_SECONDS if request.headers_finished else HEADER_SECONDS)


class WebWorker(Worker):  # type: ignore[misc]  # gunicorn has no types
    """One process of the web server: an event loop that reads, and `--threads` that answer.

    gunicorn's settings keep their meaning: `threads`, `keepalive` (seconds that an idle connection
    is kept), `worker_connections` (open at once), `graceful_timeout`, `max_requests`.
    """

    @staticmethod
    def check_config(_cfg: Any, _log: Any) -> None:
        """Prepare the forks of new processes; gunicorn calls this as it starts.

        Most of the imports are done here, once, so that no process pays for them, and their memory
        is shared. The application is built in each process: it has threads and connections.

        Signals are kept for a new process until it has handlers. gunicorn asks a process once to
        stop; what arrives between its fork and its handlers is lost, and gunicorn waits for the
        whole of `graceful_timeout` and kills it.
        """
        import_module("app.factory")
        gc.collect()
        gc.freeze()  # a collection in a process would write to what it shares with the others
        master = os.getpid()

        def hold() -> None:
            if os.getpid() == master:
                signal.pthread_sigmask(signal.SIG_BLOCK, STOPS)

        def release() -> None:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPS)

        release()  # after USR2 this is the program that a fork of the last one became
        os.register_at_fork(before=hold, after_in_parent=release)

    def init_signals(self) -> None:
        """Install the handlers, then take what was sent since the fork."""
        super().init_signals()
        signal.siginterrupt(signal.SIGTERM, True)  # while it loads; run() takes that back
        signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPS)

    def handle_exit(self, sig: int, frame: Any) -> None:
        """Finish the requests at hand and end; at once while the application is still loaded."""
        super().handle_exit(sig, frame)
        if not self.booted:
            raise SystemExit(0)

    def run(self) -> None:
        """Serve until gunicorn asks to stop, then finish the requests at hand."""
        signal.siginterrupt(signal.SIGTERM, False)
        logging.getLogger("waitress").setLevel(logging.ERROR)
        sockets: dict[int, Any] = {}
        server = create_server(
            self.wsgi,
            map=sockets,
            sockets=[listener.sock for listener in self.sockets],
            threads=self.cfg.threads,
            connection_limit=self.cfg.worker_connections,
            channel_timeout=max(1, self.cfg.keepalive),
            cleanup_interval=TICK_SECONDS,
            max_request_header_size=LARGEST_HEADER,
            max_request_body_size=LARGEST_BODY,
            # What proxies say is believed, or not, by the application: see TRUSTED_PROXIES.
            clear_untrusted_proxy_headers=False,
            asyncore_use_poll=True,
            backlog=self.cfg.backlog,
            ident=None,
        )
        listeners = [each for each in sockets.values() if hasattr(each, "active_channels")]
        for listener in listeners:
            listener.channel_class = DeadlineChannel
        next_tick = 0.0
        while self.alive and self.ppid == os.getppid():
            wasyncore.loop(timeout=TICK_SECONDS, use_poll=True, map=sockets, count=1)
            if (now := time.monotonic()) >= next_tick:
                next_tick = now + TICK_SECONDS
                self.notify()
                _close_overdue(sockets, now)
        self._stop(server, listeners, sockets)

    def _stop(self, server: Any, listeners: list[Any], sockets: dict[int, Any]) -> None:
        """Accept nothing more, answer what is at hand, close every connection."""
        for listener in listeners:
            listener.del_channel(sockets)
        end = time.monotonic() + self.cfg.graceful_timeout
        while (open_channels := _channels(sockets)) and time.monotonic() < end:
            for channel in open_channels:
                if not channel.requests and not channel.total_outbufs_len:
                    channel.will_close = True
            self.notify()
            wasyncore.loop(timeout=0.1, use_poll=True, map=sockets, count=1)
        server.task_dispatcher.shutdown(timeout=0)


def _close_overdue(sockets: dict[int, Any], now: float) -> None:
    for channel in _channels(sockets):
        if channel.is_overdue(now):
            channel.will_close = True


def _channels(sockets: dict[int, Any]) -> list[DeadlineChannel]:
    return [each for each in list(sockets.values()) if isinstance(each, DeadlineChannel)]
