"""Rules that every document follows for every combination of values."""

import json
import re
from functools import cache

import jsonschema
import kubernetes_validate
import pytest
from helm_python.chart import lint

from tests.helm.cases import MATRIX
from tests.helm.chart import CHART, NAMESPACE, Document, of_kind, one, pods, render_chart
from tests.helm.custom import SPECS

VERSIONS = ("1.30", "1.37")
"""The oldest that Chart.yaml allows, and the newest whose schemas we have."""

CUSTOM = {kind for _, kind in SPECS}
LONG_RELEASE = "a-release-with-a-name-of-fifty-three-characters-12345"
every_case = pytest.mark.parametrize("case", MATRIX)


@cache
def documents_of(case: str) -> list[Document]:
    return render_chart(MATRIX[case])


@cache
def _validate(text: str, version: str) -> None:
    kubernetes_validate.validate(json.loads(text), version, strict=True)


@every_case
def test_helm_lint_reports_nothing(case):
    report = lint(CHART, MATRIX[case], strict=True, namespace=NAMESPACE)
    said = [m["error"] for m in report["messages"] if m["severity"] > 1]
    assert (report["errors"], said) == ([], [])


@pytest.mark.parametrize("version", VERSIONS)
@every_case
def test_documents_fit_the_published_schemas(case, version):
    builtin = [d for d in documents_of(case) if d["kind"] not in CUSTOM]
    assert len(builtin) > 10
    for document in builtin:
        _validate(json.dumps(document, sort_keys=True), version)


@every_case
def test_custom_resources_have_the_form_of_their_definitions(case):
    for document in documents_of(case):
        if document["kind"] in CUSTOM:
            schema = SPECS[document["apiVersion"], document["kind"]]
            jsonschema.Draft202012Validator(schema).validate(document["spec"])
            assert set(document) == {"apiVersion", "kind", "metadata", "spec"}


def test_every_custom_resource_is_rendered_by_some_case():
    kinds = {document["kind"] for case in MATRIX for document in documents_of(case)}
    assert kinds >= CUSTOM


def test_the_oldest_version_is_that_of_the_chart():
    text = (CHART / "Chart.yaml").read_text(encoding="utf-8")
    assert f'kubeVersion: ">={VERSIONS[0]}.0-0"' in text


@every_case
def test_documents_have_unique_names(case):
    names = [(d["apiVersion"], d["kind"], d["metadata"]["name"]) for d in documents_of(case)]
    assert len(names) == len(set(names))


@every_case
def test_everything_is_in_the_namespace_of_the_release(case):
    assert {d["metadata"]["namespace"] for d in documents_of(case)} == {NAMESPACE}


