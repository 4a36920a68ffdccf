"""Renders the chart with the real Helm library, offline."""

import copy
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from helm_python import Chart, HelmError

Document = dict[str, Any]
Values = dict[str, Any]

LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
CHART = Path(__file__).resolve().parents[2] / "helm" / "masa-madre"
RELEASE, NAMESPACE = "demo", "prod"
OUR_IMAGE = "masa-madre:"


class Refused(Exception):
    """The chart does not render with these values; the message is the sentence."""


@cache
def chart() -> Chart:
    """The chart, loaded once a process."""
    return Chart.load(CHART)


def default_values() -> Values:
    """The values of the chart, as a copy."""
    return yaml.safe_load((CHART / "values.yaml").read_text(encoding="utf-8"))


def merged(*values: Mapping[str, Any]) -> Values:
    """Values over values, the later ones win; lists are replaced."""
    result: Values = {}
    for layer in values:
        for key, value in layer.items():
            under = result.get(key)
            both = isinstance(value, dict) and isinstance(under, dict)
            result[key] = merged(under, value) if both else copy.deepcopy(value)
    return result


def render_files(
    values: Values, name: str = RELEASE, *, upgrade: bool = False, revision: int | None = None
) -> dict[str, str]:
    """Return each rendered template by its path below `templates/`.

    Raises:
        Refused: the chart says why.
    """
    try:
        files = chart().render(
            values,
            name=name,
            namespace=NAMESPACE,
            revision=revision or (2 if upgrade else 1),
            is_install=not upgrade,
            is_upgrade=upgrade,
        )
    except HelmError as error:
        raise Refused(str(error)) from None
    return {path.partition("templates/")[2]: text for path, text in files.items()}


def render_chart(values: Values, name: str = RELEASE, **options: Any) -> list[Document]:
    """The documents that the chart becomes with these values."""
    files = render_files(values, name, **options)
    texts = (text for path, text in files.items() if path.endswith(".yaml"))
    return [document for text in texts for document in yaml.load_all(text, LOADER) if document]


@dataclass(frozen=True)
class Pod:
    """A pod template, and the document that it is part of."""

    owner: Document
    metadata: Document
    spec: Document

    def __str__(self) -> str:
        return f"{self.owner['kind']}/{self.owner['metadata']['name']}"

    @property
    def component(self) -> str:
        return self.metadata["labels"]["app.kubernetes.io/component"]

    @property
    def container(self) -> Document:
        (container,) = self.spec["containers"]
        return container

    @property
    def is_ours(self) -> bool:
        """True if it runs the project's image, and not a server's."""
        return self.container["image"].partition("@")[0].partition(":")[0].endswith("masa-madre")

    def keys(self) -> set[str]:
        """The keys of the Secret that it reads."""
        sources = [entry.get("valueFrom", {}) for entry in self.container.get("env", [])]
        return {s["secretKeyRef"]["key"] for s in sources if "secretKeyRef" in s}

    def secrets(self) -> set[str]:
        """The Secrets that it reads or mounts."""
        sources = [entry.get("valueFrom", {}) for entry in self.container.get("env", [])]
        names = {s["secretKeyRef"]["name"] for s in sources if "secretKeyRef" in s}
        volumes = self.spec.get("volumes", [])
        return names | {v["secret"]["secretName"] for v in volumes if "secret" in v}


def pods(documents: list[Document]) -> Iterator[Pod]:
    """Every pod template of the documents."""
    for document in documents:
        spec = document.get("spec", {})
        if document["kind"] == "CronJob":
            spec = spec["jobTemplate"]["spec"]
        if document["kind"] == "Pod":
            yield Pod(document, document["metadata"], spec)
        if document["kind"] in ("Deployment", "StatefulSet", "Job", "CronJob"):
            yield Pod(document, spec["template"].get("metadata", {}), spec["template"]["spec"])


def pod_of(documents: list[Document], name: str) -> Pod:
    """The pod template of the document that has this name."""
    (found,) = [pod for pod in pods(documents) if pod.owner["metadata"]["name"] == name]
    return found


def of_kind(documents: list[Document], *kinds: str) -> list[Document]:
    """The documents of these kinds."""
    return [document for document in documents if document["kind"] in kinds]


def one(documents: list[Document], kind: str, name: str) -> Document:
    """The document of this kind and name."""
    found = [d for d in of_kind(documents, kind) if d["metadata"]["name"] == name]
    assert len(found) == 1, f"{len(found)} of {kind}/{name}"
    return found[0]
