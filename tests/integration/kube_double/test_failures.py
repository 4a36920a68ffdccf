"""Failures on purpose, each as a real cluster shows it."""

import time
from typing import Any

import pytest
import urllib3

from tests.fixtures.kube import Cluster
from tests.integration.kube_double.conftest import Api, eventually, job, shell
from tests.integration.kube_double.test_running import finished, pods_of, waiting_reason


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (403, "Forbidden"),
        (409, "Conflict"),
        (429, "TooManyRequests"),
        (500, "InternalError"),
        (503, "ServiceUnavailable"),
    ],
)
def test_the_api_answers_as_told_so_many_times(
    cluster: Cluster, node: Api, status: int, reason: str
) -> None:
    rule = cluster.fail("answer", status=status, times=2, verb="create", resource="jobs")
    for _ in range(2):
        answer = node.send("POST", node.jobs, job("bread"))
        assert (answer.code, answer.body["reason"]) == (status, reason)
        assert node.send("GET", node.jobs).code == 200
    assert node.send("POST", node.jobs, job("bread")).code == 201
    assert rule.hits == 2


def test_too_many_requests_says_when_to_come_back(cluster: Cluster, node: Api) -> None:
    with cluster.fail("answer", status=429, retry_after=7):
        answer = node.send("GET", node.jobs)
    assert answer.retry_after == "7"
    assert answer.body["details"]["retryAfterSeconds"] == 7


def test_a_name_chooses_what_fails(cluster: Cluster, node: Api) -> None:
    with cluster.fail("answer", status=500, name="bread"):
        assert node.send("POST", node.jobs, job("bread")).code == 500
        assert node.send("POST", node.jobs, job("cake")).code == 201


def test_an_api_that_hangs_runs_into_the_callers_timeout(cluster: Cluster, node: Api) -> None:
    with (
        cluster.fail("hang", verb="list"),
        pytest.raises(urllib3.exceptions.HTTPError),
    ):
        node.batch.list_namespaced_job(node.namespace, _request_timeout=0.2)
    assert node.batch.list_namespaced_job(node.namespace).items == []


def test_an_answer_can_be_late(cluster: Cluster, node: Api) -> None:
    cluster.fail("hang", seconds=0.3, times=1)
    before = time.monotonic()
    assert node.batch.list_namespaced_job(node.namespace).items == []
    assert time.monotonic() - before >= 0.3


def test_a_connection_can_break_before_anything_is_done(cluster: Cluster, node: Api) -> None:
    with cluster.fail("reset", verb="create"), pytest.raises(urllib3.exceptions.HTTPError):
        node.send("POST", node.jobs, job("bread"))
    assert node.send("GET", node.jobs).body["items"] == []


def test_an_answer_can_be_lost_after_everything_is_done(cluster: Cluster, node: Api) -> None:
    with cluster.fail("lost-answer", verb="create"), pytest.raises(urllib3.exceptions.HTTPError):
        node.send("POST", node.jobs, job("bread"))
    assert len(node.send("GET", node.jobs).body["items"]) == 1
    assert node.send("POST", node.jobs, job("bread")).code == 409


def test_an_api_can_be_away_and_come_back(cluster: Cluster, node: Api) -> None:
    with cluster.fail("refuse"), pytest.raises(urllib3.exceptions.HTTPError):
        node.send("GET", node.jobs)
    assert node.send("GET", node.jobs).code == 200


def test_a_quota_can_be_full(cluster: Cluster, node: Api) -> None:
    with cluster.fail("quota", namespace=node.namespace, limit=0):
        answer = node.send("POST", node.jobs, job("bread"))
        assert answer.code == 403
        assert "exceeded quota" in answer.body["message"]
    assert node.send("POST", node.jobs, job("bread")).code == 201


def test_an_image_can_be_out_of_reach_for_a_while(cluster: Cluster, node: Api) -> None:
    with cluster.fail("pull"):
        node.send("POST", node.jobs, shell("bread", "true"))
        eventually(
            lambda: (found := waiting_reason(node, "bread")) and found.reason == "ImagePullBackOff"
        )
    finished(node, "bread")


