"""What helm/examples shows works: values, what operators make, kustomize over the chart."""

import shutil
import subprocess

import jsonschema
import pytest
import yaml

from jobs.kubernetes.manifest import SECRET_KEYS
from tests.helm.cases import EXAMPLES, EXISTING, MATRIX
from tests.helm.chart import default_values, merged, of_kind, one, pods, render_chart
from tests.helm.custom import ANY, NAME, TEXT, closed, listed

KUBECTL = shutil.which("kubectl")
REFERENCE = closed("key property", key=TEXT, property=TEXT)
EXTERNAL_SECRET = closed(
    "refreshInterval secretStoreRef target data",
    refreshInterval=TEXT,
    secretStoreRef=closed("kind name", kind=TEXT, name=TEXT),
    target=closed(
        "name",
        name=TEXT,
        deletionPolicy={"enum": ["Delete", "Merge", "Retain"]},
        creationPolicy={"enum": ["Owner", "Orphan", "Merge", "None"]},
    ),
    data=listed(closed("secretKey remoteRef", secretKey=TEXT, remoteRef=REFERENCE)),
)
ISSUER = closed(
    "acme",
    acme=closed(
        "server email privateKeySecretRef solvers",
        server=TEXT, email=TEXT, privateKeySecretRef=NAME, solvers=listed(ANY),
    ),
)  # fmt: skip


def objects(name):
    return list(yaml.safe_load_all((EXAMPLES / name).read_text(encoding="utf-8")))


def test_every_example_is_tried():
    names = {path.stem.removeprefix("values-") for path in EXAMPLES.glob("values-*.yaml")}
    assert names == {case.lower() for case in ("EKS", "GKE", "OpenShift", "kind")}
    assert names <= {case.lower() for case in MATRIX}


def test_an_external_secret_has_the_keys_that_the_chart_reads():
    store, secret = objects("external-secrets.yaml")
    jsonschema.Draft202012Validator(EXTERNAL_SECRET).validate(secret["spec"])
    assert secret["spec"]["secretStoreRef"]["name"] == store["metadata"]["name"]
    keys = {entry["secretKey"] for entry in secret["spec"]["data"]}
    needed = {key for key, required in SECRET_KEYS.items() if required}
    assert needed | {"WEB_DATABASE_URL", "TENANT_DATABASE_URL"} <= keys
    assert keys <= set(default_values()["secret"]["values"])
    assert MATRIX["EKS"]["secret"]["existing"] == secret["spec"]["target"]["name"]


def test_cert_manager_fills_the_secret_that_the_ingress_names():
    (issuer,) = objects("cert-manager.yaml")
    jsonschema.Draft202012Validator(ISSUER).validate(issuer["spec"])
    text = (EXAMPLES / "cert-manager.yaml").read_text(encoding="utf-8")
    lines = text.partition("in its values:\n")[2].splitlines()
    values = yaml.safe_load("\n".join(line[2:] for line in lines if line.startswith("#   ")))
    ingress = one(render_chart(merged(EXISTING, values)), "Ingress", "demo-masa-madre")
    annotations = ingress["metadata"]["annotations"]
    assert annotations["cert-manager.io/issuer"] == issuer["metadata"]["name"]
    assert ingress["spec"]["tls"][0]["secretName"] == "demo-tls"


@pytest.mark.skipif(KUBECTL is None, reason="kubectl is not here: it brings kustomize")
def test_kustomize_patches_what_the_chart_renders(tmp_path):
    shutil.copy(EXAMPLES / "kustomize" / "kustomization.yaml", tmp_path)
    rendered = render_chart(merged(EXISTING, {"hooks": {"enabled": False}}))
    (tmp_path / "chart.yaml").write_text(yaml.safe_dump_all(rendered))
    made = subprocess.run(
        [KUBECTL, "kustomize", tmp_path], capture_output=True, text=True, check=False
    )
    assert made.returncode == 0, made.stderr
    documents = [document for document in yaml.safe_load_all(made.stdout) if document]
    assert len(documents) == len(rendered)
    patched = [pod for pod in pods(documents) if "hostAliases" in pod.spec]
    assert [pod.component for pod in patched] == ["web"]
    services = of_kind(documents, "Service")
    assert {s["metadata"]["name"] for s in services if "trafficDistribution" in s["spec"]} == {
        "demo-masa-madre-web"
    }


@pytest.mark.parametrize("case", ["EKS", "GKE", "OpenShift"])
def test_an_example_for_a_cloud_names_its_image_by_digest_and_makes_no_secret(case):
    documents = render_chart(MATRIX[case])
    assert of_kind(documents, "Secret") == []
    assert all("@sha256:" in pod.container["image"] for pod in pods(documents))