@pytest.mark.parametrize("release", ["demo", LONG_RELEASE, "masa-madre"])
@every_case
def test_names_fit_into_63_characters(case, release):
    for document in render_chart(MATRIX[case], release):
        name, kind = document["metadata"]["name"], document["kind"]
        # Kubernetes appends to these what it makes of them: a minute, a revision.
        longest = {"CronJob": 52, "StatefulSet": 52}.get(kind, 63)
        assert len(name) <= longest, name
        assert re.fullmatch(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?", name), name
        for value in document["metadata"]["labels"].values():
            assert len(value) <= 63


@every_case
def test_containers_are_bounded_and_restricted(case):
    for pod in pods(documents_of(case)):
        context = pod.spec["securityContext"]
        assert context["runAsNonRoot"] is True
        assert context.get("runAsUser", 1) > 0
        assert context["seccompProfile"] == {"type": "RuntimeDefault"}
        for container in pod.spec["containers"]:  # init containers are those of the values
            assert container["securityContext"] == {
                "allowPrivilegeEscalation": False,
                "readOnlyRootFilesystem": True,
                "capabilities": {"drop": ["ALL"]},
            }
            for bound in ("requests", "limits"):
                assert {"cpu", "memory"} <= set(container["resources"][bound]), pod


@every_case
def test_images_have_a_version(case):
    for pod in pods(documents_of(case)):
        tag = pod.container["image"].rpartition("/")[2]
        assert re.search(r"(:(?!latest$)[\w.-]+|@sha256:[0-9a-f]{64})$", tag), tag


@every_case
def test_our_pods_can_write_to_tmp_only(case):
    for pod in filter(lambda pod: pod.is_ours, pods(documents_of(case))):
        mounts = pod.container["volumeMounts"]
        assert [m["mountPath"] for m in mounts if not m.get("readOnly")] == ["/tmp"]
        assert pod.spec["volumes"][0] == {"name": "tmp", "emptyDir": {"sizeLimit": "64Mi"}}


@every_case
def test_our_pods_have_the_user_of_the_values(case):
    user = MATRIX[case].get("security", {}).get("user", 10001)
    expected = {"runAsUser": user, "runAsGroup": user, "fsGroup": user} if user else {}
    for pod in filter(lambda pod: pod.is_ours, pods(documents_of(case))):
        security = pod.spec["securityContext"]
        assert security.pop("runAsNonRoot") is True
        assert security.pop("seccompProfile") == {"type": "RuntimeDefault"}
        assert security == expected


@every_case
def test_jobs_make_new_pods_when_one_fails(case):
    for pod in pods(documents_of(case)):
        if pod.owner["kind"] in ("Job", "CronJob"):
            assert pod.spec["restartPolicy"] == "Never"


@every_case
def test_selectors_find_their_pods_and_no_others(case):
    documents = documents_of(case)
    for document in of_kind(documents, "Deployment", "StatefulSet"):
        wanted = document["spec"]["selector"]["matchLabels"].items()
        labels = document["spec"]["template"]["metadata"]["labels"].items()
        assert wanted <= labels
        found = [pod for pod in pods(documents) if wanted <= pod.metadata["labels"].items()]
        assert len(found) == 1, document["metadata"]["name"]


@every_case
def test_services_and_budgets_find_pods(case):
    documents = documents_of(case)
    for document in of_kind(documents, "Service", "PodDisruptionBudget"):
        selector = document["spec"]["selector"]
        wanted = selector.get("matchLabels", selector).items()
        (pod,) = [pod for pod in pods(documents) if wanted <= pod.metadata["labels"].items()]
        names = {port["name"] for port in pod.container.get("ports", [])}
        targets = {port["targetPort"] for port in document["spec"].get("ports", [])}
        assert targets <= names, document["metadata"]["name"]


@every_case
def test_every_reference_names_an_existing_object(case):
    documents = documents_of(case)
    for pod in pods(documents):
        one(documents, "ServiceAccount", pod.spec["serviceAccountName"])
        for source in pod.container.get("envFrom", []):
            one(documents, "ConfigMap", source["configMapRef"]["name"])
        for secret in pod.secrets() - {MATRIX[case].get("secret", {}).get("existing")}:
            one(documents, "Secret", secret)
    for binding in of_kind(documents, "RoleBinding"):
        one(documents, "Role", binding["roleRef"]["name"])
        for subject in binding["subjects"]:
            one(documents, "ServiceAccount", subject["name"])
    for scaler in of_kind(documents, "HorizontalPodAutoscaler"):
        assert (
            "replicas"
            not in one(documents, "Deployment", scaler["spec"]["scaleTargetRef"]["name"])["spec"]
        )


@every_case
def test_ingresses_lead_to_services(case):
    documents = documents_of(case)
    for ingress in of_kind(documents, "Ingress"):
        for rule in ingress["spec"]["rules"]:
            backend = rule["http"]["paths"][0]["backend"]["service"]
            if backend["name"] == "their-app":
                continue
            ports = one(documents, "Service", backend["name"])["spec"]["ports"]
            assert backend["port"]["name"] in {port["name"] for port in ports}
        hosts = {rule["host"] for rule in ingress["spec"]["rules"]}
        for tls in ingress["spec"].get("tls", []):
            assert set(tls["hosts"]) == hosts


@every_case
def test_only_workers_get_a_token(case):
    launches = MATRIX[case].get("settings", {}).get("CLONE_LAUNCHER") != "worker"
    documents = documents_of(case)
    with_token = {
        pod.component for pod in pods(documents) if pod.spec["automountServiceAccountToken"]
    }
    assert with_token == ({"worker"} if launches else set())
    for account in of_kind(documents, "ServiceAccount"):
        assert account["automountServiceAccountToken"] is False
