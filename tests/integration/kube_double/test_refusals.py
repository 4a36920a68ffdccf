"""Bodies, paths and tokens that any API server refuses, and requests that only the double does."""

from typing import Any

import pytest

from tests.fixtures.kube import Cluster
from tests.integration.kube_double.conftest import Api, changed, job, shell

STRICT = "?fieldValidation=Strict"
INVALID, REQUIRED = "FieldValueInvalid", "FieldValueRequired"
UNSUPPORTED, MISSING = "FieldValueNotSupported", "FieldValueNotFound"
POD = "spec.template.spec"
CONTAINER, MAIN = f"{POD}.containers.0", f"{POD}.containers[0]"
SECRET = {"name": "A", "valueFrom": {"secretKeyRef": {"name": "a"}}}
VOLUME = {"name": "a", "emptyDir": {}}
PRIVILEGED = {"privileged": True, "allowPrivilegeEscalation": False}
CPU = {"requests": {"cpu": "2"}, "limits": {"cpu": "1900m"}}
MEMORY = {"requests": {"memory": "1Gi"}, "limits": {"memory": "1G"}}

INVALID_FIELDS = [
    ("metadata.name", "Bad_Name", INVALID, "metadata.name"),
    ("metadata.name", "", REQUIRED, "metadata.name"),
    ("metadata.name", "a" * 64, INVALID, "spec.template.labels"),
    ("metadata.labels", {"a b": "c"}, INVALID, "metadata.labels"),
    ("metadata.labels", {"a": "c d"}, INVALID, "metadata.labels"),
    ("metadata.annotations", {"a b": "c"}, INVALID, "metadata.annotations"),
    ("spec.backoffLimit", -1, INVALID, "spec.backoffLimit"),
    ("spec.activeDeadlineSeconds", -1, INVALID, "spec.activeDeadlineSeconds"),
    ("spec.ttlSecondsAfterFinished", -1, INVALID, "spec.ttlSecondsAfterFinished"),
    ("spec.template", {}, REQUIRED, f"{POD}.containers"),
    (f"{POD}.restartPolicy", ..., REQUIRED, f"{POD}.restartPolicy"),
    (f"{POD}.restartPolicy", "Some", UNSUPPORTED, f"{POD}.restartPolicy"),
    (f"{POD}.serviceAccountName", "Bad_Name", INVALID, f"{POD}.serviceAccountName"),
    (f"{POD}.nodeSelector", {"a": "b c"}, INVALID, f"{POD}.nodeSelector"),
    (f"{POD}.tolerations", [{}], INVALID, f"{POD}.tolerations[0].operator"),
    (f"{POD}.securityContext.runAsUser", -1, INVALID, f"{POD}.securityContext.runAsUser"),
    (f"{POD}.volumes", [{"emptyDir": {}}], REQUIRED, f"{POD}.volumes[0].name"),
    (f"{POD}.volumes", [VOLUME, VOLUME], "FieldValueDuplicate", f"{POD}.volumes[1].name"),
    (f"{CONTAINER}.name", "Bad_Name", INVALID, f"{MAIN}.name"),
    (f"{CONTAINER}.name", ..., REQUIRED, f"{MAIN}.name"),
    (f"{CONTAINER}.image", ..., REQUIRED, f"{MAIN}.image"),
    (f"{CONTAINER}.imagePullPolicy", "Some", UNSUPPORTED, f"{MAIN}.imagePullPolicy"),
    (f"{CONTAINER}.securityContext", PRIVILEGED, INVALID, f"{MAIN}.securityContext"),
    (f"{CONTAINER}.resources", CPU, INVALID, f"{MAIN}.resources.requests"),
    (f"{CONTAINER}.resources", MEMORY, INVALID, f"{MAIN}.resources.requests"),
    (f"{CONTAINER}.resources.limits", {"cpu": -1}, INVALID, f"{MAIN}.resources.limits[cpu]"),
    (f"{CONTAINER}.resources.limits", {"egg": "1"}, INVALID, f"{MAIN}.resources.limits[egg]"),
    (f"{CONTAINER}.env", [{"name": ""}], REQUIRED, f"{MAIN}.env[0].name"),
    (f"{CONTAINER}.env", [{"name": "A=B"}], INVALID, f"{MAIN}.env[0].name"),
    (f"{CONTAINER}.env", [{**SECRET, "value": "b"}], INVALID, f"{MAIN}.env[0].valueFrom"),
    (f"{CONTAINER}.env", [SECRET], REQUIRED, f"{MAIN}.env[0].valueFrom.secretKeyRef.key"),
    (f"{CONTAINER}.envFrom", [{}], INVALID, f"{MAIN}.envFrom"),
    (f"{CONTAINER}.envFrom", [{"secretRef": {}}], REQUIRED, f"{MAIN}.envFrom[0].secretRef.name"),
    (f"{CONTAINER}.volumeMounts", [{"name": "a"}], MISSING, f"{MAIN}.volumeMounts[0].name"),
    (f"{CONTAINER}.volumeMounts", [{"name": "a"}], REQUIRED, f"{MAIN}.volumeMounts[0].mountPath"),
]  # fmt: skip


