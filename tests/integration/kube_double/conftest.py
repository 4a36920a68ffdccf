"""An API server for each test: the double, and the real one that `KUBECONFIG` names."""

import json
import os
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import pytest
from kubernetes import client, config

from tests.fixtures.kube import Cluster, kube_api

ROOT = Path(__file__).parents[3]
REAL = os.environ.get("KUBECONFIG", "")
IMAGES = {"shell:1": ["sh", "-c"], "true:1": ["true"]}
T = TypeVar("T")


@dataclass(frozen=True)
class Answer:
    """What came back: status code, JSON (or text) and two headers."""

    code: int
    body: Any
    warnings: str
    retry_after: str

    @property
    def causes(self) -> set[tuple[str, str]]:
        """(reason, field) of everything that was wrong with an object."""
        details = self.body.get("details") or {}
        return {(one["reason"], one["field"]) for one in details.get("causes", [])}


class Api:
    """An API server, a client for it, and a namespace that is the test's own."""

    def __init__(self, kubeconfig: Path, namespace: str) -> None:
        self.kubeconfig, self.namespace = kubeconfig, namespace
        self.client = config.new_client_from_config(str(kubeconfig))
        self.batch, self.core = client.BatchV1Api(self.client), client.CoreV1Api(self.client)
        self.rbac = client.RbacAuthorizationV1Api(self.client)

    def close(self) -> None:
        self.client.close()

    @property
    def jobs(self) -> str:
        """The path of the namespace's Jobs."""
        return f"/apis/batch/v1/namespaces/{self.namespace}/jobs"

    def path(self, plural: str) -> str:
        """The path of a core kind in the namespace."""
        return f"/api/v1/namespaces/{self.namespace}/{plural}"

    def send(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        raw: str | None = None,
        content_type: str = "application/json",
        account: str | None = None,
    ) -> Answer:
        """A request as it is written here, without the client's help; maybe as an account."""
        headers = {"Content-Type": content_type}
        self.client.update_params_for_auth(headers, [], ["BearerToken"], path, method, body)
        if account is not None:
            headers["Impersonate-User"] = f"system:serviceaccount:{self.namespace}:{account}"
        text = raw if raw is not None else None if body is None else json.dumps(body)
        answer = self.client.rest_client.pool_manager.request(
            method,
            self.client.configuration.host + path,
            body=text,
            headers=headers,
            retries=False,
        )
        try:
            parsed = json.loads(answer.data)
        except ValueError:
            parsed = answer.data.decode()
        return Answer(
            answer.status,
            parsed,
            answer.headers.get("Warning", ""),
            answer.headers.get("Retry-After", ""),
        )


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """The double; each test has a namespace of its own in it."""
    with kube_api(IMAGES, cwd=ROOT, environment={"BASE": "from the test"}) as double:
        yield double


@pytest.fixture(scope="session", params=["double", *(["real"] if REAL else [])])
def kubeconfig(request: pytest.FixtureRequest, cluster: Cluster) -> Path:
    """The way to each API server."""
    return cluster.kubeconfig if request.param == "double" else Path(REAL)


@pytest.fixture
def api(kubeconfig: Path) -> Iterator[Api]:
    """What must hold on any API server; no pod needs to run."""
    with scratch(kubeconfig) as api:
        yield api


@pytest.fixture(scope="session")
def shared(kubeconfig: Path) -> Iterator[Api]:
    """The same, for tests that leave nothing behind: they share a namespace."""
    with scratch(kubeconfig) as api:
        yield api


@pytest.fixture
def node(cluster: Cluster) -> Iterator[Api]:
    """The double alone, for tests whose pods run or fail on purpose."""
    with scratch(cluster.kubeconfig) as api:
        yield api
    cluster.heal()


@contextmanager
def scratch(kubeconfig: Path) -> Iterator[Api]:
    api = Api(kubeconfig, f"scratch-{uuid.uuid4().hex[:8]}")
    try:
        api.core.create_namespace({"metadata": {"name": api.namespace}})
        try:
            eventually(lambda: api.send("GET", api.path("serviceaccounts/default")).code == 200)
            yield api
        finally:
            assert api.send("DELETE", f"/api/v1/namespaces/{api.namespace}").code in (200, 404)
    finally:
        api.close()


def eventually(look: Callable[[], T], seconds: float = 15.0) -> T:
    """What `look` gives as soon as it is something."""
    end = time.monotonic() + seconds
    while not (found := look()):
        if time.monotonic() > end:
            pytest.fail(f"it did not come to pass within {seconds} seconds: {found!r}")
        time.sleep(0.02)
    return found


def job(name: str = "job", **spec: Any) -> dict[str, Any]:
    """A Job that is suspended, so that no controller touches it, unless it is told otherwise."""
    container = {"name": "main", "image": "true:1"}
    template = {"spec": {"restartPolicy": "Never", "containers": [container]}}
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {"name": name},
        "spec": {"suspend": True, "template": template, **spec},
    }


def shell(name: str, script: str, **spec: Any) -> dict[str, Any]:
    """A Job whose pod runs a line of shell."""
    body = job(name, **{"suspend": False, "backoffLimit": 0, **spec})
    body["spec"]["template"]["spec"]["containers"][0] |= {"image": "shell:1", "args": [script]}
    return body


def container_of(body: dict[str, Any]) -> dict[str, Any]:
    """The container of a Job, to change it."""
    found: dict[str, Any] = body["spec"]["template"]["spec"]["containers"][0]
    return found


def changed(body: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    """A copy with one field set; `...` takes it out."""
    copy = deepcopy(body)
    place: Any = copy
    *parts, last = [int(part) if part.isdigit() else part for part in path.split(".")]
    for part in parts:
        place = place[part] if isinstance(place, list) else place.setdefault(part, {})
    if value is ...:
        del place[last]
    else:
        place[last] = value
    return copy


def condition(status: Any, kind: str) -> Any:
    """A condition of a status, or None."""
    conditions = status.conditions or []
    return next((one for one in conditions if one.type == kind and one.status == "True"), None)
