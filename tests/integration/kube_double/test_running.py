"""Pods on the double's node: the command is a process, and how it ends is how the Job ends."""

from pathlib import Path
from typing import Any

import pytest
from kubernetes.client import ApiException
from kubernetes.watch import Watch

from tests.fixtures.kube import Cluster
from tests.integration.kube_double.conftest import (
    Api,
    changed,
    condition,
    container_of,
    eventually,
    shell,
)


def finished(api: Api, name: str, kind: str = "Complete") -> Any:
    """The status of a Job once it is complete, or failed."""

    def look() -> Any:
        status = api.batch.read_namespaced_job(name, api.namespace).status
        return status if condition(status, kind) else None

    return eventually(look)


def pods_of(api: Api, name: str) -> list[Any]:
    found = api.core.list_namespaced_pod(api.namespace, label_selector=f"job-name={name}")
    return sorted(found.items, key=lambda pod: int(pod.metadata.resource_version))


def log_of(api: Api, name: str, **options: Any) -> str:
    (pod,) = pods_of(api, name)
    text = api.core.read_namespaced_pod_log(
        pod.metadata.name, api.namespace, _preload_content=False, **options
    )
    return str(text.data.decode())


def run(api: Api, body: dict[str, Any], kind: str = "Complete") -> Any:
    api.batch.create_namespaced_job(api.namespace, body)
    return finished(api, body["metadata"]["name"], kind)


def test_a_command_that_ends_well_completes_its_job(node: Api) -> None:
    status = run(node, shell("bread", "echo risen; echo baked >&2"))
    assert [one.type for one in status.conditions] == ["SuccessCriteriaMet", "Complete"]
    assert {one.reason for one in status.conditions} == {"CompletionsReached"}
    assert (status.succeeded, status.failed, status.active, status.ready) == (1, None, None, 0)
    assert status.completion_time >= status.start_time
    (pod,) = pods_of(node, "bread")
    state = pod.status.container_statuses[0].state.terminated
    assert (pod.status.phase, state.exit_code, state.reason) == ("Succeeded", 0, "Completed")
    assert pod.metadata.finalizers is None
    assert pod.spec.node_name
    assert log_of(node, "bread") == "risen\nbaked\n"


def test_a_pod_goes_through_its_phases(node: Api) -> None:
    before = node.core.list_namespaced_pod(node.namespace).metadata.resource_version
    node.batch.create_namespaced_job(node.namespace, shell("bread", "true"))
    phases: list[str] = []
    watch = Watch()
    for event in watch.stream(
        node.core.list_namespaced_pod,
        node.namespace,
        resource_version=before,
        timeout_seconds=20,
    ):
        phase = event["object"].status.phase
        if phases[-1:] != [phase]:
            phases.append(phase)
        if phase == "Succeeded":
            watch.stop()
    assert phases == ["Pending", "Running", "Succeeded"]


def test_command_replaces_the_entrypoint_and_args_follow_it(node: Api) -> None:
    body = shell("bread", "not used")
    container_of(body).update(command=["printf", "%s|"], args=["a b", "$(C)", "$$(C)", "$(D)"])
    container_of(body)["env"] = [{"name": "C", "value": "see"}]
    run(node, body)
    assert log_of(node, "bread") == "a b|see|$(C)|$(D)|"


