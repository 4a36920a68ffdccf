"""Deleting on any API server that has its controllers: what goes with what, and when."""

from typing import Any

import pytest
from kubernetes.client import ApiException

from tests.integration.kube_double.conftest import Api, changed, eventually, job

ORPHANS = "child pods are preserved by default when jobs are deleted"


def unplaced(name: str = "bread") -> dict[str, Any]:
    """A Job whose pod stays Pending, since nobody places it."""
    body = changed(job(name), "spec.template.spec.schedulerName", "nobody")
    return changed(body, "spec.suspend", False)


def pods_of(api: Api, name: str = "bread") -> list[Any]:
    found = api.core.list_namespaced_pod(api.namespace, label_selector=f"job-name={name}")
    return list(found.items)


def is_gone(api: Api, name: str = "bread") -> bool:
    return api.send("GET", f"{api.jobs}/{name}").code == 404


def with_pod(api: Api) -> Any:
    api.send("POST", api.jobs, unplaced())
    return eventually(lambda: pods_of(api))[0]


def test_a_job_makes_a_pod_that_is_its_own(api: Api) -> None:
    pod = with_pod(api)
    made = api.batch.read_namespaced_job("bread", api.namespace)
    owner = pod.metadata.owner_references[0]
    assert pod.metadata.name.startswith("bread-")
    assert pod.metadata.generate_name == "bread-"
    assert (owner.kind, owner.name, owner.uid) == ("Job", "bread", made.metadata.uid)
    assert owner.controller
    assert owner.block_owner_deletion
    assert pod.metadata.finalizers == ["batch.kubernetes.io/job-tracking"]
    assert pod.metadata.labels == made.spec.template.metadata.labels
    assert pod.status.phase == "Pending"
    assert pod.spec.service_account_name == "default"


def test_the_job_says_that_its_pod_is_active(api: Api) -> None:
    with_pod(api)
    status = eventually(
        lambda: (now := api.batch.read_namespaced_job("bread", api.namespace).status).active and now
    )
    assert (status.active, status.ready, status.terminating) == (1, 0, 0)
    assert status.start_time is not None


def test_background_deletion_takes_the_pods_along(api: Api) -> None:
    with_pod(api)
    answer = api.send("DELETE", f"{api.jobs}/bread", {"propagationPolicy": "Background"})
    assert answer.code == 200
    assert answer.body["status"] == "Success"
    assert answer.body["details"]["kind"] == "jobs"
    assert answer.warnings == ""
    assert is_gone(api)
    eventually(lambda: not pods_of(api))


def test_a_job_leaves_its_pods_behind_unless_told_otherwise(api: Api) -> None:
    with_pod(api)
    answer = api.send("DELETE", f"{api.jobs}/bread")
    assert ORPHANS in answer.warnings
    eventually(lambda: is_gone(api))
    (pod,) = pods_of(api)
    assert not pod.metadata.owner_references


def test_orphaning_can_be_asked_for(api: Api) -> None:
    with_pod(api)
    answer = api.send("DELETE", f"{api.jobs}/bread", {"propagationPolicy": "Orphan"})
    assert "orphan" in answer.body["metadata"]["finalizers"]
    assert answer.warnings == ""
    eventually(lambda: is_gone(api))
    assert len(pods_of(api)) == 1


def test_foreground_deletion_waits_for_the_pods(api: Api) -> None:
    with_pod(api)
    answer = api.send("DELETE", f"{api.jobs}/bread?propagationPolicy=Foreground")
    assert answer.code == 200
    assert answer.body["metadata"]["finalizers"] == ["foregroundDeletion"]
    assert answer.body["metadata"]["deletionTimestamp"]
    eventually(lambda: is_gone(api))
    assert pods_of(api) == []


def test_a_finalizer_holds_an_object(api: Api) -> None:
    body = {"metadata": {"name": "key", "finalizers": ["example.com/hold"]}}
    api.send("POST", api.path("secrets"), body)
    held = api.send("DELETE", api.path("secrets/key"))
    assert held.code == 200
    assert held.body["metadata"]["deletionTimestamp"]
    api.send(
        "PATCH",
        api.path("secrets/key"),
        {"metadata": {"finalizers": None}},
        content_type="application/merge-patch+json",
    )
    assert api.send("GET", api.path("secrets/key")).code == 404


