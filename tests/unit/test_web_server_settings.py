"""The web server is started with the same care by `make demo` and by the image."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("name", ["Procfile", "bin/role"])
def test_idle_connections_outlive_those_of_clients_and_proxies(name):
    """gunicorn's own two seconds let it close a connection just as a client sends on it again."""
    text = (ROOT / name).read_text(encoding="utf-8")
    assert int(re.findall(r"--keep-alive (\d+)", text)[0]) > 60


@pytest.mark.parametrize("name", ["Procfile", "bin/role"])
def test_requests_are_read_by_a_worker_that_does_not_wait_for_clients(name):
    text = (ROOT / name).read_text(encoding="utf-8")
    assert re.findall(r"--worker-class (\S+)", text) == ["app.http.web_worker.WebWorker"]
