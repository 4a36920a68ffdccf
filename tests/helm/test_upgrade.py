"""From the last release's chart to this one: what cannot be changed does not change."""

from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
import yaml
from helm_python import Chart

from tests.fixtures.last_release import ROOT, unpack
from tests.helm.cases import CLUSTER, EXISTING, EXTERNAL, INGRESS, METRICS, TRIAL
from tests.helm.chart import LOADER, NAMESPACE, RELEASE, Document, Values, merged, render_chart

CASES: dict[str, Values] = {
    "external": merged(EXTERNAL, INGRESS, METRICS),
    "existing secret": EXISTING,
    "trial": TRIAL,
    "cluster": CLUSTER,
    "without hooks": merged(TRIAL, {"hooks": {"enabled": False}}),
}
NEVER_CHANGED = {
    "Deployment": ["spec.selector"],
    "StatefulSet": ["spec.selector", "spec.serviceName", "spec.podManagementPolicy"],
    "Job": ["spec.template", "spec.selector", "spec.completionMode"],
    "RoleBinding": ["roleRef"],
    "Secret": ["type"],
    "Service": ["spec.clusterIP", "spec.loadBalancerClass"],
    "Cluster": ["spec.bootstrap", "spec.storage.storageClass"],
}
"""Fields that the server, or the operator, refuses to change, by kind."""

KEPT = ("Cluster", "Deployment", "Secret", "Service", "ServiceAccount", "StatefulSet")
"""Kinds whose objects an upgrade replaces by nothing: data, addresses and accounts are in them."""


@pytest.fixture(scope="module")
def former(tmp_path_factory: pytest.TempPathFactory) -> Chart:
    """The chart of the last release."""
    folder = tmp_path_factory.mktemp("last-release")
    unpack(folder, "helm")
    return Chart.load(folder / "helm" / "masa-madre")


def documents_before(former: Chart, values: Values) -> list[Document]:
    files = former.render(values, name=RELEASE, namespace=NAMESPACE, revision=1, is_install=True)
    texts = (text for path, text in files.items() if path.endswith(".yaml"))
    return [document for text in texts for document in yaml.load_all(text, LOADER) if document]


def is_hook(document: Document) -> bool:
    return "helm.sh/hook" in document["metadata"].get("annotations", {})


def by_name(documents: list[Document]) -> dict[tuple[str, str], Document]:
    """The objects that Helm upgrades; hooks are removed and made again."""
    return {(d["kind"], d["metadata"]["name"]): d for d in documents if not is_hook(d)}


def at(document: Document, path: str) -> Any:
    value: Any = document
    for key in path.split("."):
        value = (value or {}).get(key)
    return value


def claims(document: Document) -> Iterator[Document]:
    """The claims of a StatefulSet, none of whose fields can be changed."""
    yield from document["spec"].get("volumeClaimTemplates", [])


@pytest.mark.parametrize("case", CASES)
def test_an_upgrade_changes_nothing_that_cannot_be_changed(former, case):
    before = by_name(documents_before(former, CASES[case]))
    after = by_name(render_chart(CASES[case], upgrade=True))
    shared = before.keys() & after.keys()
    assert len(shared) > 10
    for kind, name in sorted(shared):
        old, new = before[kind, name], after[kind, name]
        for path in NEVER_CHANGED.get(kind, []):
            assert at(old, path) == at(new, path), f"{kind}/{name}: {path}"
        if kind == "StatefulSet":
            assert list(claims(old)) == list(claims(new)), name


@pytest.mark.parametrize("case", CASES)
def test_an_upgrade_takes_nothing_away_that_holds_something(former, case):
    before = by_name(documents_before(former, CASES[case]))
    gone = before.keys() - by_name(render_chart(CASES[case], upgrade=True)).keys()
    assert [name for name in gone if name[0] in KEPT] == []


def test_values_of_the_last_release_are_still_taken(former):
    @cache
    def defaults() -> Values:
        return dict(former.values)

    assert render_chart(merged(defaults(), TRIAL), upgrade=True)


def test_the_page_has_notes_for_this_version():
    chart = yaml.safe_load((ROOT / "helm/masa-madre/Chart.yaml").read_text(encoding="utf-8"))
    page = (ROOT / "docs" / "upgrading.md").read_text(encoding="utf-8")
    assert f"\n## {chart['version']}\n" in page
