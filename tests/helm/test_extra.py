"""What the values add to pods is in all of ours, and in those that the app makes."""

import base64

import pytest

from jobs.kubernetes.manifest import job_manifest
from tests.helm.cases import EXTERNAL, EXTRA, MATRIX, TRIAL
from tests.helm.chart import merged, one, pods, render_chart
from tests.helm.test_settings import loaded

CASES = ("with more in its pods", "cluster", "OpenShift", "GKE", "external")


def clone_pod(values):
    """The pod of a Job that the app makes with the settings that its pods read."""
    settings = loaded(values).model_copy(update={"clone_launcher": "kubernetes"})
    tenants = ["11111111-1111-1111-1111-111111111111"]
    job = job_manifest(settings, "clone-1", tenants, "individual_bakery", waited=True)
    return job["spec"]["template"]["spec"]


@pytest.mark.parametrize("case", CASES)
def test_a_clone_jobs_pod_has_what_the_others_have(case):
    ours = next(pod for pod in pods(render_chart(MATRIX[case])) if pod.component == "migrate")
    clone = clone_pod(MATRIX[case])
    for field in ("volumes", "initContainers", "securityContext", "nodeSelector"):
        assert clone.get(field) == ours.spec.get(field), field
    (container,) = clone["containers"]
    assert container["volumeMounts"] == ours.container["volumeMounts"]
    plain = [e for e in ours.container["env"] if "valueFrom" not in e]
    assert [e for e in container["env"] if "valueFrom" not in e] == plain


def test_every_pod_of_ours_has_what_the_values_add():
    found = [pod for pod in pods(render_chart(merged(TRIAL, EXTRA))) if pod.is_ours]
    assert {"web", "worker", "scheduler", "dashboard", "migrate", "seed", "cleanup", "test"} == {
        pod.component for pod in found
    }
    for pod in found:
        volumes = {volume["name"]: volume for volume in pod.spec["volumes"]}
        authorities = {"sources": [{"secret": {"name": "their-authorities"}}]}
        assert volumes["trust"]["projected"] == authorities
        assert volumes["theirs"] == EXTRA["extraVolumes"][0]
        mounts = {mount["mountPath"] for mount in pod.container["volumeMounts"]}
        assert mounts == {"/tmp", "/etc/masa-madre/trust", "/theirs"}
        assert {"name": "TZ", "value": "UTC"} in pod.container["env"]


def test_servers_for_trying_out_have_nothing_of_it():
    for pod in pods(render_chart(merged(TRIAL, EXTRA))):
        if not pod.is_ours:
            assert "initContainers" not in pod.spec
            assert "trust" not in {volume["name"] for volume in pod.spec["volumes"]}


def test_what_runs_beside_ours_does_not_keep_a_job_from_ending():
    for pod in pods(render_chart(merged(EXTERNAL, EXTRA))):
        fetch, proxy = pod.spec["initContainers"]
        assert (fetch["name"], fetch.get("restartPolicy")) == ("fetch", None)
        assert (proxy["name"], proxy["restartPolicy"]) == ("proxy", "Always")


def test_certificates_of_a_cluster_are_checked():
    documents = render_chart(MATRIX["cluster"])
    cluster = one(documents, "Cluster", "demo-masa-madre-postgres")
    assert cluster["spec"]["certificates"] == {"serverAltDNSNames": ["demo-masa-madre-pooler"]}
    data = one(documents, "Secret", "demo-masa-madre")["data"]
    for key in ("DATABASE_URL", "WEB_DATABASE_URL", "TENANT_DATABASE_URL"):
        url = base64.b64decode(data[key]).decode()
        assert url.endswith(
            "?sslmode=verify-full&sslrootcert=/etc/masa-madre/trust/postgres-ca.crt"
        )
    web = next(pod for pod in pods(documents) if pod.component == "web")
    (trust,) = [v for v in web.spec["volumes"] if v["name"] == "trust"]
    (source,) = trust["projected"]["sources"]
    assert source["secret"]["name"] == "demo-masa-madre-postgres-ca"


def test_a_cluster_that_chooses_users_is_given_none():
    documents = render_chart(merged(TRIAL, {"security": {"user": None}}))
    for pod in pods(documents):
        context = pod.spec["securityContext"]
        assert context["runAsNonRoot"] is True
        assert not {"runAsUser", "runAsGroup", "fsGroup"} & set(context), str(pod)


def test_a_large_number_of_a_user_is_written_out():
    documents = render_chart(merged(TRIAL, {"security": {"user": 1000650000}}))
    web = next(pod for pod in pods(documents) if pod.component == "web")
    assert web.spec["securityContext"]["runAsUser"] == 1000650000
