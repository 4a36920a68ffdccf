"""Hands work to the queue when Redis may be away."""

from collections.abc import Callable

import structlog
from redis.exceptions import RedisError

log = structlog.get_logger(__name__)


def try_dispatch(what: str, dispatch: Callable[..., object], *args: object) -> None:
    """Enqueue work by calling `dispatch`. Without Redis it is logged and left to cleanup."""
    try:
        dispatch(*args)
    except RedisError as error:
        log.warning(
            "work not handed over",
            action="dispatch_failed",
            what=what,
            error=type(error).__name__,
        )
