"""An API server for each test: the double, and the real one that `KUBECONFIG` names."""

import json
import os
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import pytest
from kubernetes import config

from tests.fixtures.kube import Cluster, kube_api

ROOT = Path(__file__).parents[3]
REAL = os.environ.get("KUBECONFIG", "")
IMAGES = {"shell:1": ["sh", "-c"], "true:1": ["true"]}
T = TypeVar("T")


class Answer(NamedTuple):
    """A response."""

    code: int
    body: Any
    retry_after: str


class Api:
    """An API server, a client for it, and a namespace that is the test's own."""

    def __init__(self, kubeconfig: Path, namespace: str) -> None:
        self.namespace = namespace
        self.client = config.new_client_from_config(str(kubeconfig))
        self.jobs = f"/apis/batch/v1/namespaces/{namespace}/jobs"
        self.rbac = f"/apis/rbac.authorization.k8s.io/v1/namespaces/{namespace}"

    def path(self, plural: str) -> str:
        """The path of a core kind in the namespace."""
        return f"/api/v1/namespaces/{self.namespace}/{plural}"

    def send(self, method: str, path: str, body: Any = None, **options: Any) -> Answer:
        """Send a request as it is written here, without the client's help."""
        headers = {"Content-Type": "application/json"}
        self.client.update_params_for_auth(headers, [], ["BearerToken"], path, method, body)
        sent = {"body": json.dumps(body), "headers": headers, "retries": False, **options}
        if body is None and "body" not in options:
            del sent["body"]
        url = self.client.configuration.host + path
        answer = self.client.rest_client.pool_manager.request(method, url, **sent)
        retry_after = answer.headers.get("Retry-After", "")
        return Answer(answer.status, json.loads(answer.data), retry_after)

    def job(self, name: str = "bread") -> Any:
        """The Job as it is now."""
        return self.send("GET", f"{self.jobs}/{name}").body

    def pods(self, name: str = "bread") -> list[Any]:
        """The pods of a Job, in the order of their last changes."""
        found = self.send("GET", f"{self.path('pods')}?labelSelector=job-name={name}").body["items"]
        return sorted(found, key=lambda pod: int(pod["metadata"]["resourceVersion"]))

    def waiting(self, name: str = "bread") -> Any:
        """Wait until the container of a Job's pod waits; return the reason."""
        statuses = [pod["status"].get("containerStatuses", []) for pod in self.pods(name)]
        return next((status["state"].get("waiting") for (status,) in filter(None, statuses)), None)

    def finished(self, kind: str = "Complete", name: str = "bread") -> Any:
        """Wait until a Job has a condition; its status."""

        def look() -> Any:
            status = self.job(name)["status"]
            return status if kind in dict(conditions(status)) else None

        return eventually(look)


def conditions(status: Any) -> list[tuple[str, str]]:
    """(type, reason) of the conditions that are true."""
    found = status.get("conditions", [])
    return [(one["type"], one.get("reason", "")) for one in found if one["status"] == "True"]


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """The double; each test has a namespace of its own in it."""
    with kube_api(IMAGES, cwd=ROOT, environment={"BASE": "from the test"}) as double:
        yield double


@pytest.fixture(params=["double", *(["real"] if REAL else [])])
def api(request: pytest.FixtureRequest, cluster: Cluster) -> Iterator[Api]:
    """Any API server, for tests that run no pod."""
    with scratch(cluster.kubeconfig if request.param == "double" else Path(REAL)) as api:
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
        body = {"metadata": {"name": api.namespace}}
        assert api.send("POST", "/api/v1/namespaces", body).code == 201
        yield api
        assert api.send("DELETE", f"/api/v1/namespaces/{api.namespace}").code == 200
    finally:
        api.client.close()


def eventually(look: Callable[[], T], seconds: float = 15.0) -> T:
    """Wait until `look` returns something, and return it."""
    end = time.monotonic() + seconds
    while not (found := look()):
        if time.monotonic() > end:
            pytest.fail(f"it did not happen within {seconds} seconds: {found!r}")
        time.sleep(0.02)
    return found


def job(name: str = "bread", **spec: Any) -> dict[str, Any]:
    """A Job whose pod succeeds at once."""
    container = {"name": "main", "image": "true:1", "imagePullPolicy": "IfNotPresent"}
    pod = {"restartPolicy": "Never", "containers": [container]}
    return {"metadata": {"name": name}, "spec": {"template": {"spec": pod}, **spec}}


def shell(script: str, **spec: Any) -> dict[str, Any]:
    """A Job whose pod runs a line of shell, once."""
    body = job(**{"backoffLimit": 0, **spec})
    body["spec"]["template"]["spec"]["terminationGracePeriodSeconds"] = 0
    container_of(body).update(image="shell:1", args=[script])
    return body


def container_of(body: Any) -> Any:
    """The container of a Job, to change it."""
    return body["spec"]["template"]["spec"]["containers"][0]


def changed(body: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    """A copy with one field set; `...` takes it out."""
    copy = deepcopy(body)
    place: Any = copy
    *parts, last = [int(part) if part.isdigit() else part for part in path.split(".")]
    for part in parts:
        place = place[part] if isinstance(place, list) else place.setdefault(part, {})
    place.pop(last) if value is ... else place.update({last: value})
    return copy
