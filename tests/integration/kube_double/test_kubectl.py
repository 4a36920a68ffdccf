"""kubectl against any API server: the everyday commands."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.integration.kube_double.conftest import Api, changed, job

pytestmark = pytest.mark.skipif(shutil.which("kubectl") is None, reason="needs kubectl")


def kubectl(api: Api, home: Path, *words: str, text: str | None = None) -> tuple[int, str]:
    """The exit code and everything that kubectl said."""
    done = subprocess.run(
        ["kubectl", "--kubeconfig", str(api.kubeconfig), "--namespace", api.namespace, *words],
        input=text,
        capture_output=True,
        text=True,
        timeout=60,
        env={"HOME": str(home), "PATH": "/usr/local/bin:/usr/bin:/bin"},
    )
    return done.returncode, done.stdout + done.stderr


@pytest.fixture
def body() -> dict[str, Any]:
    return changed(job("bread", suspend=False), "spec.template.spec.schedulerName", "nobody")


def test_a_job_is_created_shown_and_deleted(api: Api, tmp_path: Path, body: dict[str, Any]) -> None:
    if not api.client.configuration.host.startswith("https"):
        pytest.skip("kubectl sends tokens over TLS only, and this machine has no openssl")
    manifest = json.dumps(body)
    assert kubectl(api, tmp_path, "create", "-f", "-", text=manifest) == (
        0,
        "job.batch/bread created\n",
    )
    code, told = kubectl(api, tmp_path, "create", "-f", "-", text=manifest)
    assert code == 1
    assert "Error from server (AlreadyExists)" in told
    code, told = kubectl(api, tmp_path, "get", "jobs,pods")
    assert code == 0
    assert "job.batch/bread" in told
    assert "0/1" in told
    assert kubectl(api, tmp_path, "get", "job", "bread", "-o", "name") == (0, "job.batch/bread\n")
    assert kubectl(api, tmp_path, "delete", "job", "bread")[0] == 0
    code, told = kubectl(api, tmp_path, "get", "job", "bread")
    assert (code, told) == (1, 'Error from server (NotFound): jobs.batch "bread" not found\n')


def test_a_mistake_in_a_manifest_is_found(api: Api, tmp_path: Path, body: dict[str, Any]) -> None:
    wrong = json.dumps(changed(body, "spec.nothing", 1))
    code, told = kubectl(api, tmp_path, "create", "-f", "-", text=wrong)
    assert code == 1
    assert 'unknown field "spec.nothing"' in told
    code, told = kubectl(
        api, tmp_path, "apply", "--dry-run=server", "-f", "-", text=json.dumps(body)
    )
    assert (code, told) == (0, "job.batch/bread created (server dry run)\n")


def test_permissions_can_be_asked_for(api: Api, tmp_path: Path) -> None:
    assert kubectl(api, tmp_path, "auth", "can-i", "create", "jobs") == (0, "yes\n")
    account = f"system:serviceaccount:{api.namespace}:clerk"
    code, told = kubectl(api, tmp_path, "auth", "can-i", "create", "jobs", "--as", account)
    assert (code, told.splitlines()[0]) == (1, "no")
