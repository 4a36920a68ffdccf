"""The chart, installed in a namespace by Helm: what is there, and how it is reached."""

import base64
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import psycopg
from helm_python import Config

from tests.cluster.server import Document, Server
from tests.cluster.tunnel import tunnel
from tests.cluster.waiting import eventually, is_ready
from tests.helm.cases import FORGETFUL, TRIAL
from tests.helm.chart import Values, chart, merged

RELEASE = "demo"
READY_SECONDS = 600
ROLES = ("web", "dashboard", "worker", "scheduler")
SMALL: Values = {
    "hooks": {"enabled": False},
    "web": {"replicas": 1},
    "worker": {"replicas": 1},
    "settings": {"DEMO_POOL_SIZE": 0, "DEMO_POOL_MAX": 0},
}
"""With nothing ready every session has a clone, and a Job, of its own."""


def image_values(name: str) -> dict[str, str]:
    """Return an image's name as the chart's values have it."""
    repository, _, digest = name.partition("@")
    tag = repository.rpartition("/")[2].partition(":")[2]
    return {"repository": repository.removesuffix(f":{tag}"), "tag": tag, "digest": digest}


def trial_values(image: str, *more: Values) -> Values:
    """Return values of a small installation that brings its own servers."""
    return merged(TRIAL, FORGETFUL, SMALL, {"image": image_values(image)}, *more)


def beside(image: str) -> Values:
    """Return values that add to every pod of ours: a variable, a volume, a container."""
    restricted = {
        "allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]},
        "readOnlyRootFilesystem": True,
    }  # fmt: skip
    sidecar = {
        "name": "beside", "image": image, "command": ["sleep", "infinity"],
        "securityContext": restricted,
    }  # fmt: skip
    return {
        "extraEnv": [{"name": "OF_THE_TEST", "value": "there"}],
        "extraVolumes": [{"name": "theirs", "emptyDir": {}}],
        "extraVolumeMounts": [{"name": "theirs", "mountPath": "/theirs"}],
        "extraContainers": [sidecar],
    }


@dataclass
class Installation:
    """One release."""

    server: Server
    namespace: str
    helm: Config

    def install(self, values: Values) -> None:
        self.helm.install(chart(), RELEASE, values, timeout=READY_SECONDS)

    def upgrade(self, values: Values) -> None:
        self.helm.upgrade(chart(), RELEASE, values, timeout=READY_SECONDS)

    def path(self, plural: str, group: str = "api/v1") -> str:
        return f"/{group}/namespaces/{self.namespace}/{plural}"

    def pods(self, component: str) -> list[Document]:
        return self.server.listed(self.path("pods"), instance=RELEASE, component=component)

    def clone_jobs(self) -> dict[str, Document]:
        """Return the Jobs that clone, by name."""
        jobs = self.server.listed(self.path("jobs", "apis/batch/v1"))
        named = {job["metadata"]["name"]: job for job in jobs}
        return {name: job for name, job in named.items() if name.startswith("demo-clone-")}

    def new_clone_job(self, known: Collection[str], seconds: float) -> str:
        """Wait for a Job that clones and was not known; return its name."""
        return str(
            eventually(
                lambda: next(iter(self.clone_jobs().keys() - known), None),
                seconds,
                lambda: "no Job was made: see the worker's log",
            )
        )

    def pods_of_job(self, name: str) -> list[Document]:
        labels = [(pod, pod["metadata"].get("labels", {})) for pod in self.all_pods()]
        return [pod for pod, found in labels if found.get("job-name") == name]

    def all_pods(self) -> list[Document]:
        return self.server.listed(self.path("pods"))

    def logs_of(self, job: str) -> str:
        """Return the logs of a Job's pods."""
        names = [pod["metadata"]["name"] for pod in self.pods_of_job(job)]
        log = "{}/{}/log?container=clone".format
        return "".join(self.server.text(log(self.path("pods"), name)) for name in names)

    def states(self) -> list[str]:
        """Each pod, and what it waits for."""
        return [
            f"{pod['metadata']['name']} {pod['status'].get('phase')} "
            + " ".join(
                str(each.get("state")) for each in pod["status"].get("containerStatuses", [])
            )
            for pod in self.all_pods()
        ]

    def ready_pod(self, component: str, other_than: str = "") -> str:
        """Wait for a pod of a component that is ready; return its name."""

        def found() -> str | None:
            names = [p["metadata"]["name"] for p in self.pods(component) if is_ready(p)]
            return next((name for name in names if name != other_than), None)

        return str(eventually(found, READY_SECONDS, lambda: f"{component}: {self.states()}"))

    def wait_until_rolled_out(self) -> None:
        """Wait until every Deployment has its new pods only, all of them ready."""
        path = self.path("deployments", "apis/apps/v1")
        eventually(
            lambda: all(map(_is_rolled_out, self.server.listed(path))),
            READY_SECONDS,
            lambda: f"not rolled out: {self.states()}",
        )

    @contextmanager
    def web(self) -> Iterator[str]:
        """The URL of a web pod that is ready."""
        with tunnel(self.server, self.namespace, self.ready_pod("web"), 8000) as url:
            yield url

    @contextmanager
    def database(self) -> Iterator[psycopg.Connection[Any]]:
        """A connection of the owner to the trial Postgres."""
        secret = self.server.request("GET", self.path("secrets/demo-masa-madre")).body["data"]
        url = urlsplit(base64.b64decode(secret["DATABASE_URL"]).decode())
        with tunnel(self.server, self.namespace, self.ready_pod("postgres"), 5432) as there:
            netloc = f"{url.netloc.rpartition('@')[0]}@{urlsplit(there).netloc}"
            with psycopg.connect(url._replace(netloc=netloc).geturl()) as connection:
                yield connection


def _is_rolled_out(deployment: Document) -> bool:
    wanted, status = deployment["spec"]["replicas"], deployment["status"]
    counts = [status.get(n, 0) for n in ("replicas", "updatedReplicas", "readyReplicas")]
    is_seen = status.get("observedGeneration") == deployment["metadata"]["generation"]
    return is_seen and counts == [wanted] * 3
