"""Our calls of the API, on a real one, as the account that makes them in the cluster."""

import time
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import pytest
import yaml

from app.settings.table import Settings
from jobs.kubernetes.api import Cluster, ClusterRefused
from jobs.kubernetes.job_status import CloneJobState, CloneJobStatus
from jobs.kubernetes.manifest import job_manifest
from tests.cluster.server import Server

NOWHERE = '{"nodeSelector": {"masa-madre-test": "no-node-has-this"}}'
"""Pods stay unscheduled, on a cluster without nodes as on one with them."""


@pytest.fixture
def settings(server: Server, accounts: str, tmp_path: Path) -> Settings:
    """The worker's, with its account's token; what cannot start is seen after a second."""
    path = tmp_path / "kubeconfig"
    path.write_text(kubeconfig(server, server.token_of(accounts, "demo-session-sa")))
    return Settings(
        database_url="postgresql://nobody@nowhere/nothing",
        redis_url="redis://nowhere",
        jwt_secret="a secret for tests, at least 32 bytes long",
        kubeconfig=str(path),
        clone_job_image="masa-madre:none",
        clone_job_namespace=accounts,
        clone_job_instance="demo",
        clone_job_start_seconds=1,
        clone_job_pod=NOWHERE,
    )


def kubeconfig(server: Server, token: str) -> str:
    """A file that names the same cluster and another user."""
    ours = server.api.configuration
    place = {"server": ours.host}
    if ours.ssl_ca_cert:
        place["certificate-authority"] = ours.ssl_ca_cert
    return yaml.safe_dump(
        {
            "apiVersion": "v1",
            "kind": "Config",
            "current-context": "it",
            "clusters": [{"name": "it", "cluster": place}],
            "users": [{"name": "it", "user": {"token": token}}],
            "contexts": [{"name": "it", "context": {"cluster": "it", "user": "it"}}],
        }
    )


@pytest.fixture
def cluster(settings: Settings) -> Cluster:
    """The API with the credentials of a worker's pod."""
    return Cluster(settings)


def job_status_when(
    cluster: Cluster, name: str, fits: Callable[[CloneJobStatus | None], bool]
) -> CloneJobStatus | None:
    """Return the status of the Job of that name as soon as it fits."""
    end = time.monotonic() + 30
    while True:
        job_status = next((found for found in cluster.clone_jobs() if found.name == name), None)
        if fits(job_status) or time.monotonic() > end:
            return job_status
        time.sleep(0.2)


def test_a_job_is_made_once_seen_and_removed_once(cluster: Cluster, settings: Settings):
    tenant = uuid4()
    queue = f"clone-{tenant}"
    manifest = job_manifest(settings, queue, [tenant], "individual_bakery", waited=True)
    name = manifest["metadata"]["name"]

    assert cluster.create(manifest)
    assert not cluster.create(manifest), "creating twice is creating once"

    seen = job_status_when(cluster, name, lambda found: found is not None)
    assert seen is not None
    assert (seen.queue, seen.tenants) == (queue, (tenant,))
    stuck = job_status_when(
        cluster,
        name,
        lambda found: found is not None and found.state is CloneJobState.STUCK,
    )
    assert stuck is not None
    assert stuck.state is CloneJobState.STUCK, "no node takes it"
    assert stuck.reason

    cluster.delete(name)
    cluster.delete(name)
    assert job_status_when(cluster, name, lambda found: found is None) is None


def test_the_server_refuses_what_the_role_does_not_give(cluster: Cluster, settings: Settings):
    elsewhere = settings.model_copy(update={"clone_job_namespace": "default"})
    with pytest.raises(ClusterRefused) as refused:
        Cluster(elsewhere).clone_jobs()
    assert refused.value.status == 403
