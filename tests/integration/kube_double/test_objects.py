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


def test_every_change_has_a_number_of_its_own_and_no_change_has_none(api: Api) -> None:
    before = api.batch.create_namespaced_job(api.namespace, job("bread"))
    after = api.batch.patch_namespaced_job(
        "bread", api.namespace, {"metadata": {"annotations": {"a": "b"}}}
    )
    same = api.batch.patch_namespaced_job(
        "bread", api.namespace, {"metadata": {"annotations": {"a": "b"}}}
    )
    versions = [int(one.metadata.resource_version) for one in (before, after, same)]
    assert versions[0] < versions[1] == versions[2]


def test_an_update_of_an_old_version_is_a_conflict(api: Api) -> None:
    old = api.send("POST", api.jobs, job("bread")).body
    api.batch.patch_namespaced_job("bread", api.namespace, {"metadata": {"labels": {"a": "b"}}})
    answer = api.send("PUT", f"{api.jobs}/bread", changed(old, "metadata.labels.c", "d"))
    assert answer.code == 409
    assert answer.body["reason"] == "Conflict"
    assert answer.body["message"] == (
        'Operation cannot be fulfilled on jobs.batch "bread": the object has been modified; '
        "please apply your changes to the latest version and try again"
    )


def test_an_update_needs_a_version_only_to_be_safe(api: Api) -> None:
    made = api.send("POST", api.jobs, job("bread")).body
    body = changed(changed(made, "metadata.resourceVersion", ...), "metadata.labels.a", "b")
    answer = api.send("PUT", f"{api.jobs}/bread", body)
    assert answer.code == 200
    assert answer.body["metadata"]["labels"]["a"] == "b"


@pytest.mark.parametrize(
    ("path", "value", "field"),
    [
        ("spec.template.spec.containers.0.image", "other:1", "spec.template"),
        ("spec.completions", 5, "spec.completions"),
        ("spec.completionMode", "Indexed", "spec.completionMode"),
    ],
)
def test_what_a_job_does_cannot_be_changed(api: Api, path: str, value: object, field: str) -> None:
    made = api.send("POST", api.jobs, job("bread")).body
    body = changed(changed(made, path, value), "metadata.resourceVersion", ...)
    answer = api.send("PUT", f"{api.jobs}/bread", body)
    assert answer.code == 422
    assert ("FieldValueInvalid", field) in answer.causes
    assert "field is immutable" in answer.body["message"]


def test_what_may_be_changed_counts_generations(api: Api) -> None:
    made = api.send("POST", api.jobs, job("bread")).body
    body = changed(changed(made, "spec.activeDeadlineSeconds", 60), "metadata.resourceVersion", ...)
    after = api.send("PUT", f"{api.jobs}/bread", body).body
    assert after["spec"]["activeDeadlineSeconds"] == 60
    assert after["metadata"]["generation"] == 2


def test_the_name_in_the_body_must_be_the_name_in_the_path(api: Api) -> None:
    made = api.send("POST", api.jobs, job("bread")).body
    answer = api.send("PUT", f"{api.jobs}/bread", changed(made, "metadata.name", "cake"))
    assert answer.code == 400
    assert "does not match the name on the URL (bread)" in answer.body["message"]


def test_the_status_is_written_through_its_own_path_only(api: Api) -> None:
    pod = {
        "metadata": {"name": "dough"},
        "spec": {
            "schedulerName": "nobody",
            "containers": [{"name": "main", "image": "true:1"}],
        },
    }
    made = api.send("POST", api.path("pods"), pod).body
    body = changed(made, "status.message", "risen")
    ignored = api.send("PUT", api.path("pods/dough"), body)
    assert "message" not in ignored.body["status"]
    body = changed(changed(made, "status.message", "risen"), "spec.nodeName", "oven")
    body = changed(body, "metadata.resourceVersion", ignored.body["metadata"]["resourceVersion"])
    written = api.send("PUT", api.path("pods/dough/status"), body)
    assert written.code == 200
    assert written.body["status"]["message"] == "risen"
    assert "nodeName" not in written.body["spec"]


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/merge-patch+json", {"metadata": {"labels": {"a": None, "b": "2"}}}),
        ("application/strategic-merge-patch+json", {"metadata": {"labels": {"a": None, "b": "2"}}}),
        (
            "application/json-patch+json",
            [
                {"op": "test", "path": "/metadata/labels/a", "value": "1"},
                {"op": "remove", "path": "/metadata/labels/a"},
                {"op": "add", "path": "/metadata/labels/b", "value": "2"},
            ],
        ),
    ],
)
def test_each_kind_of_patch_changes_what_it_names(api: Api, kind: str, body: object) -> None:
    labels = {"a": "1", "c": "3"}
    api.send("POST", api.jobs, changed(job("bread"), "metadata.labels", labels))
    answer = api.send("PATCH", f"{api.jobs}/bread", body, content_type=kind)
    assert answer.code == 200
    assert answer.body["metadata"]["labels"] == {"b": "2", "c": "3"}


def test_a_strategic_patch_merges_containers_by_name(api: Api) -> None:
    body = changed(job("bread"), "spec.template.spec.containers.0.env", [{"name": "A"}])
    api.send("POST", api.jobs, body)
    change = {"spec": {"template": {"spec": {"containers": [{"name": "main", "image": "true:1"}]}}}}
    for kind, code in (("strategic-merge-patch", 200), ("merge-patch", 422)):
        answer = api.send(
            "PATCH", f"{api.jobs}/bread", change, content_type=f"application/{kind}+json"
        )
        assert answer.code == code


def test_a_json_patch_that_does_not_fit_is_refused(api: Api) -> None:
    api.send("POST", api.jobs, job("bread"))
    body = [{"op": "remove", "path": "/metadata/annotations/nothing"}]
    answer = api.send(
        "PATCH", f"{api.jobs}/bread", body, content_type="application/json-patch+json"
    )
    assert answer.code == 422


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
