"""One log line a job, with the request that asked for it; every line of a job carries both."""

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import structlog
from structlog.contextvars import bound_contextvars, get_contextvars

from app.tracing import continued, trace_parent

log = structlog.get_logger(__name__)

REQUEST_ID = "request_id"
_SANE = re.compile(r"[A-Za-z0-9._-]{8,64}")


def meta_of_request() -> dict[str, str]:
    """Return what a job keeps of the request that queues it; nothing outside of one."""
    request_id = get_contextvars().get(REQUEST_ID)
    known = {} if request_id is None else {REQUEST_ID: str(request_id)}
    return known | trace_parent()


@contextmanager
def job_logged(job_id: str, task: str, meta: Any) -> Iterator[None]:
    """Bind a job and its request to every log line of the block, and log how it ended.

    `meta` comes from Redis and may be anything.
    """
    meta = meta if isinstance(meta, dict) else {}
    given = meta.get(REQUEST_ID)
    known = {REQUEST_ID: given} if isinstance(given, str) and _SANE.fullmatch(given) else {}
    started = time.perf_counter()
    with bound_contextvars(job=job_id, **known), continued(meta, task, **{"demo.job": job_id}):
        try:
            yield
        except BaseException as error:
            log.warning(
                "job failed",
                action="job_failed",
                task=task,
                seconds=_since(started),
                error=type(error).__name__,
            )
            raise
        log.info("job done", action="job_done", task=task, seconds=_since(started))


def _since(started: float) -> float:
    return round(time.perf_counter() - started, 3)
