"""A system whose clones are made by Kubernetes Jobs, and the double of the cluster they run in."""

import base64
from collections.abc import Iterator
from pathlib import Path

import pytest

from jobs.kubernetes.api import CALLS
from tests.fixtures.kube import Cluster, kube_api
from tests.integration.control.conftest import database, database_url, parts, template_id
from tests.integration.kubernetes.answers import answer, tenant_id

__all__ = ["answer", "database", "database_url", "parts", "template_id", "tenant_id"]

ROOT = Path(__file__).parents[3]
IMAGE = "masa-madre:test"
NAMESPACE = "demo"
WORKERS = "demo-session-sa"
RESTRICTED = {"pod-security.kubernetes.io/enforce": "restricted"}
RBAC = "rbac.authorization.k8s.io"


@pytest.fixture(autouse=True)
def kubernetes_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment that the services read."""
    monkeypatch.setenv("CLONE_LAUNCHER", "kubernetes")
    monkeypatch.setenv("CLONE_JOB_IMAGE", IMAGE)
    monkeypatch.setenv("CLONE_JOB_NAMESPACE", NAMESPACE)
    monkeypatch.setenv("CLONE_JOB_BATCH", "4")


@pytest.fixture
def cluster(
    database_url: str, redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Cluster]:
    """A namespace as the chart makes it: the account and its rights, the secret, no more.

    Its node runs what the image's entry point runs. Ask for it before `parts`, which reads where
    it is.
    """
    images = {IMAGE: [str(ROOT / "bin" / "role")]}
    with kube_api(images, cwd=ROOT) as double:
        install(double, {"DATABASE_URL": database_url, "REDIS_URL": redis_url})
        account = f"system:serviceaccount:{NAMESPACE}:{WORKERS}"
        monkeypatch.setenv("KUBECONFIG", str(double.kubeconfig_for(account)))
        yield double


def install(double: Cluster, urls: dict[str, str]) -> None:
    """Create the objects of the chart that clones need."""
    double.add("Namespace", "", {"metadata": {"name": NAMESPACE, "labels": RESTRICTED}})
    secret = {**urls, "JWT_SECRET": "a secret for tests, at least 32 bytes long"}
    data = {name: base64.b64encode(value.encode()).decode() for name, value in secret.items()}
    double.add("Secret", NAMESPACE, {"metadata": {"name": "masa-madre"}, "data": data})
    for name in (WORKERS, "demo-clone"):
        double.add("ServiceAccount", NAMESPACE, {"metadata": {"name": name}})
    rules = [
        {"apiGroups": [group], "resources": [resource], "verbs": [verb]}
        for group, resource, verb in sorted(CALLS)
    ]
    double.add("Role", NAMESPACE, {"metadata": {"name": "launcher"}, "rules": rules})
    binding = {
        "metadata": {"name": "launcher"},
        "roleRef": {"apiGroup": RBAC, "kind": "Role", "name": "launcher"},
        "subjects": [{"kind": "ServiceAccount", "name": WORKERS, "namespace": NAMESPACE}],
    }
    double.add("RoleBinding", NAMESPACE, binding)
