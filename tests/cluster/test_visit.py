"""A visit on a cluster: every role runs, a Job clones in a pod, the prospect sells and leaves."""

import pytest

from tests.acceptance.client import Prospect
from tests.cluster.installation import READY_SECONDS, ROLES, Installation
from tests.cluster.waiting import eventually

CLONE_SECONDS, DROP_SECONDS = 120, 120

pytestmark = pytest.mark.timeout(READY_SECONDS + CLONE_SECONDS + DROP_SECONDS)


@pytest.mark.parametrize("role", [*ROLES, "postgres", "redis"])
def test_a_pod_of_every_role_gets_ready(installed: Installation, role: str):
    assert installed.ready_pod(role)


def test_migration_and_seeds_complete(installed: Installation):
    path = installed.path("jobs", "apis/batch/v1")
    for component, number in (("migrate", 1), ("seed", 3)):
        jobs = installed.server.listed(path, component=component)
        assert [job["status"].get("succeeded") for job in jobs] == [1] * number


def test_helm_test_opens_and_ends_a_demo(installed: Installation):
    installed.helm.test("demo", timeout=CLONE_SECONDS)


def test_a_job_clones_in_a_pod_and_the_prospect_sells_and_leaves(installed: Installation):
    known = installed.clone_jobs().keys()
    with installed.web() as url:
        prospect = Prospect(url).open("individual_bakery", wait=False)
        assert prospect.session["status"] == "pending", "nothing was ready"
        name = installed.new_clone_job(known, CLONE_SECONDS)
        labels = installed.clone_jobs()[name]["metadata"]["labels"]
        assert labels["masa-madre/for"] == "session"
        prospect.wait_until_active(CLONE_SECONDS)

        assert prospect.get("/api/inventory/ingredients?per_page=1").json["total"] == 25
        sale = prospect.sell()
        assert sale.status == 201

        ensure_ended_well(installed, name, prospect)
        assert prospect.post("/api/demo/session/destroy").json["status"] == "destroyed"
        assert prospect.get("/api/inventory/ingredients").status == 401
        eventually(
            lambda: 'state="leased"' not in prospect.get("/metrics").json,
            DROP_SECONDS,
            lambda: "the schema stays: see the worker's log",
        )


def ensure_ended_well(installed: Installation, name: str, prospect: Prospect) -> None:
    """The Job ends though another container runs beside it, with all that the values add."""

    def ended():
        job = installed.clone_jobs()[name]
        return job if job["status"].get("succeeded") else None

    job = eventually(ended, CLONE_SECONDS, lambda: f"it does not end: {installed.states()}")
    assert not job["status"].get("failed")
    said = installed.logs_of(name)
    assert '"action": "tenant_cloned"' in said
    assert prospect.session["virtual_tenant_id"] in said
    (pod,) = installed.pods_of_job(name)
    (clone,) = pod["spec"]["containers"]
    assert {"name": "OF_THE_TEST", "value": "there"} in clone["env"]
    assert "/theirs" in {mount["mountPath"] for mount in clone["volumeMounts"]}
    assert [each["name"] for each in pod["spec"]["initContainers"]] == ["beside"]