@pytest.mark.parametrize(("path", "value", "reason", "field"), INVALID_FIELDS)
def test_an_invalid_job_is_refused_with_the_reason(
    api: Api, path: str, value: Any, reason: str, field: str
) -> None:
    answer = api.send("POST", api.jobs + STRICT, changed(job(), path, value))
    assert (answer.code, answer.body["reason"]) == (422, "Invalid")
    assert answer.body["details"]["kind"] == "Job"
    causes = answer.body["details"]["causes"]
    assert (reason, field) in [(cause["reason"], cause["field"]) for cause in causes]


UNREADABLE = [
    ("spec.nothing", 1, 'strict decoding error: unknown field "spec.nothing"'),
    (f"{CONTAINER}.nothing", 1, f'unknown field "{MAIN}.nothing"'),
    ("spec.backoffLimit", "2", "json: cannot unmarshal string into Go struct field "),
    ("spec.backoffLimit", 1.5, "cannot unmarshal number"),
    ("spec.suspend", "no", "spec.suspend of type bool"),
    ("metadata.labels", {"a": 1}, "cannot unmarshal number into Go struct"),
    (f"{CONTAINER}.resources", {"limits": {"memory": "64MB"}}, "quantities must match the regular"),
    ("kind", "Pod", 'Pod in version "v1" cannot be handled as a Job: no kind "Pod" is registered'),
    ("apiVersion", "batch/v2", 'Job in version "v2" cannot be handled as a Job'),
    ("metadata.namespace", "other", "does not match the namespace sent on the request"),
]


@pytest.mark.parametrize(("path", "value", "message"), UNREADABLE)
def test_what_cannot_be_read_is_a_bad_request(
    api: Api, path: str, value: Any, message: str
) -> None:
    answer = api.send("POST", api.jobs + STRICT, changed(job(), path, value))
    assert (answer.code, answer.body["reason"]) == (400, "BadRequest")
    assert message in answer.body["message"]


@pytest.mark.parametrize("raw", ["", "{", "[]", '"text"'])
def test_a_body_must_be_an_object(api: Api, raw: str) -> None:
    answer = api.send("POST", api.jobs, body=raw)
    assert answer.code == 400
    assert "the object provided is unrecognized (must be of type Job)" in answer.body["message"]


@pytest.mark.parametrize(
    ("path", "body", "code"),
    [
        ("secrets", {"data": {"a": "not base64!"}}, 400),
        ("secrets", {"data": {"a b": "ZA=="}}, 422),
        ("resourcequotas", {"spec": {"hard": {"count/pods": "many"}}}, 400),
    ],
)
def test_other_kinds_are_checked_as_well(api: Api, path: str, body: Any, code: int) -> None:
    answer = api.send("POST", api.path(path) + STRICT, {"metadata": {"name": "a"}, **body})
    assert answer.code == code


def test_a_resource_that_is_not_served_cannot_be_found(api: Api) -> None:
    answer = api.send("GET", f"{api.jobs}/bread/nothing")
    assert (answer.code, answer.body["reason"]) == (404, "NotFound")
    assert answer.body["message"] == "the server could not find the requested resource"


def test_an_unknown_token_is_not_authorized(api: Api) -> None:
    answer = api.send("GET", api.jobs, headers={"Authorization": "Bearer nonsense"})
    assert (answer.code, answer.body["reason"]) == (401, "Unauthorized")


@pytest.mark.parametrize(
    ("method", "path", "what"),
    [
        ("GET", "jobs?watch=1", "the verb `watch` of jobs"),
        ("PUT", "jobs/bread", "the verb `update` of jobs"),
        ("PATCH", "jobs/bread", "a patch that is application/json"),
        ("DELETE", "jobs", "the verb `deletecollection` of jobs"),
        ("GET", "jobs?limit=1", "the option `limit` of `list`"),
        ("POST", "jobs?dryRun=All", "the option `dryRun` of `create`"),
        ("DELETE", "jobs/bread", "the deletion of a Job whose pods stay"),
    ],
)
def test_the_double_refuses_requests_that_it_does_not_serve(
    node: Api, method: str, path: str, what: str
) -> None:
    answer = node.send(method, f"/apis/batch/v1/namespaces/{node.namespace}/{path}")
    assert (answer.code, answer.body["reason"]) == (501, "NotImplemented")
    assert what in answer.body["message"]


@pytest.mark.parametrize(
    ("path", "value", "what"),
    [
        ("spec.parallelism", 2, "`parallelism`"),
        (f"{POD}.initContainers", [{"name": "first"}], "`initContainers`"),
        (f"{POD}.volumes", [{"name": "a", "hostPath": {"path": "/"}}], "`hostPath`"),
        (f"{CONTAINER}.livenessProbe", {}, "`livenessProbe`"),
        (f"{CONTAINER}.env", [{"name": "A", "valueFrom": {"fieldRef": {"fieldPath": "a"}}}], "`fi"),
        (f"{CONTAINER}.args", ["$(NAME)"], "the expansion of a command's '$(NAME)'"),
        (f"{POD}.containers", [{"name": "a"}, {"name": "b"}], "`b` in a Job's `containers`"),
        (f"{POD}.restartPolicy", "OnFailure", "`restartPolicy: OnFailure`"),
    ],
)
def test_the_double_refuses_jobs_that_it_does_not_run(
    cluster: Cluster, node: Api, path: str, value: Any, what: str
) -> None:
    answer = node.send("POST", node.jobs, changed(shell("true"), path, value))
    assert (answer.code, answer.body["reason"]) == (501, "NotImplemented")
    assert what in answer.body["message"]
    assert cluster.objects("Job", node.namespace) == []
