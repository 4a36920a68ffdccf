"""Servers that the environment names: nothing is started for them, but they have to answer."""

import psycopg
import redis

from app.local.errors import LocalStackError

OLDEST_POSTGRES = 15


def ensure_postgres_answers(url: str) -> None:
    """Connect once.

    Raises:
        LocalStackError: nobody answers, or a server that is too old.
    """
    try:
        with psycopg.connect(url, connect_timeout=10) as connection:
            version = connection.info.server_version // 10000
    except psycopg.Error as error:
        raise LocalStackError(f"The Postgres of DATABASE_URL does not answer: {error}") from None
    if version < OLDEST_POSTGRES:
        raise LocalStackError(
            f"DATABASE_URL names a Postgres {version}; it has to be {OLDEST_POSTGRES} or later."
        )


def ensure_redis_answers(url: str) -> None:
    """Connect once.

    Raises:
        LocalStackError: nobody answers.
    """
    try:
        with redis.Redis.from_url(url, socket_connect_timeout=10) as client:
            client.ping()
    except (redis.RedisError, ValueError) as error:
        raise LocalStackError(f"The Redis of REDIS_URL does not answer: {error}") from None
