"""Malformed requests get 4xx and leave no traceback in the log."""

import base64
import socket
from urllib.parse import urlsplit

import pytest

from tests.acceptance.client import Prospect

OPS = "Basic " + base64.b64encode(b"ops:ops-password-for-tests").decode()
PATHS = ["/api/demo/session/create", "/api/auth/login", "/api/orders"]
JSON = "Content-Type: application/json\r\n"
CHUNKED = JSON + "Transfer-Encoding: chunked\r\n\r\n"


def send(url, request):
    """Send bytes as they are and return the status, 0 when the server only closes."""
    host = urlsplit(url)
    with socket.create_connection((host.hostname, host.port), timeout=10) as connection:
        connection.sendall(request.encode("latin-1"))
        connection.shutdown(socket.SHUT_WR)
        answer = b""
        while part := connection.recv(65536):
            answer += part
    return int(answer.split(b" ", 2)[1]) if answer else 0


@pytest.fixture
def new_log(live_system):
    """Returns what the system has logged since the test began."""
    start = live_system.log.stat().st_size
    return lambda: live_system.log.read_bytes()[start:].decode()


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    "rest",
    [
        CHUNKED + "zz\r\n{}\r\n0\r\n\r\n",
        CHUNKED + "-5\r\n{}\r\n0\r\n\r\n",
        CHUNKED + "2\r\n{}xx0\r\n\r\n",
        CHUNKED + "20\r\n{}",
        JSON + "Content-Length: 50\r\n\r\n{}",
        JSON + "Content-Length: many\r\n\r\n{}",
        JSON + "SCRIPT_NAME: /elsewhere\r\nContent-Length: 2\r\n\r\n{}",
        JSON + "SCRIPT-NAME: /elsewhere\r\nContent-Length: 2\r\n\r\n{}",
        JSON + "PATH_INFO: /elsewhere\r\nContent-Length: 2\r\n\r\n{}",
    ],
)
def test_a_malformed_request_is_the_clients_fault(live_url, new_log, path, rest):
    status = send(live_url, f"POST {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{rest}")
    assert 400 <= status < 500 or status == 0
    assert "Traceback" not in new_log()


@pytest.mark.parametrize("coding", ["rot13", "gzip, chunked"])
def test_an_unknown_transfer_coding_gets_the_status_that_http_has_for_it(live_url, new_log, coding):
    head = f"POST {PATHS[0]} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: {coding}\r\n\r\n{{}}"
    assert send(live_url, head) == 501, "RFC 9112, section 6.1"
    assert "Traceback" not in new_log()


@pytest.mark.parametrize(
    "path",
    [
        "/0/data/queues.json",
        "/0/data/jobs/nosuch/queued/10/asc/1.json",
        "/0/data/jobs/clones/nosuch/10/asc/1.json",
        "/0/data/jobs/clones/queued/x/asc/1.json",
        "/0/data/jobs/clones/queued/10/up/1.json",
        "/0/data/jobs/clones/queued/0/asc/0.json",
        "/0/data/job/nosuch.json",
        "/9/data/job/nosuch.json",
        "/9/data/queues.json",
        "/99999999999999999999/data/queues.json",
        "/0/view/job/nosuch",
        "/0/view/jobs/nosuch/queued/10/asc/1",
        "/0/data/workers.json",
        "/9/data/workers.json",
        "/9/view/queues",
    ],
)
def test_unknown_names_in_the_dashboard_are_not_errors_of_ours(live_url, new_log, path):
    answer = Prospect(live_url).request("GET", f"/ops/rq{path}", headers={"Authorization": OPS})
    assert answer.status < 500
    assert "Traceback" not in new_log()
