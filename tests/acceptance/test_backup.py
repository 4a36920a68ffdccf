"""A dump is restored into a new cluster, with roles and without; visits go on."""

import os
import re
import subprocess
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import NullPool, create_engine

from app.control.pool.reopening import Reopened, Reopening
from app.control.pool.tenant_pool import LOST
from app.database.engines import engine_url
from app.local.postgres import PostgresServer, embedded_bindir
from tests.acceptance.client import Prospect
from tests.acceptance.test_visit import ready_pool, wait_for
from tests.conftest import FAST_AND_FORGETFUL, scratch_directory
from tests.fixtures.live import running_system

PAGE = Path(__file__).parents[2] / "docs" / "operations.md"
MODELS = ("individual_bakery", "central_baker")


def commands(name):
    """The shell commands of docs/operations.md that are marked with this name."""
    (block,) = re.findall(rf"<!-- {name} -->\n```sh\n(.*?)```", PAGE.read_text(), re.DOTALL)
    return block


@contextmanager
def restored(live_system, which, visitors, home):
    """The live system's data in a new cluster of Postgres 18; gives the URL.

    Of the tenants' schemas only these visitors' are dumped: the test takes a fraction of the time.
    """
    others = live_system.schemas() - {schema_of(visitor) for visitor in visitors}
    smaller = " ".join(f"--exclude-schema={schema}" for schema in others)
    cluster = PostgresServer(home, embedded_bindir(), FAST_AND_FORGETFUL)
    cluster.start()
    try:
        url = cluster.url().rpartition("/")[0] + "/restored"
        environment = {
            **os.environ,
            "PATH": f"{embedded_bindir()}:{os.environ['PATH']}",
            "OLD_DATABASE_URL": live_system.database_url,
            "NEW_SERVER_URL": cluster.url(),
            "NEW_DATABASE_URL": url,
        }
        script = "set -e\n" + commands(which).replace("pg_dump ", f"pg_dump {smaller} ")
        done = subprocess.run(
            ["/bin/sh", "-c", script], cwd=home, env=environment, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
        yield url
    finally:
        cluster.stop()


def sell(visitor):
    """Sell one piece; return where the sale is found."""
    sale = visitor.sell()
    assert sale.status == 201
    return f"/api/pos/sales/{sale.json['id']}"


def visit(url):
    """Open a session of each model and sell in it."""
    for model in MODELS:
        sell(Prospect(url).open(model))


def schema_of(visitor):
    return f"demo_{visitor.session['virtual_tenant_id'].replace('-', '')}"


@pytest.fixture
def home():
    with scratch_directory("restored-") as path:
        yield path


@pytest.mark.timeout(300)
@pytest.mark.parametrize("postgres", ["18"], indirect=True)
def test_a_dump_without_roles_is_opened_again(live_system, live_url, home):
    ready_pool(live_system)
    kept, lost = (Prospect(live_url).open("individual_bakery") for _ in range(2))
    sale = sell(kept)
    with (
        restored(live_system, "without roles", [kept], home) as url,
        running_system(url, home, fill=lambda _: None) as system,
    ):
        visit(system.url)
        kept.url = lost.url = system.url
        assert wait_for(lambda: kept.get(sale).status == 200, 30)
        sell(kept)
        assert kept.post("/api/demo/session/reset").status == 200
        assert (kept.get(sale).status, kept.get("/api/tenant").status) == (404, 200)
        assert wait_for(lambda: lost.get("/api/tenant").code == "session_destroyed", 30)
        told = lost.get(f"/api/demo/session/{lost.session['session_id']}").json
        assert (told["status"], told["failure"]) == ("failed", LOST)
        assert lost.post("/api/demo/session/reset").status == 401
        log = system.log.read_text()
        assert "template opened again" in log
        assert "Traceback" not in log


@pytest.mark.timeout(300)
def test_a_dump_with_roles_needs_no_repair(live_system, live_url, home):
    """From each version of Postgres to the newest."""
    ready_pool(live_system)
    kept = Prospect(live_url).open("central_baker")
    sell(kept)
    secret, login = live_system.environment["JWT_SECRET"], "TENANT_DATABASE_URL"
    with restored(live_system, "with roles", [kept], home) as url:
        engine = create_engine(engine_url(url), poolclass=NullPool)
        reopening = Reopening(engine, live_system.environment[login], (secret,), lambda: None)
        assert reopening.templates() == Reopened()
        tenant = UUID(kept.session["virtual_tenant_id"])
        assert reopening.is_open(tenant, schema_of(kept))
        assert schema_of(kept) not in reopening.tenants().given_up
