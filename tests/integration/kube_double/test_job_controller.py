"""How any Job controller counts pods: the tests play the node and say how each pod ended."""

from collections.abc import Callable
from typing import Any

from tests.integration.kube_double.conftest import Api, changed, eventually, job


def unplaced(**spec: Any) -> dict[str, Any]:
    body = changed(job("bread", **spec), "spec.template.spec.schedulerName", "nobody")
    return changed(body, "spec.suspend", False)


def pods_of(api: Api) -> list[Any]:
    found = api.core.list_namespaced_pod(api.namespace, label_selector="job-name=bread")
    return sorted(found.items, key=lambda pod: str(pod.metadata.name))


def pending(api: Api, number: int) -> list[Any]:
    """The pods that wait, as soon as there are so many."""

    def look() -> list[Any]:
        found = [pod for pod in pods_of(api) if pod.status.phase == "Pending"]
        return found if len(found) == number else []

    return eventually(look)


def end(api: Api, pod: Any, phase: str) -> None:
    """Say that a pod ended, as its node would."""
    api.core.patch_namespaced_pod_status(
        pod.metadata.name, api.namespace, {"status": {"phase": phase}}
    )


def status_when(api: Api, wanted: Callable[[Any], object]) -> Any:
    def look() -> Any:
        status = api.batch.read_namespaced_job("bread", api.namespace).status
        return status if wanted(status) else None

    return eventually(look)


def kinds(status: Any) -> list[tuple[str, str]]:
    return [(one.type, one.reason) for one in status.conditions or []]


def test_one_success_completes(api: Api) -> None:
    api.send("POST", api.jobs, unplaced())
    (pod,) = pending(api, 1)
    end(api, pod, "Succeeded")
    status = status_when(api, lambda now: now.completion_time)
    assert kinds(status) == [
        ("SuccessCriteriaMet", "CompletionsReached"),
        ("Complete", "CompletionsReached"),
    ]
    assert {one.message for one in status.conditions} == {
        "Reached expected number of succeeded pods"
    }
    assert (status.succeeded, status.failed, status.active) == (1, None, None)
    assert (status.ready, status.terminating) == (0, 0)
    (pod,) = pods_of(api)
    assert pod.metadata.finalizers is None
    assert pod.metadata.deletion_timestamp is None


def test_one_failure_is_enough_without_retries(api: Api) -> None:
    api.send("POST", api.jobs, unplaced(backoffLimit=0))
    (pod,) = pending(api, 1)
    end(api, pod, "Failed")
    status = status_when(api, lambda now: ("Failed", "BackoffLimitExceeded") in kinds(now))
    assert kinds(status) == [
        ("FailureTarget", "BackoffLimitExceeded"),
        ("Failed", "BackoffLimitExceeded"),
    ]
    assert {one.message for one in status.conditions} == {
        "Job has reached the specified backoff limit"
    }
    assert (status.failed, status.succeeded, status.completion_time) == (1, None, None)


def test_a_failure_within_the_limit_is_counted_and_waits_for_its_retry(api: Api) -> None:
    api.send("POST", api.jobs, unplaced(backoffLimit=3))
    (pod,) = pending(api, 1)
    end(api, pod, "Failed")
    status = status_when(api, lambda now: now.failed)
    assert status.failed == 1
    assert kinds(status) == []


def test_the_limit_ends_what_still_runs(api: Api) -> None:
    api.send("POST", api.jobs, unplaced(backoffLimit=0, parallelism=2, completions=2))
    first, second = pending(api, 2)
    end(api, first, "Failed")
    status = status_when(api, lambda now: len(kinds(now)) == 2)
    assert status.failed == 2
    assert [pod.metadata.name for pod in pods_of(api)] == [first.metadata.name]
    assert second.metadata.name != first.metadata.name


def test_no_more_pods_than_asked_for_at_once(api: Api) -> None:
    api.send("POST", api.jobs, unplaced(completions=3, parallelism=2))
    first, second = pending(api, 2)
    end(api, first, "Succeeded")
    others = [one for one in pending(api, 2) if one.metadata.name != second.metadata.name]
    assert len(others) == 1
    end(api, second, "Succeeded")
    status_when(api, lambda now: now.succeeded == 2 and now.active == 1)
    end(api, others[0], "Succeeded")
    status = status_when(api, lambda now: now.completion_time)
    assert status.succeeded == 3


def test_indexes_are_given_once_each(api: Api) -> None:
    body = unplaced(completions=3, parallelism=3, completionMode="Indexed")
    api.send("POST", api.jobs, body)
    pods = pending(api, 3)
    label = "batch.kubernetes.io/job-completion-index"
    assert [pod.metadata.labels[label] for pod in pods] == ["0", "1", "2"]
    assert [pod.metadata.annotations[label] for pod in pods] == ["0", "1", "2"]
    assert [pod.metadata.generate_name for pod in pods] == ["bread-0-", "bread-1-", "bread-2-"]
    assert [pod.spec.hostname for pod in pods] == ["bread-0", "bread-1", "bread-2"]
    (variable,) = pods[1].spec.containers[0].env
    assert variable.name == "JOB_COMPLETION_INDEX"
    assert label in variable.value_from.field_ref.field_path
    for pod in (pods[0], pods[2]):
        end(api, pod, "Succeeded")
    status = status_when(api, lambda now: now.succeeded == 2)
    assert status.completed_indexes == "0,2"
    end(api, pods[1], "Succeeded")
    status = status_when(api, lambda now: now.completion_time)
    assert status.completed_indexes == "0-2"


def test_without_completions_the_first_success_ends_the_start_of_new_pods(api: Api) -> None:
    api.send("POST", api.jobs, unplaced(parallelism=2))
    assert "completions" not in api.send("GET", f"{api.jobs}/bread").body["spec"]
    first, second = pending(api, 2)
    end(api, first, "Succeeded")
    status_when(api, lambda now: now.succeeded == 1 and now.active == 1)
    end(api, second, "Succeeded")
    status = status_when(api, lambda now: now.completion_time)
    assert status.succeeded == 2


def test_less_parallelism_takes_pods_away(api: Api) -> None:
    api.send("POST", api.jobs, unplaced(completions=3, parallelism=3))
    pending(api, 3)
    api.batch.patch_namespaced_job("bread", api.namespace, {"spec": {"parallelism": 1}})
    pending(api, 1)


def test_a_job_without_completions_to_reach_is_complete_at_once(api: Api) -> None:
    api.send("POST", api.jobs, unplaced(completions=0))
    status = status_when(api, lambda now: now.completion_time)
    assert kinds(status)[-1] == ("Complete", "CompletionsReached")
    assert pods_of(api) == []


def test_what_happened_is_told_in_events(api: Api) -> None:
    api.send("POST", api.jobs, unplaced(backoffLimit=0))
    (pod,) = pending(api, 1)
    end(api, pod, "Failed")

    def told() -> dict[str, tuple[str, str]]:
        events = api.core.list_namespaced_event(
            api.namespace, field_selector="involvedObject.kind=Job"
        ).items
        return {one.reason: (one.type, one.message) for one in events}

    eventually(lambda: len(told()) == 2)
    assert told() == {
        "SuccessfulCreate": ("Normal", f"Created pod: {pod.metadata.name}"),
        "BackoffLimitExceeded": ("Warning", "Job has reached the specified backoff limit"),
    }
    reporter = api.core.list_namespaced_event(api.namespace).items[0].source.component
    assert reporter == "job-controller"
