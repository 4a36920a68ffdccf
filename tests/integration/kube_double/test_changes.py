"""Changing objects on any API server: updates, patches, the status, what stays as it is."""

import pytest

from tests.integration.kube_double.conftest import Api, changed, job


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
