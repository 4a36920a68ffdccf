"""What any API server refuses: bodies, paths, methods, types of content, tokens."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from kubernetes import client, config

from tests.integration.kube_double.conftest import Api, changed, job

STRICT = "?fieldValidation=Strict"
INVALID, REQUIRED = "FieldValueInvalid", "FieldValueRequired"
UNSUPPORTED, MISSING = "FieldValueNotSupported", "FieldValueNotFound"
TEMPLATE = "spec.template.spec"
CONTAINER = f"{TEMPLATE}.containers.0"
IN_CONTAINER = f"{TEMPLATE}.containers[0]"

INVALID_FIELDS = [
    ("metadata.name", "Bad_Name", INVALID, "metadata.name"),
    ("metadata.name", "", REQUIRED, "metadata.name"),
    ("metadata.name", "a" * 64, INVALID, "spec.template.labels"),
    ("metadata.labels", {"a b": "c"}, INVALID, "metadata.labels"),
    ("metadata.labels", {"a": "c d"}, INVALID, "metadata.labels"),
    ("metadata.labels", {"a": "b" * 64}, INVALID, "metadata.labels"),
    ("metadata.annotations", {"a b": "c"}, INVALID, "metadata.annotations"),
    ("spec.parallelism", -1, INVALID, "spec.parallelism"),
    ("spec.completions", -1, INVALID, "spec.completions"),
    ("spec.backoffLimit", -1, INVALID, "spec.backoffLimit"),
    ("spec.activeDeadlineSeconds", -1, INVALID, "spec.activeDeadlineSeconds"),
    ("spec.ttlSecondsAfterFinished", -1, INVALID, "spec.ttlSecondsAfterFinished"),
    ("spec.completionMode", "Some", UNSUPPORTED, "spec.completionMode"),
    ("spec.podReplacementPolicy", "Some", UNSUPPORTED, "spec.podReplacementPolicy"),
    ("spec.selector", {"matchLabels": {"a": "b"}}, INVALID, "spec.selector"),
    ("spec.manualSelector", True, REQUIRED, "spec.selector"),
    ("spec.template", ..., REQUIRED, f"{TEMPLATE}.containers"),
    (f"{TEMPLATE}.restartPolicy", "Always", REQUIRED, f"{TEMPLATE}.restartPolicy"),
    (f"{TEMPLATE}.restartPolicy", ..., REQUIRED, f"{TEMPLATE}.restartPolicy"),
    (f"{TEMPLATE}.restartPolicy", "Some", UNSUPPORTED, f"{TEMPLATE}.restartPolicy"),
    (f"{TEMPLATE}.dnsPolicy", "Some", UNSUPPORTED, f"{TEMPLATE}.dnsPolicy"),
    (f"{TEMPLATE}.containers", [], REQUIRED, f"{TEMPLATE}.containers"),
    (f"{TEMPLATE}.serviceAccountName", "Bad_Name", INVALID, f"{TEMPLATE}.serviceAccountName"),
    (f"{TEMPLATE}.activeDeadlineSeconds", 0, INVALID, f"{TEMPLATE}.activeDeadlineSeconds"),
    (f"{TEMPLATE}.nodeSelector", {"a": "b c"}, INVALID, f"{TEMPLATE}.nodeSelector"),
    (f"{TEMPLATE}.hostname", "Bad_Name", INVALID, f"{TEMPLATE}.hostname"),
    (
        f"{TEMPLATE}.securityContext",
        {"runAsUser": -1},
        INVALID,
        f"{TEMPLATE}.securityContext.runAsUser",
    ),
    (
        f"{TEMPLATE}.securityContext",
        {"seccompProfile": {"type": "Some"}},
        UNSUPPORTED,
        f"{TEMPLATE}.securityContext.seccompProfile.type",
    ),
    (f"{TEMPLATE}.volumes", [{"emptyDir": {}}], REQUIRED, f"{TEMPLATE}.volumes[0].name"),
    (
        f"{TEMPLATE}.volumes",
        [{"name": "a", "emptyDir": {}}, {"name": "a", "emptyDir": {}}],
        "FieldValueDuplicate",
        f"{TEMPLATE}.volumes[1].name",
    ),
    (
        f"{TEMPLATE}.volumes",
        [{"name": "a", "emptyDir": {}, "secret": {"secretName": "a"}}],
        "FieldValueForbidden",
        f"{TEMPLATE}.volumes[0].secret",
    ),
    (f"{CONTAINER}.name", "Bad_Name", INVALID, f"{IN_CONTAINER}.name"),
    (f"{CONTAINER}.name", ..., REQUIRED, f"{IN_CONTAINER}.name"),
    (f"{CONTAINER}.image", ..., REQUIRED, f"{IN_CONTAINER}.image"),
    (f"{CONTAINER}.imagePullPolicy", "Some", UNSUPPORTED, f"{IN_CONTAINER}.imagePullPolicy"),
    (
        f"{CONTAINER}.resources",
        {"requests": {"cpu": "2"}, "limits": {"cpu": "1"}},
        INVALID,
        f"{IN_CONTAINER}.resources.requests",
    ),
    (
        f"{CONTAINER}.resources",
        {"requests": {"cpu": -1}},
        INVALID,
        f"{IN_CONTAINER}.resources.requests[cpu]",
    ),
    (f"{CONTAINER}.env", [{"name": ""}], REQUIRED, f"{IN_CONTAINER}.env[0].name"),
    (f"{CONTAINER}.env", [{"name": "A=B"}], INVALID, f"{IN_CONTAINER}.env[0].name"),
    (
        f"{CONTAINER}.env",
        [{"name": "A", "value": "b", "valueFrom": {"secretKeyRef": {"name": "a", "key": "b"}}}],
        INVALID,
        f"{IN_CONTAINER}.env[0].valueFrom",
    ),
    (
        f"{CONTAINER}.env",
        [{"name": "A", "valueFrom": {"secretKeyRef": {"name": "a"}}}],
        REQUIRED,
        f"{IN_CONTAINER}.env[0].valueFrom.secretKeyRef.key",
    ),
    (
        f"{CONTAINER}.env",
        [{"name": "A", "valueFrom": {"fieldRef": {"fieldPath": "some"}}}],
        INVALID,
        f"{IN_CONTAINER}.env[0].valueFrom.fieldRef.fieldPath",
    ),
    (f"{CONTAINER}.envFrom", [{}], INVALID, f"{IN_CONTAINER}.envFrom"),
    (
        f"{CONTAINER}.volumeMounts",
        [{"name": "some", "mountPath": "/a"}],
        MISSING,
        f"{IN_CONTAINER}.volumeMounts[0].name",
    ),
    (
        f"{CONTAINER}.ports",
        [{"containerPort": 99999}],
        INVALID,
        f"{IN_CONTAINER}.ports[0].containerPort",
    ),
    (f"{CONTAINER}.livenessProbe", {}, REQUIRED, f"{IN_CONTAINER}.livenessProbe"),
]


@pytest.mark.parametrize(("path", "value", "reason", "field"), INVALID_FIELDS)
def test_an_invalid_job_is_told_what_is_wrong(
    shared: Api, path: str, value: Any, reason: str, field: str
) -> None:
    answer = shared.send("POST", shared.jobs + STRICT, changed(job("bread"), path, value))
    assert answer.code == 422
    assert answer.body["reason"] == "Invalid"
    assert answer.body["details"]["kind"] == "Job"
    assert (reason, field) in answer.causes


UNREADABLE = [
    ("spec.nothing", 1, 'strict decoding error: unknown field "spec.nothing"'),
    (f"{CONTAINER}.nothing", 1, f'unknown field "{IN_CONTAINER}.nothing"'),
    (
        "spec.parallelism",
        "2",
        "json: cannot unmarshal string into Go struct field JobSpec.spec.parallelism of type int32",
    ),
    ("spec.parallelism", 1.5, "cannot unmarshal number 1.5 into Go struct field JobSpec."),
    ("spec.suspend", "no", "field JobSpec.spec.suspend of type bool"),
    ("metadata.labels", {"a": 1}, "field ObjectMeta.metadata.labels of type string"),
    (f"{CONTAINER}.env", [{"name": "A", "value": 1}], "cannot unmarshal number into Go struct"),
    (f"{CONTAINER}.resources", {"limits": {"memory": "64MB"}}, "quantities must match the regular"),
    ("kind", "Pod", 'Pod in version "v1" cannot be handled as a Job: no kind "Pod" is registered'),
    ("apiVersion", "batch/v2", 'Job in version "v2" cannot be handled as a Job'),
    ("metadata.namespace", "other", "does not match the namespace sent on the request"),
]


@pytest.mark.parametrize(("path", "value", "message"), UNREADABLE)
def test_what_cannot_be_read_is_a_bad_request(
    shared: Api, path: str, value: Any, message: str
) -> None:
    answer = shared.send("POST", shared.jobs + STRICT, changed(job("bread"), path, value))
    assert answer.code == 400
    assert answer.body["reason"] == "BadRequest"
    assert message in answer.body["message"]


@pytest.mark.parametrize("raw", ["", "{", "[]", '"text"'])
def test_a_body_must_be_an_object(shared: Api, raw: str) -> None:
    answer = shared.send("POST", shared.jobs, raw=raw)
    assert answer.code == 400
    assert "the object provided is unrecognized (must be of type Job)" in answer.body["message"]


def test_unknown_fields_can_be_dropped_with_a_warning(api: Api) -> None:
    body = changed(job("bread"), "spec.nothing", 1)
    answer = api.send("POST", f"{api.jobs}?fieldValidation=Warn", body)
    assert answer.code == 201
    assert answer.warnings == '299 - "unknown field \\"spec.nothing\\""'
    assert "nothing" not in answer.body["spec"]


def test_unknown_fields_can_be_dropped_silently(api: Api) -> None:
    body = changed(job("bread"), "spec.nothing", 1)
    answer = api.send("POST", f"{api.jobs}?fieldValidation=Ignore", body)
    assert answer.code == 201
    assert answer.warnings == ""


def test_a_patch_with_an_unknown_field_is_invalid(api: Api) -> None:
    api.send("POST", api.jobs, job("bread"))
    answer = api.send(
        "PATCH",
        f"{api.jobs}/bread{STRICT}",
        {"spec": {"nothing": 1}},
        content_type="application/merge-patch+json",
    )
    assert answer.code == 422
    assert 'strict decoding error: unknown field "spec.nothing"' in answer.body["message"]


def test_options_are_checked_too(shared: Api) -> None:
    for option in ("dryRun=Some", "fieldValidation=Some"):
        answer = shared.send("POST", f"{shared.jobs}?{option}", job("bread"))
        assert answer.code == 422
        assert (UNSUPPORTED, option.partition("=")[0]) in answer.causes


@pytest.mark.parametrize(
    ("kind", "body", "code"),
    [
        ("secrets", {"data": {"a": "not base64!"}}, 400),
        ("secrets", {"data": {"a b": "ZA=="}}, 422),
        ("secrets", {"type": "kubernetes.io/tls"}, 422),
        ("configmaps", {"data": {"a": 1}}, 400),
        ("configmaps", {"data": {"a b": "1"}}, 422),
        ("resourcequotas", {"spec": {"hard": {"pods": "many"}}}, 400),
    ],
)
def test_other_kinds_are_checked_as_well(shared: Api, kind: str, body: Any, code: int) -> None:
    answer = shared.send("POST", shared.path(kind) + STRICT, {"metadata": {"name": "a"}, **body})
    assert answer.code == code


@pytest.mark.parametrize("path", ["/nothing", "/apis/nothing.example/v1/things"])
def test_a_path_that_is_not_served_is_no_page(shared: Api, path: str) -> None:
    answer = shared.send("GET", path)
    assert answer.code == 404
    assert answer.body == "404 page not found\n"


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/nothing",
        "/apis/batch/v2",
        "/apis/batch/v1/namespaces/default/pods",
        "/apis/batch/v1/namespaces/default/jobs/a/nothing",
    ],
)
def test_a_resource_that_is_not_served_cannot_be_found(shared: Api, path: str) -> None:
    answer = shared.send("GET", path)
    assert answer.code == 404
    assert answer.body["reason"] == "NotFound"
    assert answer.body["message"] == "the server could not find the requested resource"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("PUT", "jobs"),
        ("PATCH", "jobs"),
        ("POST", "jobs/a"),
        ("POST", "jobs/a/status"),
        ("DELETE", "jobs/a/status"),
    ],
)
def test_a_method_that_is_not_served_is_not_allowed(shared: Api, method: str, path: str) -> None:
    answer = shared.send(method, f"/apis/batch/v1/namespaces/{shared.namespace}/{path}", job())
    assert answer.code == 405
    assert answer.body["reason"] == "MethodNotAllowed"


def test_a_job_is_made_in_a_namespace(shared: Api) -> None:
    assert shared.send("POST", "/apis/batch/v1/jobs", job()).code == 405


@pytest.mark.parametrize(
    ("method", "path", "content_type"),
    [
        ("POST", "", "text/plain"),
        ("PATCH", "/a", "application/json"),
        ("PATCH", "/a", "text/plain"),
    ],
)
def test_other_types_of_content_are_not_supported(
    shared: Api, method: str, path: str, content_type: str
) -> None:
    answer = shared.send(method, shared.jobs + path, job(), content_type=content_type)
    assert answer.code == 415
    assert answer.body["reason"] == "UnsupportedMediaType"


def test_a_token_that_nobody_gave_out_is_not_authorized(shared: Api, tmp_path: Path) -> None:
    document = yaml.safe_load(shared.kubeconfig.read_text())
    document["users"][0]["user"] = {"token": "nonsense"}
    path = tmp_path / "nobody.kubeconfig"
    path.write_text(yaml.safe_dump(document))
    with (
        config.new_client_from_config(str(path)) as nobody,
        pytest.raises(client.ApiException) as refused,
    ):
        client.BatchV1Api(nobody).list_namespaced_job(shared.namespace)
    assert refused.value.status == 401
    assert '"reason":"Unauthorized"' in refused.value.body.replace(" ", "")