def test_the_environment_is_what_the_pod_declares(node: Api, monkeypatch: Any) -> None:
    monkeypatch.setenv("A_SECRET_OF_THE_TEST", "must not be seen")
    node.core.create_namespaced_secret(
        node.namespace, {"metadata": {"name": "key"}, "stringData": {"ONE": "1", "TWO": "2"}}
    )
    node.core.create_namespaced_config_map(
        node.namespace, {"metadata": {"name": "plain"}, "data": {"THREE": "3"}}
    )
    body = shell("bread", "env")
    container_of(body)["envFrom"] = [
        {"secretRef": {"name": "key"}},
        {"configMapRef": {"name": "plain"}, "prefix": "P_"},
        {"secretRef": {"name": "not-there", "optional": True}},
    ]
    container_of(body)["env"] = [
        {"name": "TWO", "value": "two after $(ONE)"},
        {"name": "FOUR", "valueFrom": {"secretKeyRef": {"name": "key", "key": "TWO"}}},
        {
            "name": "NONE",
            "valueFrom": {"secretKeyRef": {"name": "key", "key": "nothing", "optional": True}},
        },
        {"name": "POD", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}},
        {"name": "OF", "valueFrom": {"fieldRef": {"fieldPath": "metadata.labels['job-name']"}}},
        {"name": "MEM", "valueFrom": {"resourceFieldRef": {"resource": "limits.memory"}}},
    ]
    container_of(body)["resources"] = {"limits": {"memory": "1Ki"}}
    run(node, body)
    seen = dict(line.split("=", 1) for line in log_of(node, "bread").splitlines())
    (pod,) = pods_of(node, "bread")
    shell_adds = {"PWD", "SHLVL", "_", "OLDPWD"}
    assert {key: value for key, value in seen.items() if key not in {*shell_adds, "PATH"}} == {
        "BASE": "from the test",
        "HOSTNAME": pod.metadata.name,
        "ONE": "1",
        "TWO": "two after 1",
        "P_THREE": "3",
        "FOUR": "2",
        "POD": pod.metadata.name,
        "OF": "bread",
        "MEM": "1024",
    }


def waiting_reason(api: Api, name: str) -> Any:
    pods = pods_of(api, name)
    states = [one.state for pod in pods for one in pod.status.container_statuses or []]
    return next((state.waiting for state in states if state and state.waiting), None)


def test_a_container_waits_for_a_secret_that_is_missing(node: Api) -> None:
    body = shell("bread", "echo $ONE")
    container_of(body)["envFrom"] = [{"secretRef": {"name": "key"}}]
    node.batch.create_namespaced_job(node.namespace, body)
    waiting = eventually(
        lambda: (
            (found := waiting_reason(node, "bread"))
            and found.reason == "CreateContainerConfigError"
            and found
        )
    )
    assert waiting.message == 'secret "key" not found'
    with pytest.raises(ApiException) as refused:
        log_of(node, "bread")
    assert "waiting to start: CreateContainerConfigError" in refused.value.body
    node.core.create_namespaced_secret(
        node.namespace, {"metadata": {"name": "key"}, "stringData": {"ONE": "there now"}}
    )
    finished(node, "bread")
    assert log_of(node, "bread") == "there now\n"


def test_an_image_that_nobody_has_is_not_pulled(node: Api) -> None:
    node.batch.create_namespaced_job(
        node.namespace, changed(shell("bread", ""), "spec.template.spec.containers.0.image", "no:1")
    )
    waiting = eventually(
        lambda: (
            (found := waiting_reason(node, "bread"))
            and found.reason == "ImagePullBackOff"
            and found
        )
    )
    assert 'Back-off pulling image "no:1"' in waiting.message
    events = node.core.list_namespaced_event(node.namespace).items
    assert {"Failed", "BackOff"} <= {one.reason for one in events}
    assert node.batch.read_namespaced_job("bread", node.namespace).status.active == 1


def test_a_program_that_is_not_there_does_not_start(node: Api) -> None:
    body = shell("bread", "")
    container_of(body)["command"] = ["no-such-program"]
    status = run(node, body, "Failed")
    assert status.failed == 1
    (pod,) = pods_of(node, "bread")
    state = pod.status.container_statuses[0].state.terminated
    assert (state.exit_code, state.reason) == (128, "StartError")


def test_a_failed_attempt_is_followed_by_a_new_pod(node: Api, tmp_path: Path) -> None:
    mark = tmp_path / "tried"
    script = f"test -e {mark} && exit 0; touch {mark}; exit 3"
    status = run(node, shell("bread", script, backoffLimit=2))
    assert (status.succeeded, status.failed) == (1, 1)
    first, second = pods_of(node, "bread")
    assert first.status.container_statuses[0].state.terminated.exit_code == 3
    assert (first.status.phase, second.status.phase) == ("Failed", "Succeeded")


def test_attempts_come_to_an_end(node: Api) -> None:
    status = run(node, shell("bread", "exit 7", backoffLimit=1), "Failed")
    assert [(one.type, one.reason) for one in status.conditions] == [
        ("FailureTarget", "BackoffLimitExceeded"),
        ("Failed", "BackoffLimitExceeded"),
    ]
    assert status.conditions[-1].message == "Job has reached the specified backoff limit"
    assert (status.failed, status.succeeded, status.completion_time) == (2, None, None)


