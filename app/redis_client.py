"""The client of Redis for requests: a visitor waits, and everything goes on without an answer."""

from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry

ANSWER_SECONDS = 0.5


def connect_fast_fail(url: str) -> Redis:
    """A client that gives up soon; the client's own default is to try again for seconds."""
    return Redis.from_url(
        url,
        socket_connect_timeout=ANSWER_SECONDS,
        socket_timeout=ANSWER_SECONDS,
        retry=Retry(NoBackoff(), 0),
    )
