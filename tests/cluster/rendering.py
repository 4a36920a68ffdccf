"""The chart for a namespace that is made while the tests run, and as a controller applies it."""

from typing import Any

import yaml

from tests.cluster.server import Document, Server
from tests.helm.chart import chart

NEEDED_FIRST = ("ServiceAccount", "Secret", "ConfigMap", "Role", "RoleBinding")


def rendered(values: dict[str, Any], namespace: str) -> list[Document]:
    """The documents of the chart with these values."""
    files = chart().render(values, name="demo", namespace=namespace, revision=1, is_install=True)
    texts = (text for path, text in files.items() if path.endswith(".yaml"))
    return [document for text in texts for document in yaml.safe_load_all(text) if document]


def apply_all(server: Server, documents: list[Document]) -> dict[tuple[str, str], Document]:
    """Apply documents as a GitOps controller does, and return what is stored, by kind and name.

    Hooks of `helm test` are none of its business, and kinds that the cluster lacks are left out.
    """
    known = [each for each in documents if server.path_of(each) is not None]
    ours = [each for each in known if "helm.sh/hook" not in each["metadata"].get("annotations", {})]
    ours.sort(key=lambda each: each["kind"] not in NEEDED_FIRST)
    return {(each["kind"], each["metadata"]["name"]): server.apply(each).body for each in ours}
