"""The last release's processes on the schema of this one: a rolling upgrade has both at once."""

import os
import subprocess
import sys

import pytest

from tests.acceptance.client import Prospect
from tests.fixtures.last_release import unpack
from tests.fixtures.live import web_server

READS = (
    "/api/tenant", "/api/inventory/ingredients", "/api/inventory/stock", "/api/inventory/movements",
    "/api/recipes", "/api/production/plan", "/api/production/batches", "/api/pos/products",
    "/api/pos/sales", "/api/orders", "/api/customers", "/api/suppliers",
    "/api/procurement/suggestions", "/api/sales/daily", "/api/sales/hourly", "/api/sales/products",
    "/api/auth/me", "/api/demo/stats", "/ready",
)  # fmt: skip


@pytest.fixture(scope="module")
def former(tmp_path_factory):
    """The code of the last release, in a folder."""
    folder = tmp_path_factory.mktemp("last-release")
    unpack(folder)
    return folder


@pytest.fixture(scope="module")
def environment(live_system, former):
    """What a process of the last release gets."""
    return {**os.environ, **live_system.environment, "PYTHONPATH": str(former)}


@pytest.fixture(scope="module")
def log_of_former(tmp_path_factory):
    """Where the last release's web server writes."""
    return tmp_path_factory.mktemp("former") / "web.log"


@pytest.fixture(scope="module")
def former_url(live_system, former, environment, log_of_former):
    """A web server of the last release, beside those of this one on one database."""
    settings = {**environment, "DATABASE_URL": ""}
    with web_server(settings, log_of_former, former) as url:
        yield url


def run(former, environment, *command):
    return subprocess.run(
        [sys.executable, *command], cwd=former, env=environment, capture_output=True, text=True,
        timeout=240, check=False,
    )  # fmt: skip


def test_it_is_the_last_releases_code(former, environment):
    shown = run(former, environment, "-c", "import app, wsgi; print(app.__file__)")
    assert shown.stdout.strip() == str(former / "app" / "__init__.py"), shown.stderr


def test_it_reads_every_module_on_the_new_schema(former_url, log_of_former):
    """A business model lacks some modules; each path is there in one of the two."""
    found = set()
    for model in ("individual_bakery", "central_baker"):
        prospect = Prospect(former_url).open(model)
        answers = {path: prospect.get(path) for path in READS}
        found |= {path for path, answer in answers.items() if answer.status == 200}
        refused = {path: each.json for path, each in answers.items() if each.status != 200}
        others = {p: j for p, j in refused.items() if j["code"] != "module_unavailable"}
        assert others == {}, log_of_former.read_text()[-3000:]
        assert prospect.post("/api/demo/session/destroy").json["status"] == "destroyed"
    assert found == set(READS)


def test_it_sells_on_the_new_schema(former_url):
    prospect = Prospect(former_url).open("individual_bakery")
    line = {"product_id": prospect.sellable()["id"], "quantity": 1}
    sale = prospect.post("/api/pos/sales", {"lines": [line], "payment_method": "cash"})
    assert sale.status == 201, sale.json
    assert prospect.post("/api/demo/session/extend").status == 200
    assert prospect.post("/api/demo/session/destroy").json["status"] == "destroyed"
    assert prospect.get("/api/tenant").status == 401


def test_a_session_of_this_release_goes_on_in_the_last_one_and_back(live_url, former_url):
    prospect = Prospect(live_url).open("central_baker")
    before = Prospect(former_url, prospect.token)
    assert before.get("/api/orders").status == 200
    assert before.post("/api/demo/session/destroy").status == 200
    assert prospect.get("/api/orders").status == 401


def test_its_cleanup_works_on_the_new_schema(former, environment):
    cleaned = run(former, environment, "-m", "flask", "--app", "wsgi", "demo", "cleanup", "--json")
    assert cleaned.returncode == 0, cleaned.stdout + cleaned.stderr
