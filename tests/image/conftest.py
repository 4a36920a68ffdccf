"""The image to test, and the servers that its containers use: as for every other test.

`make test-image` builds it and names it in IMAGE_UNDER_TEST; without that nothing here runs. The
tests have a network of their own, which is loopback alone: containers share it.
"""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.local.valkey import ValkeyServer
from tests.conftest import Postgres, new_database, scratch_directory
from tests.image.containers import Image, Runtime, mounted

SECRET = "a secret for tests, at least 32 bytes long"
OPS_PASSWORD = "ops-password-for-tests"


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
            "DATABASE_URL": url,
            "REDIS_URL": valkey.url,
            "JWT_SECRET": SECRET,
            "LEADS_KEYS": "a key of leads for tests: at least 32 bytes",
            "DEMO_LIVE": "false",
            "DEMO_POOL_SIZE": "1",
            "DEMO_SCENARIO_POOL_SIZE": "0",
        }
        started = Runtime(image, Path(home), settings)
        try:
            yield started
        finally:
            started.end_all()
            valkey.stop()
