"""A namespace of our own on a real cluster, which is removed afterwards.

`KUBECONFIG` names the cluster, `CLUSTER_IMAGE` an image that its nodes have or can pull. The suite
runs only when it is asked for by name: `make test` must not install anything on a cluster.
"""

import os
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest
from helm_python import Config

from tests.cluster.installation import RELEASE, Installation, beside, trial_values
from tests.cluster.rendering import rendered
from tests.cluster.server import Server
from tests.helm.cases import TRIAL

HERE = Path(__file__).parent
ASKED_FOR = "asked for by `make test-cluster KUBECONFIG=… CLUSTER_IMAGE=…` only"
RESTRICTED = {"pod-security.kubernetes.io/enforce": "restricted"}
GONE_SECONDS = 180


@pytest.fixture(scope="session")
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    """The API server of the cluster that KUBECONFIG names."""
    named = [Path(argument.partition("::")[0]).resolve() for argument in request.config.args]
    if not any(path == HERE or HERE in path.parents for path in named):
        pytest.skip(f"a real cluster is {ASKED_FOR}.")
    if not os.environ.get("KUBECONFIG"):
        pytest.skip("KUBECONFIG is not set: it names the cluster to test on.")
    with Server.of_kubeconfig(os.environ["KUBECONFIG"]) as server:
        yield server


@pytest.fixture(scope="session")
def image() -> str:
    """The image that has our code."""
    name = os.environ.get("CLUSTER_IMAGE")
    if not name:
        pytest.skip(
            "CLUSTER_IMAGE is not set: it names an image of this code, for pods that clone."
        )
    return name


@pytest.fixture(scope="session")
def make_namespace(server: Server) -> Iterator["NamespaceMaker"]:
    """Makes namespaces that admit restricted pods only; removes them when the tests are through."""
    maker = NamespaceMaker(server)
    yield maker
    maker.remove_all()


@pytest.fixture(scope="session")
def namespace(make_namespace: "NamespaceMaker") -> str:
    """The namespace of the tests that run no pods."""
    return make_namespace()


@pytest.fixture(scope="session")
def accounts(server: Server, make_namespace: "NamespaceMaker") -> str:
    """A namespace with the chart's accounts and what they are allowed."""
    namespace = make_namespace()
    for document in rendered(TRIAL, namespace):
        if document["kind"] in ("ServiceAccount", "Role", "RoleBinding"):
            server.create(document)
    return namespace


InstallInto = Callable[[], AbstractContextManager[Installation]]


@pytest.fixture(scope="session")
def install_into(server: Server, make_namespace: "NamespaceMaker") -> InstallInto:
    """Gives a namespace to install into, where nothing is yet; what is there is uninstalled."""

    @contextmanager
    def make() -> Iterator[Installation]:
        namespace = make_namespace()
        with Config(kubeconfig_path=os.environ["KUBECONFIG"], namespace=namespace) as helm:
            try:
                yield Installation(server, namespace, helm)
            finally:
                helm.uninstall(RELEASE, ignore_not_found=True)

    return make


@pytest.fixture(scope="session")
def installed(install_into: InstallInto, image: str) -> Iterator[Installation]:
    """The chart with trial servers and with more in its pods, serving."""
    with install_into() as release:
        release.install(trial_values(image, beside(image)))
        release.ready_pod("web")
        yield release


class NamespaceMaker:
    """Namespaces with unique names."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._made: list[str] = []

    def __call__(self) -> str:
        name = f"masa-madre-test-{secrets.token_hex(4)}"
        metadata = {"name": name, "labels": RESTRICTED}
        self._server.create({"apiVersion": "v1", "kind": "Namespace", "metadata": metadata})
        self._made.append(name)
        self._wait_for_account(name)
        return name

    def remove_all(self) -> None:
        """Remove every namespace, and wait until the cluster has nothing left of it."""
        for name in self._made:
            self._server.request("DELETE", f"/api/v1/namespaces/{name}")
        end = time.monotonic() + GONE_SECONDS
        for name in self._made:
            while self._server.request("GET", f"/api/v1/namespaces/{name}").status != 404:
                assert time.monotonic() < end, f"the namespace {name} does not go"
                time.sleep(0.5)

    def _wait_for_account(self, name: str) -> None:
        """A namespace is of use once the cluster has put its default account into it."""
        path = f"/api/v1/namespaces/{name}/serviceaccounts/default"
        end = time.monotonic() + 30
        while self._server.request("GET", path).status != 200:
            assert time.monotonic() < end, f"the namespace {name} gets no account"
            time.sleep(0.2)
