"""Pods that are deleted, at once after their start and later, and a node that goes away."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from psycopg import sql

from tests.acceptance.client import Prospect
from tests.cluster.installation import READY_SECONDS, ROLES, Installation
from tests.cluster.server import Document
from tests.cluster.waiting import cordoned, delete_and_see, eventually, is_running

CLONE_SECONDS = 300
TERMINATED = 143
"""128 + SIGTERM: the program had not begun to work yet."""

pytestmark = pytest.mark.timeout(READY_SECONDS + 2 * CLONE_SECONDS)


@pytest.mark.parametrize("role", ROLES)
def test_a_pod_ends_within_its_grace_whenever_it_is_deleted(installed: Installation, role: str):
    name = installed.ready_pod(role)
    path = installed.path(f"pods/{name}")
    grace = installed.server.request("GET", path).body["spec"]["terminationGracePeriodSeconds"]
    later = delete_and_see(installed.server, path)
    assert (later.code, later.seconds < grace) == (0, True), later

    def begun() -> Document | None:
        return next(filter(is_running, installed.pods(role)), None)

    new = eventually(begun, READY_SECONDS, lambda: f"{role}: {installed.states()}")
    at_once = delete_and_see(installed.server, installed.path(f"pods/{new['metadata']['name']}"))
    assert at_once.code in (0, TERMINATED), at_once
    assert at_once.seconds < grace
    installed.ready_pod(role, other_than=new["metadata"]["name"])


@contextmanager
def held_clones(installed: Installation) -> Iterator[None]:
    """Clones that begin and wait until the block ends."""
    with installed.database() as owner:
        (table,) = owner.execute(
            "SELECT min(tablename) FROM pg_tables WHERE schemaname = 'template_individual_bakery'"
        ).fetchone()
        place = sql.Identifier("template_individual_bakery", table)
        owner.execute(sql.SQL("LOCK TABLE {} IN ACCESS EXCLUSIVE MODE").format(place))
        yield
        owner.rollback()


def running_pod_of(installed: Installation, job: str) -> Document:
    """Wait until a pod of a Job runs."""

    def found() -> Document | None:
        return next(filter(is_running, installed.pods_of_job(job)), None)

    return eventually(found, CLONE_SECONDS, lambda: f"no pod clones: {installed.states()}")


@pytest.mark.parametrize("is_cordoned", [False, True], ids=["deleted", "cordoned and deleted"])
def test_a_visit_outlives_the_pod_of_its_clone(installed: Installation, is_cordoned: bool):
    known = installed.clone_jobs().keys()
    with installed.web() as url:
        with held_clones(installed):
            prospect = Prospect(url).open("individual_bakery", wait=False)
            job = installed.new_clone_job(known, CLONE_SECONDS)
            pod = running_pod_of(installed, job)
            path = installed.path(f"pods/{pod['metadata']['name']}")
            node = pod["spec"]["nodeName"]
            with cordoned(installed.server, node if is_cordoned else ""):
                gone = installed.server.request("DELETE", path, gracePeriodSeconds="0")
                assert gone.status == 200
        # With one node, which takes no pods now, the standing workers clone.
        with cordoned(installed.server, node if is_cordoned else ""):
            prospect.wait_until_active(CLONE_SECONDS)
        assert prospect.post("/api/demo/session/destroy").json["status"] == "destroyed"
