"""What docs/gitops.md shows renders, twice, and a new image changes no Job that is there."""

import re

import pytest
import yaml

from tests.helm.chart import CHART, Document, Values, merged, of_kind, render_chart

PAGE = CHART.parents[1] / "docs" / "gitops.md"


def shown() -> dict[str, Document]:
    """Each object of the page, by its kind."""
    text = PAGE.read_text(encoding="utf-8")
    found = [yaml.safe_load(block) for block in re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)]
    return {document["kind"]: document for document in found}


def values_of(kind: str) -> Values:
    spec = shown()[kind]["spec"]
    return spec["values"] if kind == "HelmRelease" else spec["source"]["helm"]["valuesObject"]


@pytest.mark.parametrize("kind", ["Application", "HelmRelease"])
def test_it_renders_twice_and_a_new_image_changes_no_job(kind):
    values = values_of(kind)
    first, again = render_chart(values), render_chart(values)
    assert first == again
    newer = render_chart(merged(values, {"image": {"tag": "0.2.0"}}))
    jobs = [{job["metadata"]["name"] for job in of_kind(d, "Job")} for d in (first, newer)]
    assert [len(names) for names in jobs] == [4, 4]
    assert jobs[0].isdisjoint(jobs[1])
    assert of_kind(first, "Secret") == []
    hooks = [d for d in first if "helm.sh/hook" in d["metadata"].get("annotations", {})]
    assert [d["kind"] for d in hooks] == ["Pod"], "the visit of helm test, and nothing else"
