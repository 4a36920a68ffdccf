"""Objects on any API server: created with defaults, read, listed, deleted."""

import re
from typing import Any

import pytest

from tests.integration.kube_double.conftest import Api, changed, eventually, job

UUID = re.compile(r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")
BACKGROUND = "?propagationPolicy=Background"


def test_a_new_job_gets_its_identity_and_its_defaults(api: Api) -> None:
    made = api.send("POST", api.jobs, job())
    assert made.code == 201
    metadata, spec = made.body["metadata"], made.body["spec"]
    uid = metadata["uid"]
    own = {"controller-uid": uid, "job-name": "bread"}
    own |= {f"batch.kubernetes.io/{name}": value for name, value in own.items()}
    assert UUID.match(uid)
    assert metadata["labels"] == spec["template"]["metadata"]["labels"] == own
    assert int(metadata["resourceVersion"]) > 0
    pod = spec.pop("template")["spec"]
    assert spec == {
        "parallelism": 1, "completions": 1, "backoffLimit": 6, "completionMode": "NonIndexed",
        "suspend": False, "manualSelector": False, "podReplacementPolicy": "TerminatingOrFailed",
        "selector": {"matchLabels": {"batch.kubernetes.io/controller-uid": uid}},
    }  # fmt: skip
    assert pod.pop("containers")[0] == {
        "name": "main", "image": "true:1", "imagePullPolicy": "IfNotPresent", "resources": {},
        "terminationMessagePath": "/dev/termination-log", "terminationMessagePolicy": "File",
    }  # fmt: skip
    assert pod == {
        "dnsPolicy": "ClusterFirst", "restartPolicy": "Never", "securityContext": {},
        "schedulerName": "default-scheduler", "terminationGracePeriodSeconds": 30,
    }  # fmt: skip


def test_a_job_keeps_its_own_labels_and_nothing_that_the_server_sets(api: Api) -> None:
    body = changed(job(), "metadata.labels", {"tenant": "a"})
    body["metadata"] |= {"uid": "mine", "deletionTimestamp": "2020-01-01T00:00:00Z"}
    body["spec"] |= {"activeDeadlineSeconds": None}
    body["spec"]["template"]["metadata"] = {"labels": {"role": "clone"}}
    made = api.send("POST", api.jobs, {**body, "status": {"succeeded": 3}}).body
    labels = made["spec"]["template"]["metadata"]["labels"]
    assert made["metadata"]["labels"] == {"tenant": "a"}
    assert (labels["role"], labels["job-name"]) == ("clone", "bread")
    assert UUID.match(made["metadata"]["uid"])
    assert "deletionTimestamp" not in made["metadata"]
    assert "activeDeadlineSeconds" not in made["spec"]
    assert made["status"] == {}


def test_a_name_can_be_taken_once(api: Api) -> None:
    api.send("POST", api.jobs, job())
    again = api.send("POST", api.jobs, job())
    assert (again.code, again.body["reason"]) == (409, "AlreadyExists")
    assert again.body["message"] == 'jobs.batch "bread" already exists'
    assert again.body["details"] == {"name": "bread", "group": "batch", "kind": "jobs"}


def test_what_is_not_there_is_not_found(api: Api) -> None:
    for method, options in (("GET", ""), ("DELETE", BACKGROUND)):
        answer = api.send(method, f"{api.jobs}/bread{options}")
        assert answer.code == 404
        assert answer.body["message"] == 'jobs.batch "bread" not found'
        assert answer.body["details"] == {"name": "bread", "group": "batch", "kind": "jobs"}


def test_the_namespace_must_be_there(api: Api) -> None:
    jobs = "/apis/batch/v1/namespaces/not-there/jobs"
    assert api.send("GET", jobs).body["items"] == []
    answer = api.send("POST", jobs, job())
    assert answer.code == 404
    assert answer.body["message"] == 'namespaces "not-there" not found'


@pytest.mark.parametrize(
    ("selector", "found"),
    [("", "bread cake dough"), ("flour=wheat", "cake dough"), ("flour=wheat,oven=mild", "cake")],
)
def test_a_label_selector_filters_the_list(api: Api, selector: str, found: str) -> None:
    rye, wheat = {"oven": "hot", "flour": "rye"}, {"flour": "wheat"}
    for name, labels in (("bread", rye), ("cake", {**wheat, "oven": "mild"}), ("dough", wheat)):
        api.send("POST", api.jobs, changed(job(name), "metadata.labels", labels))
    answer = api.send("GET", f"{api.jobs}?labelSelector={selector}").body
    assert " ".join(one["metadata"]["name"] for one in answer["items"]) == found
    assert answer["kind"] == "JobList"
    assert all("kind" not in item and "apiVersion" not in item for item in answer["items"])


@pytest.mark.parametrize("selector", ["a=b=c", "a b", "=b"])
def test_a_selector_that_cannot_be_read_is_a_bad_request(api: Api, selector: str) -> None:
    assert api.send("GET", f"{api.jobs}?labelSelector={selector}").code == 400


def test_a_job_makes_a_pod_that_is_its_own(api: Api) -> None:
    made = api.send("POST", api.jobs, job()).body
    pod: Any = eventually(api.pods)[0]
    owner = pod["metadata"]["ownerReferences"][0]
    assert (owner["kind"], owner["name"], owner["uid"]) == ("Job", "bread", made["metadata"]["uid"])
    assert pod["metadata"]["labels"] == made["spec"]["template"]["metadata"]["labels"]
    assert pod["spec"]["serviceAccountName"] == "default"


def test_a_deleted_job_takes_its_pods_along(api: Api) -> None:
    api.send("POST", api.jobs, job())
    eventually(api.pods)
    answer = api.send("DELETE", f"{api.jobs}/bread{BACKGROUND}")
    assert (answer.code, answer.body["status"]) == (200, "Success")
    assert api.send("DELETE", f"{api.jobs}/bread{BACKGROUND}").code == 404
    eventually(lambda: not api.pods())
