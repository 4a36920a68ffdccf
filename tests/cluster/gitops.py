"""What a GitOps controller finds when it renders and applies the chart again."""

from typing import Any

from tests.cluster.rendering import apply_all, rendered
from tests.cluster.server import Document, Server
from tests.helm.cases import EXISTING
from tests.helm.chart import Values, merged

GITOPS: Values = merged(EXISTING, {"hooks": {"enabled": False}, "image": {"tag": "first"}})
NEXT: Values = merged(GITOPS, {"image": {"tag": "next"}})

Stored = dict[tuple[str, str], Document]


def apply_again(server: Server, namespace: str) -> tuple[Stored, Stored, Stored]:
    """Apply the chart twice, then with a new image; return what was stored each time."""
    first, again, following = (
        apply_all(server, rendered(values, namespace)) for values in (GITOPS, GITOPS, NEXT)
    )
    return first, again, following


def ensure_nothing_changed(before: Stored, after: Stored) -> None:
    """Two applications of one document leave one object as it was."""
    assert before.keys() == after.keys()
    for name, document in before.items():
        assert _content(document) == _content(after[name]), name


def ensure_jobs_are_new_and_the_rest_is_kept(
    server: Server, namespace: str, before: Stored, after: Stored
) -> None:
    """A new image makes Jobs of new names, beside the old ones, and no other object is new."""
    jobs, later = ({n for n in stored if n[0] == "Job"} for stored in (before, after))
    assert len(jobs) == len(later) == 4
    assert jobs.isdisjoint(later)
    found = server.listed(f"/apis/batch/v1/namespaces/{namespace}/jobs")
    there = {each["metadata"]["name"]: each for each in found}
    for name in jobs:
        assert _content(there[name[1]])["spec"] == _content(before[name])["spec"], "left alone"
    assert before.keys() - jobs == after.keys() - later
    for name in before.keys() - jobs:
        assert before[name]["metadata"]["uid"] == after[name]["metadata"]["uid"], name


def _content(document: Document) -> dict[str, Any]:
    """What is ours in a stored object: not its status, nor the server's notes."""
    metadata = document["metadata"]
    kept = {name: metadata.get(name) for name in ("name", "uid", "labels", "annotations")}
    return {k: v for k, v in document.items() if k not in ("metadata", "status")} | kept