def test_on_failure_restarts_the_container_in_its_pod(node: Api, tmp_path: Path) -> None:
    mark = tmp_path / "tried"
    script = f"test -e {mark} && exec echo again; touch {mark}; echo first; exit 3"
    body = shell("bread", script, backoffLimit=3)
    body["spec"]["template"]["spec"]["restartPolicy"] = "OnFailure"
    run(node, body)
    (pod,) = pods_of(node, "bread")
    status = pod.status.container_statuses[0]
    assert status.restart_count == 1
    assert status.last_state.terminated.exit_code == 3
    assert log_of(node, "bread") == "again\n"
    assert log_of(node, "bread", previous=True) == "first\n"


def test_restarts_count_against_the_limit(node: Api) -> None:
    body = shell("bread", "exit 3", backoffLimit=1)
    body["spec"]["template"]["spec"]["restartPolicy"] = "OnFailure"
    status = run(node, body, "Failed")
    assert status.conditions[-1].reason == "BackoffLimitExceeded"


def test_init_containers_come_first(node: Api, tmp_path: Path) -> None:
    mark = tmp_path / "order"
    body = shell("bread", f"echo main >> {mark}")
    first = {"name": "first", "image": "shell:1", "args": [f"echo init >> {mark}"]}
    body["spec"]["template"]["spec"]["initContainers"] = [first]
    run(node, body)
    assert mark.read_text() == "init\nmain\n"


def test_completions_are_worked_off_side_by_side(node: Api) -> None:
    status = run(node, shell("bread", "true", completions=5, parallelism=2))
    assert status.succeeded == 5
    assert len(pods_of(node, "bread")) == 5


def test_indexed_completions_know_their_number(node: Api) -> None:
    body = shell("bread", "echo $JOB_COMPLETION_INDEX", completions=3, parallelism=3)
    status = run(node, changed(body, "spec.completionMode", "Indexed"))
    assert status.completed_indexes == "0-2"
    texts = {
        node.core.read_namespaced_pod_log(pod.metadata.name, node.namespace)
        for pod in pods_of(node, "bread")
    }
    assert {text.strip() for text in texts} == {"0", "1", "2"}


def is_running(api: Api, name: str) -> bool:
    return [pod.status.phase for pod in pods_of(api, name)] == ["Running"]


def test_a_log_can_be_followed_and_cut(node: Api) -> None:
    script = "echo one; echo two; echo three; sleep 0.2; echo four"
    node.batch.create_namespaced_job(node.namespace, shell("bread", script))
    eventually(lambda: is_running(node, "bread"))
    assert log_of(node, "bread", follow=True) == "one\ntwo\nthree\nfour\n"
    assert log_of(node, "bread", tail_lines=2) == "three\nfour\n"
    assert log_of(node, "bread", limit_bytes=5) == "one\nt"
    assert log_of(node, "bread", timestamps=True).split()[1] == "one"
    with pytest.raises(ApiException) as refused:
        log_of(node, "bread", container="other")
    assert refused.value.status == 400


def test_the_double_can_be_asked_what_it_holds(cluster: Cluster, node: Api) -> None:
    run(node, shell("bread", "true"))
    (pod,) = cluster.pods("bread", node.namespace)
    assert pod["status"]["phase"] == "Succeeded"
    (kept,) = cluster.objects("Job", node.namespace)
    assert kept["status"]["succeeded"] == 1
    with pytest.raises(LookupError, match="no kind 'Loaf'"):
        cluster.objects("Loaf")


def test_a_plain_pod_runs_too(node: Api) -> None:
    container = {"name": "main", "image": "shell:1", "args": ["echo alone"]}
    spec = {"restartPolicy": "Never", "containers": [container]}
    node.core.create_namespaced_pod(node.namespace, {"metadata": {"name": "dough"}, "spec": spec})

    def phase() -> Any:
        return node.core.read_namespaced_pod("dough", node.namespace).status.phase

    eventually(lambda: phase() == "Succeeded")
    answer = node.send("GET", node.path("pods/dough/log"))
    assert answer.body == "alone\n"
