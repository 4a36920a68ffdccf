"""Steps that tests of the session service and of jobs share."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from app.control.queues import QUEUES
from app.control.sessions.session_view import Visitor
from app.errors import AppError
from jobs import tasks
from jobs.queue.task_queue import TaskWorker
from tests.fixtures.parts import Parts
from tests.integration.control.conftest import ACCOUNT

VISITOR = Visitor(ip_address="192.0.2.7", user_agent="test")


def fill_pool(parts: Parts, size: int) -> None:
    """Clone so many tenants into the pool."""
    for tenant_id in parts.pool.add_missing(ACCOUNT, size):
        tasks.clone(str(tenant_id))


def work(parts: Parts) -> None:
    """Run all jobs that are queued, as a worker does."""
    TaskWorker(QUEUES, connection=parts.redis).work(burst=True)


def at_once(count: int, call: Callable[[], Any]) -> tuple[list[Any], list[AppError]]:
    """Call it from many threads at once. Return the results and the refusals."""
    with ThreadPoolExecutor(count) as pool:
        futures = [pool.submit(call) for _ in range(count)]
    results, refusals = [], []
    for future in futures:
        try:
            results.append(future.result())
        except AppError as error:
            refusals.append(error)
    return results, refusals
