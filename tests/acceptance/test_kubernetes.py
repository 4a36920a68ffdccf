"""The whole system with its clones in Kubernetes Jobs: create, clone in a pod, explore, destroy."""

import json
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.acceptance.client import Prospect
from tests.acceptance.test_lifecycle import demo
from tests.acceptance.test_visit import wait_for
from tests.conftest import filled, new_database, scratch_directory
from tests.fixtures.kube import Cluster
from tests.fixtures.kube.namespace import NAMESPACE, install, kube_with_our_image, settings_of
from tests.fixtures.live import LiveSystem, running_system, seed

pytestmark = pytest.mark.parametrize("postgres", ["18"], indirect=True)


@dataclass(frozen=True)
class Installation:
    """A system and the cluster that it runs its Jobs in."""

    system: LiveSystem
    cluster: Cluster


@pytest.fixture(scope="module")
def installation(postgres) -> Iterator[Installation]:
    """Web, worker and scheduler as the chart starts them; the worker may talk to the cluster."""
    with (
        kube_with_our_image() as cluster,
        new_database(postgres, filled(postgres, seed)) as url,
        scratch_directory("kubernetes-") as home,
    ):
        settings = settings_of(cluster) | {"DEMO_POOL_SIZE": "0", "DEMO_POOL_MAX": "0"}
        with running_system(url, home, lambda _: None, **settings) as system:
            install(cluster, system.environment)
            yield Installation(system, cluster)


def phases_told(visitor: Prospect) -> list[str]:
    """Follow the event stream to its end; return its phases."""
    found = []
    with urllib.request.urlopen(visitor.url + visitor.session["events_url"], timeout=60) as stream:
        for line in stream:
            if line.startswith(b"data: "):
                progress = json.loads(line.removeprefix(b"data: ")).get("progress")
                found.append(progress["phase"] if progress else "done")
    return found


def test_a_prospect_gets_a_bakery_from_a_pod(installation):
    system, cluster = installation.system, installation.cluster
    visitor = Prospect(system.url).open("central_baker", wait=False)
    assert visitor.session["status"] == "pending"
    phases = phases_told(visitor)
    assert "starting" in phases
    assert phases[-1] == "done"
    assert visitor.get("/api/tenant").json["name"] == "Panadería La Espiga"
    (job,) = cluster.objects("Job", NAMESPACE)
    tenant = visitor.get(visitor.session["status_url"]).json["virtual_tenant_id"]
    assert job["metadata"]["name"] == f"demo-clone-{tenant}"
    assert job["metadata"]["labels"]["masa-madre/template"] == "central_baker"

    wait_for(lambda: cluster.objects("Job", NAMESPACE)[0]["status"].get("succeeded") == 1)
    visitor.post("/api/demo/session/destroy")
    wait_for(lambda: not system.schemas())
    assert visitor.get("/api/tenant").status == 401


def test_a_prospect_gets_a_bakery_when_the_image_cannot_be_pulled(installation):
    system, cluster = installation.system, installation.cluster
    with cluster.fail("pull"):
        visitor = Prospect(system.url).open("individual_bakery", wait=False)
        assert phases_told(visitor)[-1] == "done"
    assert visitor.get("/api/tenant").json["name"] == "Panadería San Pablo"
    code, out, _ = demo(system, "sessions", "--json")
    assert code == 0
    (mine,) = [row for row in json.loads(out) if row["status"] == "active"]
    _, out, _ = demo(system, "show", mine["id"], "--json")
    assert "ImagePullBackOff" in json.loads(out)["trouble"]
    visitor.post("/api/demo/session/destroy")
