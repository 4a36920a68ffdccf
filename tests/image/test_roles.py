"""Every role runs as the chart runs it and stricter: one installation, one visit, one end.

The tests stand in the order of a visit, and share its containers.
"""

import base64
import json
import time
import urllib.request
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
import redis
import yaml

from app.database.logins import make_logins
from app.http.job_health import JobHealth
from app.version import VERSION
from tests.acceptance.client import Prospect
from tests.fixtures.live import free_port
from tests.image.conftest import OPS_PASSWORD, SECRET
from tests.image.containers import UID, wait_for_end
from tests.support.waiting import wait_until

ROOT = Path(__file__).parents[2]
VALUES = yaml.safe_load((ROOT / "helm/masa-madre/values.yaml").read_text(encoding="utf-8"))
SERVING = ("web", "dashboard", "worker", "scheduler")
ROLES = (*SERVING, "migrate", "seed", "clone", "cleanup", "visit")
START_SECONDS = 180
OUTSIDE_TMP = ("/", "/srv/app", "/srv/venv/bin", "/var/tmp", "/run", "/dev", "/home", "/etc")
POOL_IS_FULL = """
SELECT 1 FROM control.tenants
 WHERE is_demo AND state = 'ready' HAVING count(DISTINCT account_type) = 2
"""

pytestmark = [
    pytest.mark.parametrize("postgres", ["18"], indirect=True, scope="session"),
    pytest.mark.timeout(600),
]


@pytest.fixture(scope="module")
def installed(runtime, figures):
    """Migrated and seeded by containers; then the web server has a login of its own."""

    run_once(runtime, figures, "migrate")
    logins = make_logins(runtime.secrets["DATABASE_URL"], SECRET)
    assert logins is not None
    runtime.secrets |= {"TENANT_DATABASE_URL": logins.tenants, "WEB_DATABASE_URL": logins.web}
    for step in ("users", "tenants", "inventory"):
        run_once(runtime, figures, "seed", step)
    return runtime


def run_once(runtime, figures, *arguments):
    """Run a role to its end, and note what that took."""
    began = time.monotonic()
    container = runtime.run(*arguments)
    role = arguments[0] if arguments[0] in ("clone", "visit") else " ".join(arguments)
    seconds = round(time.monotonic() - began, 1)
    figures[role] = {"run": seconds, "memory": round(container.largest_mb)}
    return container


def serve(runtime, figures, role, **settings):
    """Start a role that serves HTTP, without the owner's login; give it with its address."""
    url = f"http://127.0.0.1:{free_port()}"
    port = url.rpartition(":")[2]
    began = time.monotonic()
    container = runtime.start(role, PORT=port, **settings)

    def answers():
        assert container.process.poll() is None, container.said()[-3000:]
        try:
            with urllib.request.urlopen(f"{url}/ready", timeout=2) as answer:
                return answer.status == 200
        except OSError:
            return False

    wait_until(answers, f"{role} to be ready", START_SECONDS)
    figures[role] = {"start": round(time.monotonic() - began, 1)}
    return container, url


@pytest.fixture(scope="module")
def web(installed, figures):
    """The web server, whose clones are made by pods."""
    settings = {"CLONE_LAUNCHER": "kubernetes", "CLONE_JOB_IMAGE": "masa-madre:test"}
    return serve(installed, figures, "web", **settings)


@pytest.fixture(scope="module")
def services(installed, web, figures):
    """Every role that goes on until it is stopped."""
    dashboard, url = serve(installed, figures, "dashboard")
    running = {"web": web[0], "dashboard": dashboard}
    with redis.Redis.from_url(installed.secrets["REDIS_URL"]) as client:
        health = JobHealth(client)
        for role in ("worker", "scheduler"):
            began = time.monotonic()
            running[role] = installed.start(role)
            wait_until(lambda r=role: health.processes()[r], f"a {role}", START_SECONDS)
            figures[role] = {"start": round(time.monotonic() - began, 1)}
    return running, url


@pytest.fixture(scope="module")
def visitor(installed, web, figures):
    """A visitor whose tenant a `clone` container makes, as no tenant is ready."""
    prospect = Prospect(web[1]).open("individual_bakery", wait=False)
    assert prospect.session["status"] == "pending"
    with redis.Redis.from_url(installed.secrets["REDIS_URL"], decode_responses=True) as client:
        (queue,) = [name for name in client.smembers("rq:queues") if ":clone-" in name]
    run_once(installed, figures, "clone", queue.removeprefix("rq:queue:"))
    return prospect.wait_until_active()


def test_a_visitor_sells_in_what_a_pod_cloned(visitor):
    sale = visitor.sell()
    assert sale.status == 201
    assert visitor.get("/api/pos/sales").json["items"][0]["id"] == sale.json["id"]


def test_public_pages_and_figures_are_served(visitor, web):
    for path in ("/demo", "/privacidad", "/metrics", "/openapi.json"):
        assert visitor.get(path).status == 200, web[0].said()[-3000:]
    health = visitor.get("/health").json
    assert health == {"status": "ok", "version": VERSION}


