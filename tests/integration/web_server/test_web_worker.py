"""The web server's worker on a real gunicorn: slow and hostile clients do not stop the others."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import ExitStack, closing
from pathlib import Path

import psutil
import pytest

from app.http.web_worker import LARGEST_HEADER

ROOT = Path(__file__).parents[3]
THREADS = 2
CLOSE = "Connection: close"
LONG_HEADER = "GET / HTTP/1.1\r\nX-Long: ".ljust(LARGEST_HEADER, "a")
"""As long as none may be, and no longer: bytes that come after the answer would reset it."""

SLOW = 8
"""More slow clients than the server has threads, in all of its processes."""


class Server:
    """gunicorn with our worker, in front of a small app."""

    def __init__(self, log: Path) -> None:
        self.log = log
        with closing(socket.socket()) as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        command = [
            sys.executable, "-m", "gunicorn", "--bind", f"127.0.0.1:{self.port}",
            "--worker-class", "app.http.web_worker.WebWorker", "--workers", "1",
            "--threads", str(THREADS), "--graceful-timeout", "10", "--no-control-socket",
            "--keep-alive", "1",
            "--config", "tests/fixtures/web_server/short_deadlines.py",
            "tests.fixtures.web_server.slow_app:application",
        ]  # fmt: skip
        with log.open("wb") as output:
            self.process = subprocess.Popen(
                command, cwd=ROOT, stdout=output, stderr=subprocess.STDOUT
            )
        wait_until(lambda: self.ask("GET / HTTP/1.1\r\nHost: a\r\n\r\n"), "the server answers")

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=20)

    def ask(self, request: str) -> bytes:
        """The whole answer to a request, after which the connection is closed; b"" for none."""
        closing_request = request.replace("\r\n\r\n", f"\r\n{CLOSE}\r\n\r\n", 1).encode()
        try:
            with self.connect() as connection:
                connection.sendall(closing_request)
                return read_to_the_end(connection)
        except ConnectionError:
            return b""

    def is_serving(self) -> bool:
        return b"here" in self.ask("GET / HTTP/1.1\r\nHost: a\r\n\r\n")

    def stop(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(90)


def read_to_the_end(connection: socket.socket) -> bytes:
    parts = []
    while part := connection.recv(65536):
        parts.append(part)
    return b"".join(parts)


def read_until(connection: socket.socket, mark: bytes) -> bytes:
    received = b""
    while mark not in received:
        received += connection.recv(1000)
    return received


def wait_until(condition, what: str, seconds: float = 90.0) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"not within {seconds:g} s: {what}"
        time.sleep(0.05)


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """One server for the tests that leave it running."""
    running = Server(tmp_path_factory.mktemp("web") / "server.log")
    yield running
    assert running.stop() == 0


@pytest.fixture
def own_server(tmp_path):
    """A server for a test that stops it."""
    running = Server(tmp_path / "server.log")
    yield running
    if running.process.poll() is None:
        running.stop()


@pytest.mark.parametrize(
    "beginning",
    [
        b"",
        b"GET / HTTP/1.1\r\nHost: a\r\nX-Half",
        b"POST /length HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\nsome",
        b"POST /length HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab",
    ],
    ids=["silence", "half a header", "half a body", "half a chunk"],
)
def test_slow_clients_occupy_no_thread(server, beginning):
    with ExitStack() as open_sockets:
        for _ in range(SLOW):
            open_sockets.enter_context(server.connect()).sendall(beginning)
        assert all(server.is_serving() for _ in range(3))


@pytest.mark.parametrize(
    "beginning",
    [
        b"GET / HTTP/1.1\r\nHost: a\r\nX-Half",
        b"POST /length HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n",
    ],
    ids=["header", "body"],
)
def test_a_request_that_arrives_too_slowly_is_cut_off(server, beginning):
    """The silence between two bytes never gets long: it is the whole that takes too long."""
    with server.connect() as slow:
        slow.sendall(beginning)
        slow.settimeout(0.2)
        end = time.monotonic() + 20
        while time.monotonic() < end:
            try:
                slow.sendall(b"a")
                if slow.recv(1000) == b"":
                    return
            except TimeoutError:
                continue
            except ConnectionError:
                return
    pytest.fail("the connection was kept")


@pytest.mark.parametrize(
    ("request_text", "status"),
    [
        (
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nab\r\n0\r\n\r\n",
            400,
        ),
        ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n", 501),
        ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: many\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\nHost a\r\n\r\n", 400),
        (LONG_HEADER, 431),
        (f"POST /length HTTP/1.1\r\nHost: a\r\nContent-Length: {1 << 20}\r\n\r\n", 413),
    ],
    ids=["chunk size", "transfer coding", "length", "header", "long header", "large body"],
)
def test_an_unreadable_request_gets_a_problem_body_and_no_traceback(server, request_text, status):
    head, _, body = server.ask(request_text).partition(b"\r\n\r\n")
    assert int(head.split()[1]) == status
    assert b"application/problem+json" in head
    problem = json.loads(body)
    assert problem["status"] == status
    assert problem["detail"].endswith(".")
    assert b"Server:" not in head
    assert b"Traceback" not in server.log.read_bytes()
    assert server.is_serving()


def test_a_client_cannot_name_the_place_where_the_app_is_mounted(server):
    request = "GET / HTTP/1.1\r\nHost: a\r\nScript-Name: /hold\r\nSCRIPT_NAME: /hold\r\n\r\n"
    assert b"here" in server.ask(request)


def test_an_idle_connection_is_kept_for_its_time_and_then_closed(server):
    """Closed by an end of the stream, which a client sees before it sends again; not by a reset."""
    with server.connect() as connection:
        for _ in range(2):
            connection.sendall(b"GET /kept HTTP/1.1\r\nHost: a\r\n\r\n")
            assert b"200 OK" in read_until(connection, b"here")
        assert connection.recv(1) == b""


def test_a_part_of_an_answer_is_sent_before_the_whole(server):
    with server.connect() as connection:
        connection.sendall(b"GET /hold HTTP/1.0\r\n\r\n")
        connection.settimeout(4)  # the rest comes after five
        assert read_until(connection, b"held ") != b""


def test_a_stop_lets_requests_finish_and_takes_no_more(own_server):
    with own_server.connect() as connection:
        connection.sendall(b"GET /hold HTTP/1.0\r\n\r\n")
        first = read_until(connection, b"held ")
        own_server.process.send_signal(signal.SIGTERM)
        assert (first + read_to_the_end(connection)).endswith(b"held to the end")
    assert own_server.process.wait(90) == 0
    assert not own_server.is_serving()


def test_a_stop_does_not_wait_for_idle_and_slow_clients(own_server):
    with own_server.connect() as idle, own_server.connect() as slow:
        idle.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        slow.sendall(b"GET / HTTP/1.1\r\nHost")
        assert b"200 OK" in idle.recv(1000)
        assert own_server.stop() == 0


def test_a_killed_process_is_replaced(own_server):
    (worker,) = psutil.Process(own_server.process.pid).children()
    os.kill(worker.pid, signal.SIGKILL)
    wait_until(own_server.is_serving, "another process serves")


def test_a_process_ends_with_its_master(own_server):
    (worker,) = psutil.Process(own_server.process.pid).children()
    own_server.process.kill()
    own_server.process.wait(90)
    worker.wait(90)
