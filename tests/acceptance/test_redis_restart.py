"""Redis is killed and started again, with its data and without: every process goes on."""

import os
import shutil
import signal
import sys
from contextlib import ExitStack

import pytest

from app.local.valkey import ValkeyServer
from tests.acceptance.client import Prospect
from tests.acceptance.test_visit import ready_pool, wait_for
from tests.conftest import scratch_directory


@pytest.fixture
def stack(live_system):
    """Web, worker and scheduler on a Valkey of their own that loses nothing it has confirmed."""
    with ExitStack() as stack:
        home = stack.enter_context(scratch_directory("restart-"))
        valkey = ValkeyServer(home, {"appendfsync": "always"})
        valkey.start()
        stack.callback(valkey.stop)
        given = {"REDIS_URL": valkey.url, "DEMO_CLEANUP_SECONDS": "2", "WORKER_PROCESSES": "1"}
        processes = [
            stack.enter_context(live_system.process(sys.executable, "-m", module, **given))
            for module in ("jobs.worker", "jobs.scheduler")
        ]
        url = stack.enter_context(live_system.web(**given))
        assert wait_for(lambda: jobs_are_alive(url), 30)
        yield url, valkey, processes


def jobs_are_alive(url):
    """Return True if a visit would work, and scheduler and workers have reported."""
    told = Prospect(url).get("/ready")
    return told.status == 200 and set(told.json["jobs"].values()) == {"ok"}


def counted(visitor):
    """Return how many requests of the visitor are counted in Postgres."""
    return visitor.get(visitor.session["status_url"]).json["request_count"]


@pytest.mark.parametrize("postgres", ["18"], indirect=True)
def test_a_redis_that_is_killed_and_started_again_stops_nothing(live_system, stack):
    url, valkey, processes = stack
    ready_pool(live_system)
    mine, ended = Prospect(url).open("individual_bakery"), Prospect(url).open("central_baker")
    ended.post("/api/demo/session/destroy")
    for number, is_emptied in enumerate((False, True), start=1):
        assert mine.get("/api/tenant").status == 200
        assert wait_for(lambda number=number: counted(mine) >= number, 90)
        before = counted(mine)
        os.kill(valkey.pid, signal.SIGKILL)
        valkey.stop()
        assert mine.get("/api/demo/accounts").status == 200
        assert ended.get("/api/tenant").code == "session_destroyed"
        assert mine.post("/api/demo/session/reset").status == 503
        if is_emptied:
            shutil.rmtree(valkey.data)
        valkey.start()
        assert wait_for(lambda: jobs_are_alive(url), 60)
        assert ended.get("/api/tenant").code == "session_destroyed"
        assert wait_for(lambda: mine.post("/api/demo/session/reset").status == 200, 30)
        assert counted(mine) >= before, "what was counted stays counted"
        late = Prospect(url).open("central_baker")
        assert late.get("/api/tenant").status == 200
        late.post("/api/demo/session/destroy")
        assert late.get("/api/tenant").code == "session_destroyed"
        assert [process.poll() for process in processes] == [None, None]
    mine.post("/api/demo/session/destroy")