def test_the_worker_resets_and_the_operators_look_on(visitor, services):
    _, dashboard = services
    assert visitor.post("/api/demo/session/reset").status in (200, 202)
    request = urllib.request.Request(f"{dashboard}/ops/")
    secret = base64.b64encode(f"ops:{OPS_PASSWORD}".encode()).decode()
    request.add_header("Authorization", f"Basic {secret}")
    with urllib.request.urlopen(request, timeout=30) as answer:
        assert answer.status == 200


def test_cleanup_drops_what_an_ended_visit_leaves(visitor, services, installed, figures):
    schema = f"demo_{visitor.session['virtual_tenant_id'].replace('-', '')}"
    assert visitor.post("/api/demo/session/destroy").json["status"] == "destroyed"
    run_once(installed, figures, "cleanup")

    def dropped():
        with psycopg.connect(installed.secrets["DATABASE_URL"]) as connection:
            found = connection.execute("SELECT 1 FROM pg_namespace WHERE nspname = %s", [schema])
            return found.fetchone() is None

    wait_until(dropped, "the schema to be dropped", 60)


def test_what_helm_test_runs_opens_and_ends_a_demo(services, web, installed, figures):
    def is_ready():
        with psycopg.connect(installed.secrets["DATABASE_URL"]) as connection:
            return connection.execute(POOL_IS_FULL).fetchone()

    wait_until(is_ready, "a tenant of the pool", START_SECONDS)
    said = run_once(installed, figures, "visit", web[1], VALUES["test"]["path"]).said()
    assert [line for line in said.splitlines() if "demo" in line] == [
        "a demo is open",
        "the demo is over",
    ]


@pytest.mark.parametrize("role", SERVING)
def test_a_role_has_no_rights_and_nothing_to_write_to(services, role):
    container = services[0][role]
    for pid in container.pids():
        status = dict(
            line.split(":\t", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines()
        )
        assert status["Uid"].split() == [str(UID)] * 4
        assert status["NoNewPrivs"].strip() == "1"
        assert {int(status[kind], 16) for kind in ("CapEff", "CapPrm", "CapBnd", "CapAmb")} == {0}
        mounts = Path(f"/proc/{pid}/mountinfo").read_text().splitlines()
        (root,) = [line.split() for line in mounts if line.split()[4] == "/"]
        assert "ro" in root[5].split(",")
    tries = "; ".join(f"touch {folder}/x 2>/dev/null && echo {folder}" for folder in OUTSIDE_TMP)
    assert container.execute("/bin/sh", "-c", f"{tries}; true") == ""
    assert container.execute("/bin/sh", "-c", "touch /tmp/x && echo written") == "written"


@pytest.mark.parametrize("role", ROLES)
def test_a_role_has_the_secrets_that_it_needs_and_shows_none(services, installed, role):
    containers = [one for one in installed.containers if one.role == role]
    assert containers, "the tests before this one start every role"
    for container in containers:
        container.look()
        assert container.commands
        # Settings come by the environment, which the account itself can read, and root.
        assert set(container.environment) >= container.secrets
        shown = {key for key, value in container.environment.items() if shows(installed, value)}
        assert shown <= container.secrets
        assert not [command for command in container.commands if shows(installed, command)]
        assert not [line for line in container.said().splitlines() if shows(installed, line)]
        for pid in container.pids():
            assert Path(f"/proc/{pid}/environ").stat().st_mode & 0o777 == 0o400


def shows(installed, text):
    """Return which secrets a text holds: keys, and the passwords of URLs."""
    urls = [urlsplit(value).password for key, value in installed.secrets.items() if "URL" in key]
    keys = [value for key, value in installed.secrets.items() if "URL" not in key]
    return [secret for secret in (*urls, *keys) if secret and secret in text]


def test_each_structured_line_of_a_log_has_the_version(services):
    for role in ("worker", "scheduler"):
        lines = [line for line in services[0][role].said().splitlines() if line.startswith("{")]
        assert lines, f"{role} logs nothing"
        assert {json.loads(line)["version"] for line in lines} == {VERSION}


@pytest.mark.parametrize("role", SERVING)
def test_a_role_stays_under_the_memory_that_the_chart_gives_it(services, figures, role):
    limit = VALUES[role]["resources"]["limits"]["memory"]
    assert limit.endswith("Mi")
    figures[role]["memory"] = round(services[0][role].memory_mb())
    assert figures[role]["memory"] < int(limit.removesuffix("Mi"))


@pytest.mark.parametrize("role", SERVING)
def test_a_role_ends_well_within_its_grace(services, figures, role):
    grace = min(VALUES[role]["terminationGracePeriodSeconds"], 60)
    code, seconds = wait_for_end(services[0][role], grace)
    figures[role]["stop"] = round(seconds, 1)
    assert code == 0, services[0][role].said()[-3000:]
