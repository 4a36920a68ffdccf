"""Objects on any API server: created with defaults, read, listed, changed, numbered."""

import re

import pytest
from kubernetes.client import ApiException

from tests.integration.kube_double.conftest import Api, changed, job

UUID = re.compile(r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")


def test_a_new_job_gets_its_identity_and_its_defaults(api: Api) -> None:
    made = api.send("POST", api.jobs, job("bread"))
    assert made.code == 201
    metadata, spec = made.body["metadata"], made.body["spec"]
    own = {
        "batch.kubernetes.io/controller-uid": metadata["uid"],
        "batch.kubernetes.io/job-name": "bread",
        "controller-uid": metadata["uid"],
        "job-name": "bread",
    }
    assert UUID.match(metadata["uid"])
    assert metadata["labels"] == own
    assert metadata["generation"] == 1
    assert int(metadata["resourceVersion"]) > 0
    template = spec.pop("template")
    assert spec == {
        "parallelism": 1,
        "completions": 1,
        "backoffLimit": 6,
        "completionMode": "NonIndexed",
        "suspend": True,
        "manualSelector": False,
        "podReplacementPolicy": "TerminatingOrFailed",
        "selector": {"matchLabels": {"batch.kubernetes.io/controller-uid": metadata["uid"]}},
    }
    assert template["metadata"]["labels"] == own
    assert template["spec"] == {
        "containers": [
            {
                "name": "main",
                "image": "true:1",
                "imagePullPolicy": "IfNotPresent",
                "resources": {},
                "terminationMessagePath": "/dev/termination-log",
                "terminationMessagePolicy": "File",
            }
        ],
        "dnsPolicy": "ClusterFirst",
        "restartPolicy": "Never",
        "schedulerName": "default-scheduler",
        "securityContext": {},
        "terminationGracePeriodSeconds": 30,
    }


def test_a_jobs_own_labels_stay_its_own(api: Api) -> None:
    body = changed(job("bread"), "metadata.labels", {"tenant": "a"})
    body = changed(body, "spec.template.metadata.labels", {"role": "clone"})
    made = api.send("POST", api.jobs, body).body
    assert made["metadata"]["labels"] == {"tenant": "a"}
    assert made["spec"]["template"]["metadata"]["labels"]["role"] == "clone"
    assert made["spec"]["template"]["metadata"]["labels"]["job-name"] == "bread"


@pytest.mark.parametrize(
    ("image", "policy"),
    [
        ("a", "Always"),
        ("a:latest", "Always"),
        ("a:1", "IfNotPresent"),
        ("host:5000/a", "Always"),
        ("host:5000/a:1", "IfNotPresent"),
        ("a@sha256:" + "0" * 64, "IfNotPresent"),
    ],
)
def test_the_pull_policy_follows_the_tag(shared: Api, image: str, policy: str) -> None:
    body = changed(job(), "spec.template.spec.containers.0.image", image)
    made = shared.send("POST", f"{shared.jobs}?dryRun=All", body).body
    assert made["spec"]["template"]["spec"]["containers"][0]["imagePullPolicy"] == policy


def test_what_only_the_server_sets_is_dropped(api: Api) -> None:
    body = job("bread")
    body["metadata"] |= {
        "uid": "mine",
        "creationTimestamp": "2020-01-01T00:00:00Z",
        "generation": 7,
        "deletionTimestamp": "2020-01-01T00:00:00Z",
    }
    body["status"] = {"succeeded": 3}
    made = api.send("POST", api.jobs, body).body
    assert UUID.match(made["metadata"]["uid"])
    assert made["metadata"]["generation"] == 1
    assert "deletionTimestamp" not in made["metadata"]
    assert not made["metadata"]["creationTimestamp"].startswith("2020")
    assert made["status"] == {}


def test_null_is_the_same_as_nothing(api: Api) -> None:
    made = api.send("POST", api.jobs, changed(job(), "spec.activeDeadlineSeconds", None))
    assert made.code == 201
    assert "activeDeadlineSeconds" not in made.body["spec"]


def test_quantities_are_written_back_in_one_form(api: Api) -> None:
    amounts = {"requests": {"cpu": 0.5, "memory": 1024}, "limits": {"cpu": 1, "memory": "64Mi"}}
    body = changed(job(), "spec.template.spec.containers.0.resources", amounts)
    made = api.send("POST", api.jobs, body).body
    assert made["spec"]["template"]["spec"]["containers"][0]["resources"] == {
        "requests": {"cpu": "500m", "memory": "1024"},
        "limits": {"cpu": "1", "memory": "64Mi"},
    }


def test_a_generated_name_starts_as_asked(api: Api) -> None:
    body = changed(job(), "metadata", {"generateName": "bread-"})
    made = [api.batch.create_namespaced_job(api.namespace, body) for _ in range(2)]
    names = {one.metadata.name for one in made}
    assert len(names) == 2
    assert all(re.match(r"^bread-[a-z0-9]{5}$", name) for name in names)


def test_a_name_can_be_taken_once(api: Api) -> None:
    api.batch.create_namespaced_job(api.namespace, job("bread"))
    again = api.send("POST", api.jobs, job("bread"))
    assert again.code == 409
    assert again.body["reason"] == "AlreadyExists"
    assert again.body["message"] == 'jobs.batch "bread" already exists'
    assert again.body["details"] == {"name": "bread", "group": "batch", "kind": "jobs"}


def test_a_dry_run_leaves_nothing(api: Api) -> None:
    made = api.batch.create_namespaced_job(api.namespace, job("bread"), dry_run="All")
    assert made.metadata.uid
    assert api.batch.list_namespaced_job(api.namespace).items == []


def test_what_is_not_there_is_not_found(shared: Api) -> None:
    for method in ("GET", "DELETE"):
        answer = shared.send(method, f"{shared.jobs}/bread")
        assert answer.code == 404
        assert answer.body["message"] == 'jobs.batch "bread" not found'
        assert answer.body["details"] == {"name": "bread", "group": "batch", "kind": "jobs"}


def test_a_list_of_a_namespace_that_is_not_there_is_empty(shared: Api) -> None:
    found = shared.send("GET", "/apis/batch/v1/namespaces/not-there/jobs")
    assert found.code == 200
    assert found.body["items"] == []


def test_the_items_of_a_list_name_no_kind(api: Api) -> None:
    api.batch.create_namespaced_job(api.namespace, job("bread"))
    found = api.send("GET", api.jobs).body
    assert found["kind"] == "JobList"
    assert "kind" not in found["items"][0]
    assert "apiVersion" not in found["items"][0]


def test_the_namespace_must_be_there(shared: Api) -> None:
    with pytest.raises(ApiException) as refused:
        shared.batch.create_namespaced_job("not-there", job())
    assert refused.value.status == 404
    assert 'namespaces \\"not-there\\" not found' in refused.value.body


def test_secrets_keep_bytes_and_take_text(api: Api) -> None:
    body = {"metadata": {"name": "key"}, "stringData": {"a": "b"}, "data": {"c": "ZA=="}}
    made = api.send("POST", api.path("secrets"), body).body
    assert made["data"] == {"a": "Yg==", "c": "ZA=="}
    assert made["type"] == "Opaque"
    assert "stringData" not in made


def test_an_immutable_secret_stays_as_it_is(api: Api) -> None:
    body = {"metadata": {"name": "key"}, "data": {"c": "ZA=="}, "immutable": True}
    api.send("POST", api.path("secrets"), body)
    answer = api.send(
        "PATCH",
        api.path("secrets/key"),
        {"data": {"c": "ZQ=="}},
        content_type="application/merge-patch+json",
    )
    assert answer.code == 422
    assert ("FieldValueForbidden", "data") in answer.causes
