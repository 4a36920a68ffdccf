"""Everything runs over connections that are checked; what is wrong says what to do."""

import json
import subprocess
import sys

import psycopg
import pytest
from redis.exceptions import RedisError
from sqlalchemy import create_engine, text
from structlog.testing import capture_logs

from app.control.operators.doctor.configuration import check_transport
from app.control.operators.doctor.finding import Verdict
from app.control.operators.doctor.redis import check_server
from app.control.operators.migrate import migrate_control
from app.database.engines import engine_url
from app.http.job_health import JobHealth
from jobs.checks import check_processes, check_schedule
from jobs.clone_pod import DONE, UNFINISHED
from jobs.queue.redis_outage import RedisOutage, connect
from tests.integration.control.conftest import ACCOUNT, differences
from tests.integration.control.processes import ROOT, wait_for
from tests.integration.control.steps import VISITOR

ON_POSTGRES_15 = pytest.mark.parametrize("postgres", ["15"], indirect=True)
"""The embedded Postgres is built without TLS."""

UNENCRYPTED = """
SELECT count(*) FROM pg_stat_ssl JOIN pg_stat_activity USING (pid)
 WHERE datname = current_database() AND NOT ssl
"""


@pytest.fixture
def by_jobs(monkeypatch):
    """Clones are for Kubernetes Jobs; ask for it before `parts`."""
    monkeypatch.setenv("CLONE_LAUNCHER", "kubernetes")
    monkeypatch.setenv("CLONE_JOB_IMAGE", "masa-madre:test")
    monkeypatch.setenv("CLONE_JOB_NAMESPACE", "demo")


def run_pod(queue):
    return subprocess.run(
        [sys.executable, "-m", "jobs.clone_pod", queue],
        cwd=ROOT, capture_output=True, text=True, timeout=60,
    )  # fmt: skip


@ON_POSTGRES_15
def test_a_pod_clones_over_connections_that_are_checked(by_jobs, parts, database):
    session = parts.sessions.open(ACCOUNT, VISITOR).session
    tenant_id = parts.sessions.awaited_tenant(session)
    ran = run_pod(f"clone-{tenant_id}")
    assert ran.returncode == DONE, ran.stderr
    assert parts.sessions.fetch(session.session_id).tenant_id == tenant_id
    assert differences(database, f"demo_{tenant_id.hex}") == []
    with parts.engine.connect() as connection:
        assert connection.scalar(text(UNENCRYPTED)) == 0


@ON_POSTGRES_15
@pytest.mark.timeout(600)
def test_worker_and_scheduler_work_over_tls_and_the_doctor_is_content(parts, monkeypatch):
    monkeypatch.setenv("DEMO_LIVE", "false")  # the template is no bakery
    monkeypatch.setenv("WORKER_PROCESSES", "1")
    roles = [
        subprocess.Popen([sys.executable, "-m", f"jobs.{role}"], cwd=ROOT)
        for role in ("worker", "scheduler")
    ]
    try:
        session = parts.sessions.open(ACCOUNT, VISITOR).session
        wait_for(lambda: parts.sessions.fetch(session.session_id).status == "active", 240)
        health = JobHealth(parts.redis)
        wait_for(lambda: set(health.describe().values()) == {"ok"}, 240)
        checks = (check_transport, check_server, check_processes, check_schedule)
        found = [finding for check in checks for finding in check(parts)]
    finally:
        for each in roles:
            each.terminate()
        codes = [each.wait(60) for each in roles]
    assert codes == [0, 0]
    assert [finding for finding in found if finding.verdict is not Verdict.OK] == []


WRONG = {
    "an authority that did not sign it": ("theirs.pem", "localhost", "name the authority's file"),
    "a host that it is not for": ("ours.pem", "db.example.com", "for another name"),
    "an authority's file that is not there": ("none.pem", "localhost", "file is not there"),
}


@ON_POSTGRES_15
@pytest.mark.parametrize("case", WRONG)
def test_a_postgres_that_is_not_trusted_is_refused_with_what_to_do(
    postgres_tls, folder, stranger, case
):
    file, host, sentence = WRONG[case]
    url = postgres_tls.trusting(folder / file, host)
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(url)
    failure = migrate_control(create_engine(engine_url(url))).failure
    assert sentence in failure


@pytest.mark.parametrize("case", WRONG)
def test_a_redis_that_is_not_trusted_is_refused_with_what_to_do(redis_tls, folder, stranger, case):
    file, host, sentence = WRONG[case]
    host = "127.0.0.1" if host == "db.example.com" else host  # this is what its name leads to
    with connect(redis_tls.trusting(folder / file, host)) as redis:
        with pytest.raises(RedisError) as refused:
            redis.ping()
        with capture_logs() as lines:
            RedisOutage(redis, "workers").note(refused.value)
    assert sentence in lines[0]["error"]


@ON_POSTGRES_15
def test_a_pod_says_what_to_do_and_is_tried_again(redis_tls, stranger, parts, monkeypatch):
    monkeypatch.setenv("REDIS_URL", redis_tls.trusting(stranger.certificate))
    ran = run_pod("clone-00000000-0000-0000-0000-000000000000")
    assert ran.returncode == UNFINISHED
    assert "name the authority's file" in json.loads(ran.stderr.splitlines()[-1])["error"]
