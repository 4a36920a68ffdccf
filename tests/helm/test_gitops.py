"""Rendered again, as Argo CD and Flux do: what cannot be changed is not, and nothing runs twice."""

import copy

import pytest

from tests.helm.cases import ARGOCD, EXISTING, MATRIX
from tests.helm.chart import Document, Refused, Values, merged, of_kind, render_chart

WITHOUT: Values = merged(EXISTING, {"hooks": {"enabled": False}})
WAVE = "argocd.argoproj.io/sync-wave"
CHANGES: dict[str, Values] = {
    "a tag": {"image": {"tag": "0.2.0"}},
    "a digest": {"image": {"digest": f"sha256:{'1' * 64}"}},
    "a setting": {"settings": {"DEMO_POOL_SIZE": 5}},
    "a variable": {"extraEnv": [{"name": "TZ", "value": "UTC"}]},
    "a node": {"pod": {"nodeSelector": {"pool": "demos"}}},
    "the Secret's name": {"secret": {"existing": "another"}},
    "to be run again": {"gitops": {"run": "2026-11-26"}},
}


def jobs(values: Values) -> dict[str, Document]:
    """The Jobs, by name."""
    return {job["metadata"]["name"]: job for job in of_kind(render_chart(values), "Job")}


def test_the_same_values_are_the_same_documents():
    assert render_chart(WITHOUT) == render_chart(copy.deepcopy(WITHOUT))


@pytest.mark.parametrize("change", CHANGES)
def test_what_changes_a_job_changes_its_name(change):
    before, after = jobs(WITHOUT), jobs(merged(WITHOUT, CHANGES[change]))
    assert len(before) == len(after) == 4
    assert before.keys().isdisjoint(after)


def test_a_name_is_kept_where_its_job_is():
    more = merged(WITHOUT, {"web": {"replicas": 5}, "worker": {"resources": RESOURCES}})
    assert jobs(more) == jobs(WITHOUT)


RESOURCES = {"limits": {"memory": "1Gi"}}


def test_a_release_by_helm_repairs_itself_by_the_same_command():
    first = of_kind(render_chart(WITHOUT, revision=1), "Job")
    second = of_kind(render_chart(WITHOUT, revision=2, upgrade=True), "Job")
    names = [{job["metadata"]["name"] for job in found} for found in (first, second)]
    assert names[0].isdisjoint(names[1])


def test_jobs_carry_the_annotations_of_the_values():
    hook = {"argocd.argoproj.io/hook": "Sync"}
    own = {"migrate": {"annotations": hook}, "seeds": {"annotations": {"a": "b"}}}
    for name, job in jobs(merged(WITHOUT, own)).items():
        expected = hook if "migrate" in name else {"a": "b"}
        assert job["metadata"]["annotations"] == expected


def test_an_annotation_of_the_values_wins():
    own = {"migrate": {"annotations": {WAVE: "3"}}}
    (migrate,) = [j for n, j in jobs(merged(WITHOUT, ARGOCD, own)).items() if "migrate" in n]
    assert migrate["metadata"]["annotations"][WAVE] == "3"


def wave(document: Document) -> int:
    return int(document["metadata"].get("annotations", {}).get(WAVE, 0))


def test_argo_cd_applies_what_a_job_needs_then_the_job_then_the_rest():
    documents = render_chart(MATRIX["Argo CD"])
    found = of_kind(documents, "Job")
    assert [name_of(job) for job in sorted(found, key=wave)] == [
        "demo-masa-madre-migrate", "demo-seed-users", "demo-seed-tenants", "demo-seed-inventory",
    ]  # fmt: skip
    assert len({wave(job) for job in found}) == 4
    first = min(map(wave, found))
    for needed in of_kind(documents, "Cluster", "ConfigMap", "ServiceAccount"):
        if not needed["metadata"]["name"].endswith("-grafana"):
            assert wave(needed) < first
    for later in of_kind(documents, "Deployment", "NetworkPolicy", "Service", "CronJob"):
        assert wave(later) == 0


def name_of(job: Document) -> str:
    """The name without what follows the content."""
    return job["metadata"]["name"].rpartition("-")[0]


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        (merged(EXISTING, {"gitops": {"argocd": True}}), "hooks.enabled is, too"),
        (merged(MATRIX["trial"], ARGOCD), "gitops.argocd is set without secret.existing"),
    ],
)
def test_argo_cd_is_refused_what_it_cannot_do(values, sentence):
    with pytest.raises(Refused, match=sentence):
        render_chart(values)
