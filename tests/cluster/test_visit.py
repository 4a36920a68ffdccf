"""One visit on a cluster: installed by the chart, cloned by a Job in a pod, explored, destroyed."""

import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from helm_python import Config

from tests.acceptance.client import Prospect
from tests.cluster.server import Server
from tests.cluster.tunnel import tunnel
from tests.helm.cases import FORGETFUL, TRIAL
from tests.helm.chart import chart, merged

RELEASE = "demo"
READY_SECONDS, CLONE_SECONDS, DROP_SECONDS = 600, 120, 120
NO_POOL: dict[str, Any] = {
    "hooks": {"enabled": False},
    "web": {"replicas": 1},
    "worker": {"replicas": 1},
    "settings": {"DEMO_POOL_SIZE": 0, "DEMO_POOL_MAX": 0},
}
"""With nothing ready every session has a clone, and a Job, of its own."""

pytestmark = pytest.mark.timeout(READY_SECONDS + CLONE_SECONDS + DROP_SECONDS)


@dataclass(frozen=True)
class Installed:
    """The release: where it serves, and its namespace."""

    server: Server
    namespace: str
    url: str

    def documents(self, kind: str, group: str = "apis/batch/v1") -> list[dict[str, Any]]:
        answer = self.server.request("GET", f"/{group}/namespaces/{self.namespace}/{kind}")
        assert answer.status == 200, answer.message
        return list(answer.body["items"])

    def clone_jobs(self) -> list[dict[str, Any]]:
        jobs = self.documents("jobs")
        return [job for job in jobs if job["metadata"]["name"].startswith("demo-clone-")]

    def logs_of(self, job: str) -> str:
        """Return the logs of a Job's pods."""
        pods = self.documents("pods", "api/v1")
        names = [
            pod["metadata"]["name"]
            for pod in pods
            if pod["metadata"]["labels"].get("job-name") == job
        ]
        path = f"/api/v1/namespaces/{self.namespace}/pods"
        return "".join(self.server.text(f"{path}/{name}/log") for name in names)


def eventually(found: Callable[[], Any], seconds: float, otherwise: Callable[[], str]) -> Any:
    end = time.monotonic() + seconds
    while not (value := found()):
        assert time.monotonic() < end, otherwise()
        time.sleep(1)
    return value


def image_values(name: str) -> dict[str, str]:
    repository, _, digest = name.partition("@")
    last = repository.rpartition("/")[2]
    tag = last.partition(":")[2]
    return {"repository": repository.removesuffix(f":{tag}"), "tag": tag, "digest": digest}


@pytest.fixture(scope="module")
def installed(server: Server, make_namespace, image: str) -> Iterator[Installed]:
    """The chart with trial servers, serving."""
    namespace = make_namespace()
    values = merged(TRIAL, FORGETFUL, NO_POOL, {"image": image_values(image)})
    with Config(kubeconfig_path=os.environ["KUBECONFIG"], namespace=namespace) as helm:
        helm.install(chart(), RELEASE, values)
        try:
            pod = eventually(
                lambda: ready_pod(server, namespace, "web"),
                READY_SECONDS,
                lambda: f"web does not get ready: {states(server, namespace)}",
            )
            with tunnel(server, namespace, pod, 8000) as url:
                yield Installed(server, namespace, url)
        finally:
            helm.uninstall(RELEASE)


def pods_of(server: Server, namespace: str, **labels: str) -> list[dict[str, Any]]:
    chosen = ",".join(f"app.kubernetes.io/{name}={value}" for name, value in labels.items())
    answer = server.request("GET", f"/api/v1/namespaces/{namespace}/pods", labelSelector=chosen)
    return list(answer.body["items"])


def ready_pod(server: Server, namespace: str, component: str) -> str | None:
    for pod in pods_of(server, namespace, component=component):
        conditions = pod["status"].get("conditions", [])
        if any(c["type"] == "Ready" and c["status"] == "True" for c in conditions):
            return str(pod["metadata"]["name"])
    return None


def states(server: Server, namespace: str) -> list[str]:
    """Each pod and what it waits for."""
    return [
        f"{pod['metadata']['name']} {pod['status'].get('phase')} "
        + " ".join(str(c.get("state")) for c in pod["status"].get("containerStatuses", []))
        for pod in pods_of(server, namespace, instance=RELEASE)
    ]


def test_a_job_clones_in_a_pod_and_the_prospect_sells_and_leaves(installed: Installed):
    prospect = Prospect(installed.url).open("individual_bakery", wait=False)
    assert prospect.session["status"] == "pending", "nothing was ready"
    job = eventually(
        installed.clone_jobs, CLONE_SECONDS, lambda: "no Job was made: see the worker's log"
    )[0]
    assert job["metadata"]["labels"]["masa-madre/for"] == "session"
    prospect.wait_until_active(CLONE_SECONDS)

    assert prospect.get("/api/inventory/ingredients?per_page=1").json["total"] == 25
    line = {"product_id": prospect.sellable()["id"], "quantity": 1}
    sale = prospect.post("/api/pos/sales", {"lines": [line], "payment_method": "card"})
    assert sale.status == 201

    name = job["metadata"]["name"]
    ended = eventually(
        lambda: [
            each
            for each in installed.clone_jobs()
            if each["metadata"]["name"] == name and each["status"].get("succeeded")
        ],
        CLONE_SECONDS,
        lambda: f"the Job does not end: {installed.clone_jobs()}",
    )
    assert ended[0]["status"]["succeeded"] == 1
    assert not ended[0]["status"].get("failed")
    said = installed.logs_of(name)
    assert '"action": "tenant_cloned"' in said
    assert prospect.session["virtual_tenant_id"] in said

    assert prospect.post("/api/demo/session/destroy").json["status"] == "destroyed"
    assert prospect.get("/api/inventory/ingredients").status == 401
    eventually(
        lambda: 'state="leased"' not in prospect.get("/metrics").json,
        DROP_SECONDS,
        lambda: "the schema stays: see the worker's log",
    )
