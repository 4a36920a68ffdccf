"""A real API server accepts every document of the chart, with restricted pods."""

import pytest

from tests.cluster.rendering import rendered
from tests.cluster.server import Server
from tests.helm.cases import FORGETFUL, MATRIX, TRIAL
from tests.helm.chart import merged, pods

OF_OPERATORS = {
    "Cluster", "Middleware", "Pooler", "PrometheusRule", "ScaledObject", "ServiceMonitor",
}  # fmt: skip
"""Kinds that operators bring; a cluster without them cannot judge these documents."""


@pytest.mark.parametrize("case", MATRIX)
def test_every_document_passes_a_dry_run_on_the_server(server: Server, namespace: str, case: str):
    unknown = set()
    for document in rendered(MATRIX[case], namespace):
        if server.path_of(document) is None:
            unknown.add(document["kind"])
        else:
            server.create(document, dryRun="All")
    assert unknown <= OF_OPERATORS


def test_every_pod_is_admitted_where_only_restricted_pods_are(server: Server, make_namespace):
    namespace = make_namespace()
    documents = rendered(merged(TRIAL, FORGETFUL), namespace)
    for document in documents:
        if document["kind"] == "ServiceAccount":
            server.create(document)
    found = list(pods(documents))
    assert len(found) >= 9
    for pod in found:
        metadata = {"name": "pod", "namespace": namespace, **pod.metadata}
        body = {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": dict(pod.spec)}
        body["spec"].setdefault("restartPolicy", "Always")
        server.create(body, dryRun="All")
