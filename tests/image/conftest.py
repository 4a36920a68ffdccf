"""The image to test, and the servers that its containers use: as for every other test.

`make test-image` builds it and names it in IMAGE_UNDER_TEST; without that nothing here runs. The
tests have a network of their own, which is loopback alone: containers share it.
"""

import json
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.local.valkey import ValkeyServer
from jobs.kubernetes.manifest import SECRET_KEYS
from tests.conftest import Postgres, new_database, scratch_directory
from tests.fixtures.demo import SHIFT
from tests.image.containers import Image, Runtime, mounted

SECRET = "a secret for tests, at least 32 bytes long"
OPS_PASSWORD = "ops-password-for-tests"
ROOT = Path(__file__).parents[2]


def keys_of_roles() -> dict[str, set[str]]:
    """Return which secrets the chart gives to each role, as its page says and tests/helm proves."""
    page = (ROOT / "helm/masa-madre/README.md").read_text(encoding="utf-8")
    rows = re.findall(
        r"^\| ([a-z]+) \| (.*?) \|", page.partition("<!-- roles -->")[2], re.MULTILINE
    )
    keys = {role: set(re.findall(r"`(\w+)`", listed)) for role, listed in rows if role != "role"}
    return keys | {"visit": keys.pop("test"), "clone": set(SECRET_KEYS)}


@pytest.fixture(scope="session")
def image() -> Iterator[Image]:
    """The image, mounted."""
    name = os.environ.get("IMAGE_UNDER_TEST")
    if not name:
        pytest.skip("IMAGE_UNDER_TEST is not set: `make test-image` builds one and names it.")
    with mounted(name) as found:
        yield found


@pytest.fixture(scope="module")
def runtime(image: Image, postgres: Postgres) -> Iterator[Runtime]:
    """A runtime whose containers have an empty database and a Valkey of their own."""
    with new_database(postgres) as url, scratch_directory("image-") as home:
        valkey = ValkeyServer(home, {"appendonly": "no"})
        valkey.start()
        settings = {
            SHIFT: os.environ[SHIFT],
            "DEMO_LIVE": "false",
            "DEMO_POOL_SIZE": "1",
            "DEMO_SCENARIO_POOL_SIZE": "0",
        }
        secrets = {
            "DATABASE_URL": url,
            "REDIS_URL": valkey.url,
            "JWT_SECRET": SECRET,
            "LEADS_KEYS": "a key of leads for tests: at least 32 bytes",
            "OPS_PASSWORD": OPS_PASSWORD,
        }
        started = Runtime(image, Path(home), settings, secrets, keys_of_roles())
        try:
            yield started
        finally:
            started.end_all()
            valkey.stop()


@pytest.fixture(scope="module")
def figures(request: pytest.FixtureRequest) -> Iterator[dict[str, dict[str, float]]]:
    """Seconds and megabytes by role; a table at the end, and JSON in build/image."""
    kept: dict[str, dict[str, float]] = {}
    yield kept
    target = ROOT / "build" / "image" / "roles.json"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")
    capture = request.config.pluginmanager.getplugin("capturemanager")
    with capture.global_and_fixture_disabled():
        sys.stdout.write(f"\n{as_table(kept)}\n")


def as_table(figures: dict[str, dict[str, float]]) -> str:
    """Lay out the figures, a role a line."""
    names = {"start": "start s", "run": "run s", "stop": "stop s", "memory": "memory MB"}
    lines = ["role            " + "".join(f"{title:>11}" for title in names.values())]
    for role, values in figures.items():
        cells = (f"{values.get(name, ''):>11}" for name in names)
        lines.append(f"{role:16}" + "".join(cells))
    return "\n".join(lines)
