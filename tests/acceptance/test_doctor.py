"""`flask demo doctor` on a running system: what is wrong, and that its repairs repair it."""

import json
from dataclasses import replace

import psycopg
import pytest
import requests
from redis import Redis

from tests.acceptance.test_lifecycle import demo
from tests.acceptance.test_visit import ready_pool

pytestmark = pytest.mark.parametrize("postgres", ["18"], indirect=True)

OF_THE_TESTS = {"postgres.fsync"}
"""What is wrong with every system of the tests: its Postgres forgets in a crash."""


def findings(live_system, **settings):
    """Return the doctor's exit code and its findings by check."""
    system = replace(live_system, environment={**live_system.environment, **settings})
    code, out, complaints = demo(system, "doctor", "--json")
    assert out, complaints
    return code, {finding["check"]: finding for finding in json.loads(out)}


def verdicts(found, verdict):
    return {check for check, finding in found.items() if finding["verdict"] == verdict}


def test_a_system_that_works_has_no_other_failures_than_the_tests_own(live_system):
    ready_pool(live_system)
    code, found = findings(live_system)
    assert (code, verdicts(found, "failed")) == (1, OF_THE_TESTS)
    assert verdicts(found, "warning") == {"redis.persistence", "settings.cookie_secure"}, found
    assert {"jobs.schedule", "plans.individual_bakery", "templates.openings"} <= verdicts(
        found, "ok"
    )


def test_what_was_broken_is_found_and_repaired_by_what_it_says(live_system):
    ready_pool(live_system)
    with (
        psycopg.connect(live_system.database_url, autocommit=True) as owner,
        Redis.from_url(live_system.redis_url) as redis,
    ):
        owner.execute("DROP INDEX control.tenants_pool_idx")
        for template, plan in owner.execute("SELECT template_id, plan FROM control.clone_plans"):
            proof = {"at": "2020-01-01", "server_version": 150001, "locks": 100_000_000}
            changed = json.dumps(json.loads(plan) | {"proof": proof})
            owner.execute(
                "UPDATE control.clone_plans SET plan = %s WHERE template_id = %s",
                [changed, template],
            )
        redis.config_set("maxmemory", 1 << 30)
        redis.config_set("maxmemory-policy", "allkeys-lru")
        try:
            code, found = findings(live_system, TENANT_DATABASE_URL=live_system.database_url)
        finally:
            redis.config_set("maxmemory", 0)
            owner.execute(f"DELETE FROM control.clone_plans; {found['postgres.index']['repair']}")

        broken = {"postgres.tenants_login", "templates.locks", "redis.eviction"}
        assert (code, verdicts(found, "failed")) == (1, OF_THE_TESTS | broken)
        plans = {"plans.individual_bakery", "plans.central_baker"}
        assert plans | {"postgres.index"} <= verdicts(found, "warning")
        assert "it is a superuser" in found["postgres.tenants_login"]["what"]

        _, found = findings(live_system)
        assert found["postgres.index"]["verdict"] == "ok"


def test_processes_and_parts_that_are_away_are_failures_with_a_sentence(live_system):
    code, found = findings(live_system, REDIS_URL=f"{live_system.redis_url.rstrip('/')}/1")
    assert code == 1
    assert {"jobs.scheduler", "jobs.worker", "jobs.schedule"} <= verdicts(found, "failed")
    assert "cleanup is missing" in found["jobs.schedule"]["what"]

    code, found = findings(live_system, REDIS_URL="redis://127.0.0.1:1/0")
    assert code == 1
    assert "not checked" in found["redis.server"]["what"]
    assert found["postgres.version"]["verdict"] == "ok"
    assert all(found[check]["repair"] for check in verdicts(found, "failed"))


def test_operators_read_the_same_on_a_page_and_as_json(live_system):
    address = f"{live_system.url}/ready?verbose=1"
    stranger = requests.get(address, timeout=30)
    assert (stranger.status_code, stranger.url) == (401, f"{live_system.url}/ops/doctor")

    operator = ("ops", "ops-password-for-tests")
    answer = requests.get(f"{live_system.url}/ops/doctor", auth=operator, timeout=30)
    found = {finding["check"]: finding for finding in answer.json()["findings"]}
    assert (answer.status_code, verdicts(found, "failed")) == (503, OF_THE_TESTS)
    assert verdicts(found, "skipped") == {"postgres.owner"}
    assert found["jobs.schedule"]["verdict"] == "ok"

    page = requests.get(
        f"{live_system.url}/ops/doctor", auth=operator, headers={"Accept": "text/html"}, timeout=30
    )
    assert page.status_code == 200
    assert "fsync is off" in page.text
    assert "ALTER SYSTEM SET fsync = on" in page.text