def test_preconditions_hold_a_deletion_back(api: Api) -> None:
    api.send("POST", api.jobs, job("bread"))
    body = {"propagationPolicy": "Background", "preconditions": {"uid": "another"}}
    answer = api.send("DELETE", f"{api.jobs}/bread", body)
    assert answer.code == 409
    assert "the UID in the precondition (another) does not match" in answer.body["message"]
    assert not is_gone(api)


def test_an_unknown_policy_is_invalid(api: Api) -> None:
    api.send("POST", api.jobs, job("bread"))
    answer = api.send("DELETE", f"{api.jobs}/bread", {"propagationPolicy": "Some"})
    assert answer.code == 422


def test_a_collection_is_deleted_by_label(api: Api) -> None:
    for name in ("bread", "cake"):
        api.send("POST", api.jobs, changed(job(name), "metadata.labels", {"name": name}))
    api.batch.delete_collection_namespaced_job(
        api.namespace, label_selector="name=bread", propagation_policy="Background"
    )
    left = api.batch.list_namespaced_job(api.namespace).items
    assert [one.metadata.name for one in left] == ["cake"]


def test_a_deleted_pod_counts_as_a_failure_and_is_replaced(api: Api) -> None:
    pod = with_pod(api)
    api.core.delete_namespaced_pod(pod.metadata.name, api.namespace)
    status = eventually(
        lambda: (now := api.batch.read_namespaced_job("bread", api.namespace).status).failed and now
    )
    assert status.failed == 1
    eventually(lambda: pod.metadata.name not in {one.metadata.name for one in pods_of(api)})


def test_a_deleted_namespace_takes_no_more(api: Api) -> None:
    body = {"metadata": {"name": "key", "finalizers": ["example.com/hold"]}}
    api.send("POST", api.path("secrets"), body)
    try:
        api.core.delete_namespace(api.namespace)
        answer = api.send("POST", api.jobs, job("bread"))
        assert answer.code == 403
        assert answer.body["message"] == (
            f'jobs.batch "bread" is forbidden: unable to create new content in namespace '
            f"{api.namespace} because it is being terminated"
        )
        assert answer.causes == {("NamespaceTerminating", "metadata.namespace")}
    finally:
        api.send(
            "PATCH",
            api.path("secrets/key"),
            {"metadata": {"finalizers": None}},
            content_type="application/merge-patch+json",
        )


def test_a_suspended_job_has_no_pods_until_it_is_resumed(api: Api) -> None:
    api.send("POST", api.jobs, changed(unplaced(), "spec.suspend", True))

    def conditions() -> list[tuple[str, str, str]]:
        found = api.batch.read_namespaced_job("bread", api.namespace).status.conditions or []
        return [(one.type, one.status, one.reason) for one in found]

    eventually(lambda: ("Suspended", "True", "JobSuspended") in conditions())
    assert pods_of(api) == []
    api.batch.patch_namespaced_job("bread", api.namespace, {"spec": {"suspend": False}})
    eventually(lambda: pods_of(api))
    eventually(lambda: ("Suspended", "False", "JobResumed") in conditions())


def test_a_deadline_ends_a_job_that_waits(api: Api) -> None:
    api.send("POST", api.jobs, changed(unplaced(), "spec.activeDeadlineSeconds", 1))

    def conditions() -> list[tuple[str, str]]:
        found = api.batch.read_namespaced_job("bread", api.namespace).status.conditions or []
        return [(one.type, one.reason) for one in found]

    eventually(lambda: len(conditions()) == 2)
    assert conditions() == [
        ("FailureTarget", "DeadlineExceeded"),
        ("Failed", "DeadlineExceeded"),
    ]
    status = api.batch.read_namespaced_job("bread", api.namespace).status
    assert (status.active, status.failed, status.completion_time) == (None, 1, None)
    eventually(lambda: not pods_of(api))


def test_a_finished_job_goes_when_its_time_to_live_is_over(api: Api) -> None:
    body = changed(unplaced(), "spec.activeDeadlineSeconds", 1)
    api.send("POST", api.jobs, changed(body, "spec.ttlSecondsAfterFinished", 0))
    eventually(lambda: is_gone(api))


def test_deleting_twice_finds_nothing(api: Api) -> None:
    api.send("POST", api.jobs, job("bread"))
    api.batch.delete_namespaced_job("bread", api.namespace, propagation_policy="Background")
    with pytest.raises(ApiException) as gone:
        api.batch.delete_namespaced_job("bread", api.namespace, propagation_policy="Background")
    assert gone.value.status == 404
