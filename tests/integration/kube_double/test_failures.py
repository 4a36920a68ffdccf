"""The failures that a test can cause, each as a real cluster shows it."""

import time
from typing import Any

import pytest
import urllib3

from tests.fixtures.kube import Cluster
from tests.integration.kube_double.conftest import Api, conditions, eventually, job, shell

REASONS = {
    403: "Forbidden", 409: "Conflict", 429: "TooManyRequests", 500: "InternalError",
    503: "ServiceUnavailable",
}  # fmt: skip


@pytest.mark.parametrize("status", REASONS)
def test_the_api_answers_as_told_so_many_times(cluster: Cluster, node: Api, status: int) -> None:
    failure = cluster.fail("answer", status=status, times=2, verb="create", resource="jobs")
    for _ in range(2):
        answer = node.send("POST", node.jobs, job())
        assert (answer.code, answer.body["reason"]) == (status, REASONS[status])
        assert answer.retry_after == ("1" if status == 429 else "")
        assert node.send("GET", node.jobs).code == 200
    assert node.send("POST", node.jobs, job()).code == 201
    assert failure.hits == 2


def test_an_api_that_hangs_runs_into_the_callers_timeout(cluster: Cluster, node: Api) -> None:
    with cluster.fail("hang", verb="list"), pytest.raises(urllib3.exceptions.HTTPError):
        node.send("GET", node.jobs, timeout=0.2)
    assert node.send("GET", node.jobs).code == 200


def test_an_answer_can_be_late(cluster: Cluster, node: Api) -> None:
    cluster.fail("hang", seconds=0.3, times=1)
    before = time.monotonic()
    assert node.send("GET", node.jobs).code == 200
    assert time.monotonic() - before >= 0.3


@pytest.mark.parametrize(("what", "made"), [("reset", []), ("lost-answer", ["bread"])])
def test_a_connection_can_break_before_the_answer(
    cluster: Cluster, node: Api, what: str, made: list[str]
) -> None:
    with cluster.fail(what, verb="create"), pytest.raises(urllib3.exceptions.HTTPError):
        node.send("POST", node.jobs, job())
    found = node.send("GET", node.jobs).body["items"]
    assert [one["metadata"]["name"] for one in found] == made


def test_an_api_can_be_away_and_come_back(cluster: Cluster, node: Api) -> None:
    assert node.send("GET", node.jobs).code == 200
    with cluster.fail("refuse"), pytest.raises(urllib3.exceptions.HTTPError):
        node.send("GET", node.jobs)
    assert node.send("GET", node.jobs).code == 200


@pytest.mark.parametrize(
    ("what", "options", "reason"),
    [
        ("pull", {}, "ImagePullBackOff"),
        ("slow-start", {"seconds": 60}, "ContainerCreating"),
        ("waiting", {"reason": "RunContainerError"}, "RunContainerError"),
    ],
)
def test_a_container_can_wait_until_the_failure_is_healed(
    cluster: Cluster, node: Api, what: str, options: Any, reason: str
) -> None:
    with cluster.fail(what, **options) as failure:
        node.send("POST", node.jobs, shell("true"))
        eventually(lambda: (node.waiting() or {}).get("reason") == reason)
        assert failure.hits == 1
    node.finished()


def test_a_pod_can_be_unschedulable(cluster: Cluster, node: Api) -> None:
    with cluster.fail("unschedulable"):
        node.send("POST", node.jobs, shell("true"))
        eventually(lambda: any("conditions" in pod["status"] for pod in node.pods()))
        (pod,) = node.pods()
        (scheduled,) = pod["status"]["conditions"]
        assert (scheduled["status"], scheduled["reason"]) == ("False", "Unschedulable")
        assert pod["status"]["phase"] == "Pending"
        assert "nodeName" not in pod["spec"]
    node.finished()


def test_a_pod_can_be_evicted_while_it_runs(cluster: Cluster, node: Api) -> None:
    failure = cluster.fail("evict", attempt=1, after=0.05)
    node.send("POST", node.jobs, shell("exec sleep 300"))
    status = node.finished("Failed")
    assert conditions(status)[-1] == ("Failed", "BackoffLimitExceeded")
    (pod,) = node.pods()
    assert (pod["status"]["phase"], pod["status"]["reason"]) == ("Failed", "Evicted")
    assert ("DisruptionTarget", "TerminationByKubelet") in conditions(pod["status"])
    assert pod["status"]["containerStatuses"][0]["state"]["terminated"]["exitCode"] == 137
    assert failure.hits == 1


def test_a_container_can_run_out_of_memory_once(cluster: Cluster, node: Api, tmp_path: Any) -> None:
    script = f"test -e {tmp_path}/tried && exit 0; touch {tmp_path}/tried; exec sleep 300"
    node.send("POST", node.jobs, shell(script, backoffLimit=1))
    eventually((tmp_path / "tried").exists)
    cluster.fail("oom", name="bread", attempt=1)  # of a pod that runs already
    assert node.finished()["failed"] == 1
    first, _ = node.pods()
    state = first["status"]["containerStatuses"][0]["state"]["terminated"]
    assert (state["exitCode"], state["reason"]) == (137, "OOMKilled")


def test_a_node_can_fail_unnoticed_for_a_while(cluster: Cluster, node: Api, tmp_path: Any) -> None:
    script = f"test -e {tmp_path}/tried && exit 0; touch {tmp_path}/tried; exec sleep 300"
    node.send("POST", node.jobs, shell(script, backoffLimit=1))
    eventually((tmp_path / "tried").exists)
    death = cluster.fail("node-death", attempt=1, unnoticed=0.5)
    eventually(lambda: death.hits)
    assert [pod["status"]["phase"] for pod in node.pods()] == ["Running"]
    status = node.finished()
    assert (status["succeeded"], status["failed"]) == (1, 1)


@pytest.mark.parametrize(
    ("what", "options"), [("flood", {}), ("answer", {}), ("answer", {"status": 418})]
)
def test_an_unknown_failure_is_refused(cluster: Cluster, what: str, options: Any) -> None:
    with pytest.raises(ValueError, match="the double cannot"):
        cluster.fail(what, **options)
