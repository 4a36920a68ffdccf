"""Watching on any API server: what was, what happens, what leaves, and when it is too late."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from kubernetes.client import ApiException
from kubernetes.watch import Watch

from tests.fixtures.kube import Cluster
from tests.integration.kube_double.conftest import Api, changed, job


def names(api: Api, **options: Any) -> Iterator[tuple[str, str]]:
    """(type, name) of the events of a watch."""
    watch = Watch()
    for event in watch.stream(
        api.batch.list_namespaced_job, api.namespace, timeout_seconds=10, **options
    ):
        done = yield event["type"], event["object"].metadata.name
        if done:
            watch.stop()


def label(api: Api, name: str, value: str | None) -> None:
    api.batch.patch_namespaced_job(name, api.namespace, {"metadata": {"labels": {"oven": value}}})


def test_a_watch_begins_with_what_is_there(api: Api) -> None:
    api.send("POST", api.jobs, job("bread"))
    events = names(api)
    assert next(events) == ("ADDED", "bread")
    events.close()


def test_a_watch_goes_on_where_a_list_ended(api: Api) -> None:
    api.send("POST", api.jobs, changed(job("bread"), "metadata.labels", {"oven": "hot"}))
    version = api.batch.list_namespaced_job(api.namespace).metadata.resource_version
    api.send("POST", api.jobs, changed(job("cake"), "metadata.labels", {"oven": "hot"}))
    events = names(api, resource_version=version, label_selector="oven")
    seen = [next(events)]
    while seen[-1] == ("MODIFIED", "bread"):  # the controller's first look at it
        seen.append(next(events))
    assert seen[-1] == ("ADDED", "cake")
    events.close()


def test_a_watch_tells_what_leaves_its_selection(api: Api) -> None:
    api.send("POST", api.jobs, changed(job("bread"), "metadata.labels", {"oven": "hot"}))
    events = names(api, label_selector="oven=hot")
    assert next(events) == ("ADDED", "bread")
    label(api, "bread", "cold")
    seen = next(events)
    while seen == ("MODIFIED", "bread"):
        seen = next(events)
    assert seen == ("DELETED", "bread")
    label(api, "bread", "hot")
    assert next(events) == ("ADDED", "bread")
    events.close()


def test_a_watch_tells_of_an_end(api: Api) -> None:
    api.send("POST", api.jobs, job("bread"))
    events = names(api)
    assert next(events) == ("ADDED", "bread")
    api.batch.delete_namespaced_job("bread", api.namespace, propagation_policy="Background")
    seen = next(events)
    while seen[0] == "MODIFIED":
        seen = next(events)
    assert seen == ("DELETED", "bread")
    events.close()


def test_a_watch_ends_when_its_time_is_over(api: Api) -> None:
    answer = api.send("GET", f"{api.jobs}?watch=1&timeoutSeconds=1")
    assert answer.code == 200
    assert answer.body == ""


def test_a_watch_of_an_old_version_is_gone(api: Api) -> None:
    answer = api.send("GET", f"{api.jobs}?watch=1&resourceVersion=1&timeoutSeconds=5")
    assert answer.body["type"] == "ERROR"
    assert answer.body["object"]["code"] == 410
    assert answer.body["object"]["reason"] == "Expired"
    with pytest.raises(ApiException) as gone:
        next(names(api, resource_version="1"))
    assert gone.value.status == 410


def test_a_watch_can_begin_as_a_list(api: Api) -> None:
    api.send("POST", api.jobs, job("bread"))
    answer = api.send(
        "GET",
        f"{api.jobs}?watch=1&timeoutSeconds=1&sendInitialEvents=true&allowWatchBookmarks=true"
        "&resourceVersionMatch=NotOlderThan",
    )
    events = [json.loads(line) for line in answer.body.splitlines()]
    kinds = [event["type"] for event in events]
    assert kinds[0] == "ADDED"
    mark = next(event["object"] for event in events if event["type"] == "BOOKMARK")
    assert mark["metadata"]["annotations"] == {"k8s.io/initial-events-end": "true"}
    assert int(mark["metadata"]["resourceVersion"]) > 0


def test_a_watch_is_asked_for_properly(api: Api) -> None:
    assert api.send("GET", f"{api.jobs}?watch=1&resourceVersion=nonsense").code == 500
    assert api.send("GET", f"{api.jobs}?watch=1&sendInitialEvents=true").code == 422


def test_history_can_be_forgotten(cluster: Cluster, node: Api) -> None:
    page = node.batch.list_namespaced_job(node.namespace).metadata.resource_version
    node.send("POST", node.jobs, job("bread"))
    cluster.compact()
    with pytest.raises(ApiException) as gone:
        next(names(node, resource_version=page))
    assert gone.value.status == 410


def test_pages_can_be_too_old(cluster: Cluster, node: Api) -> None:
    for name in ("bread", "cake"):
        node.send("POST", node.jobs, job(name))
    first = node.batch.list_namespaced_job(node.namespace, limit=1)
    cluster.compact()
    with pytest.raises(ApiException) as gone:
        node.batch.list_namespaced_job(node.namespace, _continue=first.metadata._continue)
    assert gone.value.status == 410
