"""What tests on a cluster wait for: a condition, a pod's end, a node that takes no more pods."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tests.cluster.server import Document, Server

HOLD = "masa-madre.test/seen"
"""A finalizer: a deleted pod stays until its end was read."""


def eventually(found: Callable[[], Any], seconds: float, otherwise: Callable[[], str]) -> Any:
    """Wait until something is found, and return it; `otherwise` says what is there instead."""
    end = time.monotonic() + seconds
    while not (value := found()):
        assert time.monotonic() < end, otherwise()
        time.sleep(0.2)
    return value


@dataclass(frozen=True)
class End:
    """How a pod's first container ended after its deletion."""

    code: int
    seconds: float


def delete_and_see(server: Server, path: str, seconds: float = 180) -> End:
    """Delete a pod, wait for the end of its first container, and let the pod go."""
    server.patch(path, {"metadata": {"finalizers": [HOLD]}})
    try:
        assert server.request("DELETE", path).status == 200
        pod = eventually(
            lambda: _ended(server, path),
            seconds,
            lambda: f"{path} does not end: {_state(server, path)}",
        )
    finally:
        server.patch(path, {"metadata": {"finalizers": None}})
    ended = first_status(pod)["state"]["terminated"]
    # The deletion's time is that of the pod's last moment, its grace period included.
    asked = _moment(pod["metadata"]["deletionTimestamp"])
    asked -= pod["metadata"]["deletionGracePeriodSeconds"]
    return End(ended["exitCode"], _moment(ended["finishedAt"]) - asked)


def _ended(server: Server, path: str) -> Document | None:
    pod = server.request("GET", path).body
    return pod if first_status(pod).get("state", {}).get("terminated") else None


def first_status(pod: Document) -> Document:
    """Return the status of a pod's first container, as far as it is known."""
    name = pod["spec"]["containers"][0]["name"]
    statuses = pod["status"].get("containerStatuses", [])
    return next((each for each in statuses if each["name"] == name), {})


def is_running(pod: Document) -> bool:
    """Return whether the first container has started, and the pod is not deleted."""
    is_deleted = "deletionTimestamp" in pod["metadata"]
    return "running" in first_status(pod).get("state", {}) and not is_deleted


def is_ready(pod: Document) -> bool:
    """Return whether the pod is ready, and not deleted."""
    found = pod["status"].get("conditions", [])
    ready = any(each["type"] == "Ready" and each["status"] == "True" for each in found)
    return ready and "deletionTimestamp" not in pod["metadata"]


def _state(server: Server, path: str) -> Any:
    return server.request("GET", path).body.get("status")


def _moment(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()


@contextmanager
def cordoned(server: Server, node: str) -> Iterator[None]:
    """A node that takes no more pods until the block ends; "" is none."""
    if not node:
        yield
        return
    path = f"/api/v1/nodes/{node}"
    server.patch(path, {"spec": {"unschedulable": True}})
    try:
        yield
    finally:
        server.patch(path, {"spec": {"unschedulable": None}})
