"""Postgres and Redis whose certificates are checked: what every test here connects by."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import Postgres, scratch_directory
from tests.fixtures.tls import (
    Authority,
    TlsUrl,
    postgres_over_tls,
    postgres_with_tls,
    redis_with_tls,
)
from tests.integration.control.conftest import database, parts, template_id

__all__ = ["database", "parts", "template_id"]


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """Where the certificates are."""
    with scratch_directory("tls-") as path:
        yield path


@pytest.fixture(scope="module")
def authority(folder: Path) -> Authority:
    """Signs the servers' certificates."""
    return Authority(folder, "ours")


@pytest.fixture(scope="module")
def stranger(folder: Path) -> Authority:
    """An authority that signed nothing of ours."""
    return Authority(folder, "theirs")


@pytest.fixture(scope="module")
def secured_postgres(postgres: Postgres, authority: Authority) -> Iterator[None]:
    """The system's Postgres; the embedded one is built without TLS."""
    with postgres_with_tls(postgres.url, authority):
        yield


@pytest.fixture(scope="module")
def postgres_tls(postgres: Postgres, secured_postgres: None) -> TlsUrl:
    """The server's maintenance database."""
    return postgres_over_tls(postgres.url)


@pytest.fixture
def database_url(fresh_migrated_url: str, secured_postgres: None, authority: Authority) -> str:
    """The test's database, by a URL that checks the server's certificate."""
    return postgres_over_tls(fresh_migrated_url).trusting(authority.certificate)


@pytest.fixture(scope="module")
def redis_tls(redis_server: str, authority: Authority, folder: Path) -> Iterator[TlsUrl]:
    """A Valkey behind TLS."""
    with redis_with_tls(redis_server, authority, folder) as url:
        yield url


@pytest.fixture
def redis_url(redis_url: str, redis_tls: TlsUrl, authority: Authority) -> str:
    """The same for Redis, empty."""
    return redis_tls.trusting(authority.certificate)
