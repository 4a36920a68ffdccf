"""What `tests/cluster` does on a real cluster, on the double: its helpers hold no misspelling."""

from collections.abc import Iterator

import pytest

from tests.cluster.gitops import (
    apply_again,
    ensure_jobs_are_new_and_the_rest_is_kept,
    ensure_nothing_changed,
)
from tests.cluster.installation import Installation, beside, image_values, trial_values
from tests.cluster.rendering import rendered
from tests.cluster.server import Server
from tests.cluster.test_upgrading import REPAIRED, UNREADABLE, Probes
from tests.cluster.waiting import cordoned, delete_and_see, eventually, is_running
from tests.fixtures.kube import Cluster
from tests.fixtures.kube.kubelet import NODE
from tests.helm.chart import pods
from tests.integration.kube_double.conftest import Api, shell


@pytest.fixture
def server(cluster: Cluster) -> Iterator[Server]:
    """The double, as the suite for a cluster reaches it."""
    with Server.of_kubeconfig(str(cluster.kubeconfig)) as server:
        yield server


@pytest.fixture
def installation(server: Server, node: Api) -> Installation:
    """An installation without Helm."""
    return Installation(server, node.namespace, helm=None)


def test_a_chart_that_is_applied_again_changes_no_job(server: Server, node: Api):
    first, again, following = apply_again(server, node.namespace)
    ensure_nothing_changed(first, again)
    ensure_jobs_are_new_and_the_rest_is_kept(server, node.namespace, first, following)


def test_a_job_whose_template_changes_under_its_name_is_refused(server: Server, node: Api):
    job = {"apiVersion": "batch/v1", "kind": "Job", **shell("true")}
    job["metadata"]["namespace"] = node.namespace
    server.apply(job)
    server.apply(job)
    job["spec"]["template"]["spec"]["containers"][0]["args"] = ["false"]
    with pytest.raises(AssertionError, match="field is immutable"):
        server.apply(job)


@pytest.mark.parametrize(("script", "code"), [("exit 0", 0), ("exit 3", 3)])
def test_the_end_of_a_deleted_pod_is_read(installation: Installation, node: Api, script, code):
    waits = shell(f"trap '{script}' TERM; echo ready; while :; do sleep 0.05; done")
    waits["spec"]["template"]["spec"]["terminationGracePeriodSeconds"] = 20
    node.send("POST", node.jobs, waits)
    name = wait_for_pod(installation)
    path = installation.path(f"pods/{name}")
    end = delete_and_see(installation.server, path)
    assert end.code == code
    assert 0 <= end.seconds < 20
    assert installation.server.request("GET", path).status == 404
    node.send("DELETE", f"{node.jobs}/bread?propagationPolicy=Background")


def test_a_node_that_is_cordoned_takes_no_pod(installation: Installation, node: Api):
    with cordoned(installation.server, NODE):
        node.send("POST", node.jobs, shell("sleep 30"))
        (pod,) = eventually(lambda: installation.pods_of_job("bread"), 15, lambda: "no pod")
        assert "nodeName" not in pod["spec"]
        assert installation.clone_jobs() == {}
    assert wait_for_pod(installation) == pod["metadata"]["name"]


def test_the_chart_takes_the_values_of_the_suite():
    for added in (beside("masa-madre:1"), {**REPAIRED, **UNREADABLE}):
        documents = rendered(trial_values("masa-madre:1", added), "of-the-test")
        images = {pod.container["image"] for pod in pods(documents) if pod.is_ours}
        assert images == {"masa-madre:1"}
    named = {"repository": "registry:5000/masa-madre", "tag": "1", "digest": ""}
    assert image_values("registry:5000/masa-madre:1") == named


def test_probes_note_each_answer(server: Server, node: Api):
    probes = Probes(server, node.namespace, "demo_none")
    probes.start()
    eventually(lambda: len(probes.statuses) > 2, 15, lambda: "no answer")
    probes.stop()
    assert set(probes.statuses) == {404}, "the double passes nothing on"


def wait_for_pod(installation: Installation) -> str:
    """Wait until the Job's pod runs."""

    def found() -> str | None:
        running = filter(is_running, installation.pods_of_job("bread"))
        return next((pod["metadata"]["name"] for pod in running), None)

    return eventually(found, 15, lambda: str(installation.states()))
