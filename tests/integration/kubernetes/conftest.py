"""The parts of a system whose clones are made by Kubernetes Jobs."""

import pytest

from tests.integration.control.conftest import database, parts, template_id

__all__ = ["database", "parts", "template_id"]

IMAGE = "masa-madre:test"


@pytest.fixture(autouse=True)
def kubernetes_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the parts read from the environment, before they are made."""
    monkeypatch.setenv("CLONE_LAUNCHER", "kubernetes")
    monkeypatch.setenv("CLONE_JOB_IMAGE", IMAGE)
