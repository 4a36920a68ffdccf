"""The fixtures start the servers that they name."""

import psycopg
import redis

from tests.conftest import Postgres


def test_postgres_is_the_version_it_says(postgres: Postgres, database_url: str) -> None:
    with psycopg.connect(database_url) as connection:
        assert connection.info.server_version // 10000 == postgres.version
        row = connection.execute("SHOW server_encoding").fetchone()
        assert row == ("UTF8",)
        row = connection.execute("SELECT upper('ñandú'), current_setting('timezone')").fetchone()
        assert row == ("ÑANDÚ", "UTC")


def test_valkey_is_empty(redis_url: str) -> None:
    with redis.Redis.from_url(redis_url) as client:
        assert client.dbsize() == 0
