"""Jobs on the double: the command runs as a process, whose exit decides the Job's."""

from pathlib import Path

import pytest

from tests.fixtures.kube import Cluster
from tests.integration.kube_double.conftest import (
    Api,
    changed,
    conditions,
    container_of,
    eventually,
    shell,
)

DELETE = "?propagationPolicy=Background"


def is_alive(pid: str) -> bool:
    return Path(f"/proc/{pid.strip()}").exists()


def terminated(pod: dict) -> dict:
    """Return the terminated state of a pod's container."""
    return pod["status"]["containerStatuses"][0]["state"]["terminated"]


def test_a_command_that_ends_well_completes_its_job(cluster: Cluster, node: Api) -> None:
    node.send("POST", node.jobs, shell("echo risen; echo baked >&2"))
    status = node.finished()
    reason = "CompletionsReached"
    assert conditions(status) == [("SuccessCriteriaMet", reason), ("Complete", reason)]
    assert (status["succeeded"], status["ready"], status["terminating"]) == (1, 0, 0)
    assert "failed" not in status
    assert "active" not in status
    assert status["completionTime"] >= status["startTime"]
    (pod,) = node.pods()
    assert pod["status"]["phase"] == "Succeeded"
    assert (terminated(pod)["exitCode"], terminated(pod)["reason"]) == (0, "Completed")
    assert cluster.output_of("bread", node.namespace) == "risen\nbaked\n"


def test_attempts_come_to_an_end(node: Api) -> None:
    node.send("POST", node.jobs, shell("exit 7", backoffLimit=1))
    status = node.finished("Failed")
    reason = "BackoffLimitExceeded"
    assert conditions(status) == [("FailureTarget", reason), ("Failed", reason)]
    assert status["conditions"][0]["message"] == "Job has reached the specified backoff limit"
    assert status["failed"] == 2
    assert "completionTime" not in status
    assert [terminated(pod)["exitCode"] for pod in node.pods()] == [7, 7]


def test_a_failed_attempt_is_followed_by_a_new_pod(node: Api, tmp_path: Path) -> None:
    mark = tmp_path / "tried"
    script = f"test -e {mark} && exit 0; touch {mark}; exit 3"
    node.send("POST", node.jobs, shell(script, backoffLimit=2))
    status = node.finished()
    assert (status["succeeded"], status["failed"]) == (1, 1)
    assert [pod["status"]["phase"] for pod in node.pods()] == ["Failed", "Succeeded"]


def test_the_command_and_its_environment_are_what_the_pod_declares(
    cluster: Cluster, node: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("A_SECRET_OF_THE_TEST", "must not be seen")
    secret = {"metadata": {"name": "key"}, "stringData": {"ONE": "1", "TWO": "2"}}
    node.send("POST", node.path("secrets"), secret)
    plain = {"metadata": {"name": "plain"}, "data": {"THREE": "3"}}
    node.send("POST", node.path("configmaps"), plain)
    body = shell("not used")
    container_of(body).update(command=["env"], args=["FIVE=5", "env"])
    container_of(body)["envFrom"] = [
        {"secretRef": {"name": "key"}},
        {"configMapRef": {"name": "plain"}, "prefix": "P_"},
        {"secretRef": {"name": "not-there", "optional": True}},
    ]
    optional = {"name": "key", "key": "nothing", "optional": True}
    container_of(body)["env"] = [
        {"name": "TWO", "value": "its own"},
        {"name": "FOUR", "valueFrom": {"secretKeyRef": {"name": "key", "key": "TWO"}}},
        {"name": "NONE", "valueFrom": {"secretKeyRef": optional}},
    ]
    node.send("POST", node.jobs, body)
    node.finished()
    lines = cluster.output_of("bread", node.namespace).splitlines()
    assert sorted(line for line in lines if not line.startswith("PATH=")) == [
        "BASE=from the test", "FIVE=5", "FOUR=2", f"HOSTNAME={node.pods()[0]['metadata']['name']}",
        "ONE=1", "P_THREE=3", "TWO=its own",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "message"),
    [("key", 'secret "key" not found'), ("old", "couldn't find key ONE in Secret {home}/old")],
)
def test_a_container_waits_for_a_secret_that_is_missing(node: Api, name: str, message: str) -> None:
    node.send("POST", node.path("secrets"), {"metadata": {"name": "old"}})
    body, source = shell("true"), {"secretKeyRef": {"name": name, "key": "ONE"}}
    container_of(body)["env"] = [{"name": "ONE", "valueFrom": source}]
    node.send("POST", node.jobs, body)
    message = message.format(home=node.namespace)
    expected = {"reason": "CreateContainerConfigError", "message": message}
    eventually(lambda: node.waiting() == expected)
    node.send("DELETE", f"{node.path('secrets')}/old")
    secret = {"metadata": {"name": name}, "stringData": {"ONE": "1"}}
    node.send("POST", node.path("secrets"), secret)
    node.finished()


def test_a_program_that_is_not_there_does_not_start(node: Api) -> None:
    body = shell("")
    container_of(body)["command"] = ["no-such-program"]
    node.send("POST", node.jobs, body)
    node.finished("Failed")
    (pod,) = node.pods()
    assert (terminated(pod)["exitCode"], terminated(pod)["reason"]) == (128, "StartError")


def test_a_deadline_kills_what_runs(node: Api, tmp_path: Path) -> None:
    mark = tmp_path / "pid"
    script = f"sh -c 'echo $PPID > {mark}'; exec sleep 300"
    node.send("POST", node.jobs, shell(script, activeDeadlineSeconds=3))
    eventually(lambda: node.job()["status"].get("ready"))
    assert node.job()["status"]["active"] == 1
    assert "Ready" in dict(conditions(node.pods()[0]["status"]))
    status = node.finished("Failed")
    reason = "DeadlineExceeded"
    assert conditions(status) == [("FailureTarget", reason), ("Failed", reason)]
    assert status["failed"] == 1
    assert node.pods() == []
    assert not is_alive(mark.read_text())


def test_a_deleted_job_ends_its_process_gently(node: Api, tmp_path: Path) -> None:
    mark, ready = tmp_path / "ended", tmp_path / "ready"
    script = f"trap 'echo term > {mark}; exit 0' TERM; touch {ready}; while :; do sleep 0.02; done"
    body = changed(shell(script), "spec.template.spec.terminationGracePeriodSeconds", 30)
    node.send("POST", node.jobs, body)
    eventually(ready.exists)
    node.send("DELETE", f"{node.jobs}/bread{DELETE}")
    eventually(lambda: not node.pods())
    assert mark.read_text() == "term\n"


def test_children_in_groups_of_their_own_end_with_the_container(node: Api, tmp_path: Path) -> None:
    """RQ's work horses leave the process group, not the session."""
    mark = tmp_path / "pid"
    code = "import os, time; os.setpgrp(); print(os.getpid(), flush=True); time.sleep(300)"
    script = f"python -c '{code}' > {mark} & until test -s {mark}; do sleep 0.01; done"
    node.send("POST", node.jobs, shell(script))
    node.finished()
    eventually(lambda: not is_alive(mark.read_text()))


def test_time_to_live_takes_the_job_and_its_pods(node: Api) -> None:
    node.send("POST", node.jobs, shell("true", ttlSecondsAfterFinished=0))
    eventually(lambda: not node.send("GET", node.jobs).body["items"])
    eventually(lambda: not node.pods())
