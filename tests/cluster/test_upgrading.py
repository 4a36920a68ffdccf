"""An upgrade under a visit, a rollback, an installation that failed first, and what is left."""

import threading

import pytest
from helm_python import HelmError

from tests.acceptance.client import Prospect
from tests.cluster.installation import (
    READY_SECONDS,
    RELEASE,
    Installation,
    trial_values,
)
from tests.cluster.server import Server
from tests.cluster.waiting import eventually
from tests.helm.chart import merged

KINDS = {
    "api/v1": (
        "configmaps", "persistentvolumeclaims", "pods", "secrets", "serviceaccounts", "services",
    ),
    "apis/apps/v1": ("deployments", "statefulsets"),
    "apis/batch/v1": ("cronjobs", "jobs"),
    "apis/networking.k8s.io/v1": ("ingresses", "networkpolicies"),
    "apis/policy/v1": ("poddisruptionbudgets",),
    "apis/rbac.authorization.k8s.io/v1": ("rolebindings", "roles"),
}  # fmt: skip
UNREADABLE = {"extraEnv": [{"name": "DEMO_FILE", "value": "no-such-file.toml"}]}
"""No role starts with this."""

REPAIRED = {"migrate": {"backoffLimit": 0}, "settings": {"CLONE_JOB_TTL_SECONDS": 1}}
"""A migration that fails soon, and clone Jobs that are soon removed."""

OPEN_TO_ALL = {
    "apiVersion": "networking.k8s.io/v1",
    "kind": "NetworkPolicy",
    "metadata": {"name": "of-the-test"},
    "spec": {
        "podSelector": {"matchLabels": {"app.kubernetes.io/component": "web"}},
        "ingress": [{}],
    },
}
"""The API server, which passes on what the probes ask, has no address that a policy could name."""

pytestmark = pytest.mark.timeout(3 * READY_SECONDS)


class Probes(threading.Thread):
    """Asks the Service for a tenant's page, again and again, until it is told to stop."""

    def __init__(self, server: Server, namespace: str, session_id: str) -> None:
        super().__init__()
        service = f"/api/v1/namespaces/{namespace}/services/demo-masa-madre-web:http"
        self._server, self._path = server, f"{service}/proxy/api/tenant"
        self._headers = {"X-Demo-Session-Id": session_id}
        self._stopped = threading.Event()
        self.statuses: list[int] = []

    def run(self) -> None:
        while not self._stopped.is_set():
            self.statuses.append(self._server.status(self._path, self._headers))

    def stop(self) -> None:
        self._stopped.set()
        self.join()


def test_a_visit_is_served_through_an_upgrade_and_a_rollback(installed: Installation, image: str):
    namespace = installed.namespace
    policy = merged(OPEN_TO_ALL, {"metadata": {"namespace": namespace}})
    installed.server.create(policy)
    with installed.web() as url:
        prospect = Prospect(url).open("individual_bakery")
    probes = Probes(installed.server, namespace, prospect.session["session_id"])
    probes.start()
    try:
        for change in (
            lambda: installed.upgrade(trial_values(image, {"settings": {"LOG_LEVEL": "DEBUG"}})),
            lambda: installed.helm.rollback(RELEASE, version=1, timeout=READY_SECONDS),
        ):
            old = installed.ready_pod("web")
            change()
            installed.ready_pod("web", other_than=old)
            installed.wait_until_rolled_out()
    finally:
        probes.stop()
    assert len(probes.statuses) > 50
    assert set(probes.statuses) == {200}, "each probe was answered"
    with installed.web() as url:
        prospect.url = url
        assert prospect.post("/api/demo/session/destroy").json["status"] == "destroyed"


@pytest.mark.parametrize("hooks", [True, False], ids=["hooks", "ordinary Jobs"])
def test_an_installation_that_failed_gets_ready_by_an_upgrade_and_leaves_nothing(
    install_into, image: str, hooks: bool
):
    values = trial_values(image, REPAIRED, {"hooks": {"enabled": hooks}})
    with install_into() as failed:
        try:
            failed.install(merged(values, UNREADABLE))
        except HelmError:
            assert hooks, "without hooks Helm waits for nothing"
        jobs = failed.path("jobs", "apis/batch/v1")
        eventually(
            lambda: any(
                job["status"].get("failed")
                for job in failed.server.listed(jobs, component="migrate")
            ),
            READY_SECONDS,
            lambda: f"the migration does not fail: {failed.states()}",
        )
        failed.upgrade(values)
        with failed.web() as url:
            prospect = Prospect(url).open("individual_bakery")
            assert prospect.post("/api/demo/session/destroy").status == 200
        failed.helm.uninstall(RELEASE)
        eventually(
            lambda: left(failed) == {"secrets/demo-masa-madre"}, 120, lambda: str(left(failed))
        )


def left(installation: Installation) -> set[str]:
    """What has our label, or would have no owner without us; the Secret is kept on purpose."""
    return {
        f"{plural}/{each['metadata']['name']}"
        for group, plurals in KINDS.items()
        for plural in plurals
        for each in installation.server.listed(installation.path(plural, group), instance=RELEASE)
    }
