"""Choosing objects on any API server: by label, by field, a page at a time."""

import pytest
from kubernetes.client import ApiException

from tests.integration.kube_double.conftest import Api, changed, job

BAKERY = {
    "bread": {"oven": "hot", "flour": "rye"},
    "cake": {"oven": "mild", "flour": "wheat"},
    "dough": {"flour": "wheat"},
}


@pytest.fixture
def bakery(api: Api) -> Api:
    for name, labels in BAKERY.items():
        api.send("POST", api.jobs, changed(job(name), "metadata.labels", labels))
    return api


@pytest.mark.parametrize(
    ("selector", "found"),
    [
        ("", "bread cake dough"),
        ("oven=hot", "bread"),
        ("oven==hot", "bread"),
        ("oven!=hot", "cake dough"),
        ("oven", "bread cake"),
        ("!oven", "dough"),
        ("oven in (hot, mild)", "bread cake"),
        ("oven notin (hot)", "cake dough"),
        ("flour=wheat,oven", "cake"),
        ("flour in (wheat),!oven", "dough"),
        ("flour=", ""),
        ("nothing=at-all", ""),
    ],
)
def test_labels_choose(bakery: Api, selector: str, found: str) -> None:
    chosen = bakery.batch.list_namespaced_job(bakery.namespace, label_selector=selector).items
    assert " ".join(one.metadata.name for one in chosen) == found


@pytest.mark.parametrize("selector", ["a=b=c", "a b", "a in (b", "=b"])
def test_a_selector_that_cannot_be_read_is_a_bad_request(shared: Api, selector: str) -> None:
    with pytest.raises(ApiException) as refused:
        shared.batch.list_namespaced_job(shared.namespace, label_selector=selector)
    assert refused.value.status == 400


@pytest.mark.parametrize(
    ("selector", "found"),
    [
        ("metadata.name=cake", "cake"),
        ("metadata.name!=cake", "bread dough"),
        ("metadata.name=cake,metadata.name=bread", ""),
        ("status.successful=0", "bread cake dough"),
    ],
)
def test_fields_choose(bakery: Api, selector: str, found: str) -> None:
    chosen = bakery.batch.list_namespaced_job(bakery.namespace, field_selector=selector).items
    assert " ".join(one.metadata.name for one in chosen) == found


def test_a_field_that_is_not_indexed_cannot_choose(shared: Api) -> None:
    answer = shared.send("GET", f"{shared.jobs}?fieldSelector=spec.parallelism=1")
    assert answer.code == 400
    assert answer.body["message"] == 'field label "spec.parallelism" not supported for Job'


def test_pods_are_chosen_by_their_phase(api: Api) -> None:
    spec = {"schedulerName": "nobody", "containers": [{"name": "main", "image": "true:1"}]}
    api.send("POST", api.path("pods"), {"metadata": {"name": "dough"}, "spec": spec})
    for phase, number in (("Pending", 1), ("Running", 0)):
        pods = api.core.list_namespaced_pod(
            api.namespace, field_selector=f"status.phase={phase}"
        ).items
        assert len(pods) == number


def test_a_list_comes_in_pages(bakery: Api) -> None:
    first = bakery.batch.list_namespaced_job(bakery.namespace, limit=2)
    assert [one.metadata.name for one in first.items] == ["bread", "cake"]
    assert first.metadata.remaining_item_count == 1
    last = bakery.batch.list_namespaced_job(
        bakery.namespace, limit=2, _continue=first.metadata._continue
    )
    assert [one.metadata.name for one in last.items] == ["dough"]
    assert not last.metadata._continue


def test_pages_show_the_moment_of_the_first(bakery: Api) -> None:
    first = bakery.batch.list_namespaced_job(bakery.namespace, limit=1)
    bakery.send("POST", bakery.jobs, job("zwieback"))
    rest = bakery.batch.list_namespaced_job(bakery.namespace, _continue=first.metadata._continue)
    assert [one.metadata.name for one in rest.items] == ["cake", "dough"]
    assert rest.metadata.resource_version == first.metadata.resource_version


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("limit=many", 400),
        ("continue=nonsense", 400),
        ("resourceVersion=nonsense", 400),
        ("resourceVersionMatch=Exact", 422),
        ("limit=-1", 200),
    ],
)
def test_what_a_list_is_asked_for_is_checked(shared: Api, query: str, code: int) -> None:
    assert shared.send("GET", f"{shared.jobs}?{query}").code == code


def test_a_list_spans_namespaces(bakery: Api) -> None:
    found = bakery.batch.list_job_for_all_namespaces(field_selector="metadata.name=dough").items
    assert bakery.namespace in {one.metadata.namespace for one in found}