def test_a_pod_can_find_no_place(cluster: Cluster, node: Api) -> None:
    with cluster.fail("unschedulable"):
        node.send("POST", node.jobs, shell("bread", "true"))
        scheduled = eventually(
            lambda: [
                one
                for pod in pods_of(node, "bread")
                for one in pod.status.conditions or []
                if one.type == "PodScheduled"
            ]
        )[0]
        assert (scheduled.status, scheduled.reason) == ("False", "Unschedulable")
        (pod,) = pods_of(node, "bread")
        assert pod.status.phase == "Pending"
        assert pod.spec.node_name is None
    finished(node, "bread")


def test_a_start_can_be_slow(cluster: Cluster, node: Api) -> None:
    with cluster.fail("slow-start", seconds=60):
        node.send("POST", node.jobs, shell("bread", "true"))
        waiting = eventually(lambda: waiting_reason(node, "bread"))
        assert waiting.reason == "ContainerCreating"
    finished(node, "bread")


def test_a_pod_can_be_evicted_in_the_middle(cluster: Cluster, node: Api) -> None:
    cluster.fail("evict", attempt=1, on_output="half way")
    script = "echo half way; test $(ls | wc -l) -gt 0 && exec sleep 300"
    body = shell("bread", script, backoffLimit=0)
    node.send("POST", node.jobs, body)
    status = finished(node, "bread", "Failed")
    assert status.conditions[-1].reason == "BackoffLimitExceeded"
    (pod,) = pods_of(node, "bread")
    assert (pod.status.phase, pod.status.reason) == ("Failed", "Evicted")
    target = [one for one in pod.status.conditions if one.type == "DisruptionTarget"]
    assert [(one.status, one.reason) for one in target] == [("True", "TerminationByKubelet")]
    assert pod.status.container_statuses[0].state.terminated.exit_code == 137


def test_a_container_can_run_out_of_memory_once(cluster: Cluster, node: Api, tmp_path: Any) -> None:
    cluster.fail("oom", attempt=1, on_output="mixing")
    mark = tmp_path / "tried"
    script = f"test -e {mark} && exit 0; touch {mark}; echo mixing; exec sleep 300"
    node.send("POST", node.jobs, shell("bread", script, backoffLimit=1))
    assert finished(node, "bread").failed == 1
    first, _ = pods_of(node, "bread")
    state = first.status.container_statuses[0].state.terminated
    assert (state.exit_code, state.reason) == (137, "OOMKilled")


def test_a_node_can_die_without_a_word(cluster: Cluster, node: Api, tmp_path: Any) -> None:
    mark = tmp_path / "tried"
    script = f"test -e {mark} && exit 0; touch {mark}; echo mixing; exec sleep 300"
    death = cluster.fail("node-death", attempt=1, on_output="mixing", unnoticed=0.5)
    node.send("POST", node.jobs, shell("bread", script, backoffLimit=1))
    eventually(lambda: death.hits)
    status = finished(node, "bread")
    assert (status.succeeded, status.failed) == (1, 1)


def test_a_pod_that_runs_already_can_be_struck(cluster: Cluster, node: Api) -> None:
    node.send("POST", node.jobs, shell("bread", "echo ready; exec sleep 300"))
    eventually(lambda: [pod.status.phase for pod in pods_of(node, "bread")] == ["Running"])
    cluster.fail("oom", name="bread")
    finished(node, "bread", "Failed")


def test_healing_ends_everything(cluster: Cluster, node: Api) -> None:
    cluster.fail("answer", status=500)
    cluster.fail("reset")
    cluster.heal()
    assert node.send("GET", node.jobs).code == 200


def test_an_unknown_failure_is_told(cluster: Cluster, node: Api) -> None:
    with pytest.raises(ValueError, match="cannot fail with 'flood'"):
        cluster.fail("flood")
