"""A real Prometheus scrapes a running system, and the dashboard's queries are run on that."""

import json
import shutil
import subprocess
import time
import urllib.parse
import urllib.request

import pytest

from tests.acceptance.client import Prospect
from tests.acceptance.test_visit import ready_pool
from tests.conftest import scratch_directory
from tests.fixtures.live import free_port
from tests.helm.test_metrics import dashboard

PROMETHEUS = shutil.which("prometheus")
pytestmark = [
    pytest.mark.parametrize("postgres", ["18"], indirect=True),
    pytest.mark.skipif(
        PROMETHEUS is None, reason="Prometheus is not here: the Debian package brings it"
    ),
]
EMPTY = {
    "Failed in the last hour",
    "Requests of sessions",
    "Kubernetes Jobs that clone, by state",
}
"""Panels that have nothing to show for a minute of life; their queries must run all the same."""


@pytest.fixture(scope="module")
def prometheus(live_system):
    """The address of a Prometheus that scrapes the system twice a second."""
    port = free_port()
    with scratch_directory("prometheus-") as home:
        target = live_system.url.removeprefix("http://")
        scrape = {
            "job_name": "web",
            "scrape_interval": "500ms",
            "scrape_timeout": "500ms",
            "static_configs": [{"targets": [target], "labels": {"namespace": "prod"}}],
        }
        (home / "prometheus.yml").write_text(json.dumps({"scrape_configs": [scrape]}))
        server = subprocess.Popen(
            [
                PROMETHEUS, f"--config.file={home}/prometheus.yml",
                f"--storage.tsdb.path={home}/data", f"--web.listen-address=127.0.0.1:{port}",
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()
            server.wait(90)


def ask(prometheus, expression):
    query = urllib.parse.urlencode({"query": expression})
    with urllib.request.urlopen(f"{prometheus}/api/v1/query?{query}", timeout=10) as answer:
        return json.load(answer)["data"]["result"]


def wait_for(prometheus, expression):
    end = time.monotonic() + 120
    while time.monotonic() < end:
        try:
            if found := ask(prometheus, expression):
                return found
        except OSError:
            pass  # it does not listen yet
        time.sleep(0.2)
    return pytest.fail(f"Prometheus has nothing for {expression}")


def test_every_panel_of_the_dashboard_shows_something(live_system, prometheus):
    ready_pool(live_system)
    staying = Prospect(live_system.url).open("central_baker")
    visitor = Prospect(live_system.url).open("individual_bakery")
    assert visitor.get("/api/pos/products").status == 200
    assert visitor.request("DELETE", "/api/pos/products/1").status == 403
    assert visitor.post("/api/demo/session/destroy").status == 200
    wait_for(prometheus, "rate(demo_drop_seconds_count[1m]) >= 0")
    wait_for(prometheus, 'demo_gateway_refusals_total{code="demo_restriction"} > 0')
    wait_for(prometheus, 'rate(demo_http_request_seconds_count{kind="create"}[1m]) >= 0')
    wait_for(prometheus, 'demo_session_bytes{account_type="central_baker"} > 1e6')
    wait_for(prometheus, "demo_verify_seconds_sum > 0")
    wait_for(prometheus, 'demo_session_wait_seconds_bucket{le="0.0"} > 0')

    empty = set()
    for panel in dashboard()["panels"]:
        for target in panel["targets"]:
            expression = target["expr"].replace("$namespace", "prod")
            if not ask(prometheus, expression):
                empty.add(panel["title"])
    assert empty <= EMPTY
    assert staying.post("/api/demo/session/destroy").status == 200


def test_every_process_shows_the_sums_of_all(live_system):
    ready_pool(live_system)
    with live_system.web() as other:
        visitor = Prospect(live_system.url).open("individual_bakery")
        before = counted(other)
        assert visitor.get("/api/tenant").status == 200
        end = time.monotonic() + 20
        while counted(other) <= before and time.monotonic() < end:
            time.sleep(0.1)
        assert counted(other) > before


def counted(url):
    with urllib.request.urlopen(f"{url}/metrics", timeout=10) as answer:
        text = answer.read().decode()
    name = 'demo_http_request_seconds_count{kind="api",status="2xx"}'
    return sum(float(line.rsplit(" ", 1)[1]) for line in text.splitlines() if name in line)
