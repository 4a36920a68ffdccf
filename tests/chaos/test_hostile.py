"""A corpus of hostile HTTP over raw sockets: refused, never a 5xx, and nothing smuggled in."""

import errno
import re
import socket
import tomllib
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest

from tests.acceptance.client import Prospect

CORPUS = tomllib.loads((Path(__file__).parent / "hostile.toml").read_text())["request"]
STATUS = re.compile(rb"(?:^|\r\n\r\n|\})HTTP/1\.[01] (\d{3}) ")
CLOSED = {errno.ECONNRESET, errno.EPIPE, errno.ENOTCONN}
"""What sending gives when the other side has closed the connection."""

NOT_IMPLEMENTED = 501, 505
"""What HTTP has for a transfer coding, a method and a version that are unknown."""

pytestmark = pytest.mark.parametrize("postgres", ["18"], indirect=True)


def exchange(url, parts):
    """Send a request as it is, and return all that comes until the server closes."""
    host = urlsplit(url)
    text = "".join(part if isinstance(part, str) else part[0] * part[1] for part in parts)
    answer = b""
    with socket.create_connection((host.hostname, host.port), timeout=60) as connection:
        try:
            connection.sendall(text.encode("latin-1"))
            connection.shutdown(socket.SHUT_WR)
            while part := connection.recv(65536):
                answer += part
        except OSError as error:  # the server did not want to read it all
            if error.errno not in CLOSED:
                raise
    return answer


def sessions(live_system):
    with psycopg.connect(live_system.database_url) as connection:
        return connection.execute("SELECT count(*) FROM control.demo_sessions").fetchone()


def test_hostile_requests_are_refused_and_leave_nothing(live_system, live_url):
    before, start = sessions(live_system), live_system.log.stat().st_size
    wrong = []
    for request in CORPUS:
        answer = exchange(live_url, request["send"])
        found = [int(status) for status in STATUS.findall(answer)]
        if [each for each in found if each >= 500 and each not in NOT_IMPLEMENTED]:
            wrong.append((request["name"], found))
        if len(found) > request.get("answers", 1) or b"total_sessions" in answer:
            wrong.append((request["name"], found, "something was smuggled in"))
        if b"\r\nSet-Cookie: a=b" in answer or b"<script>" in answer.partition(b"\r\n\r\n")[0]:
            wrong.append((request["name"], "a header was injected"))
    assert wrong == []
    assert "Traceback" not in live_system.log.read_bytes()[start:].decode()
    assert sessions(live_system) == before
    assert Prospect(live_url).get("/health").status == 200
