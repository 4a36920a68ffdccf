"""A system whose clones are made by Kubernetes Jobs, and the double of the cluster they run in."""

from collections.abc import Iterator

import pytest

from tests.fixtures.kube import Cluster
from tests.fixtures.kube.namespace import (
    IMAGE,
    NAMESPACE,
    install,
    kube_with_our_image,
    settings_of,
)
from tests.integration.control.conftest import database, database_url, parts, template_id
from tests.integration.kubernetes.answers import answer, tenant_id

__all__ = ["answer", "database", "database_url", "parts", "template_id", "tenant_id"]


@pytest.fixture(autouse=True)
def kubernetes_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment that the services read, where no cluster is asked for."""
    monkeypatch.setenv("CLONE_LAUNCHER", "kubernetes")
    monkeypatch.setenv("CLONE_JOB_IMAGE", IMAGE)
    monkeypatch.setenv("CLONE_JOB_NAMESPACE", NAMESPACE)
    monkeypatch.setenv("CLONE_JOB_BATCH", "4")


@pytest.fixture
def cluster(
    database_url: str, redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Cluster]:
    """A namespace as the chart makes it. Ask for it before `parts`, which reads where it is."""
    with kube_with_our_image() as double:
        secret = "a secret for tests, at least 32 bytes long"
        urls = {"DATABASE_URL": database_url, "REDIS_URL": redis_url, "JWT_SECRET": secret}
        install(double, urls)
        for name, value in settings_of(double).items():
            monkeypatch.setenv(name, value)
        yield double
