"""What a Kubernetes Job's pod does: `python -m jobs.clone_pod <queue>`.

One RQ worker works on the queue until it is empty. RQ would exit with 0 in any case; the exit code
here is the Job's outcome: 0 when every clone of the queue is made, by this pod or another process,
1 when one is not and the Job is to try again, 2 when the pod cannot work at all.
"""

import sys
from collections.abc import Sequence

if __name__ == "__main__":  # structlog would import it, to draw tracebacks; a pod's are JSON
    sys.modules["rich"] = None  # type: ignore[assignment]

import structlog
from redis import Redis
from redis.exceptions import RedisError

from app.control.queues import QUEUE_PREFIX
from app.logs import init_logs
from app.settings.clone import load_clone_settings
from app.settings.error import ConfigurationError
from app.tls_advice import with_advice
from app.tracing import init_tracing
from jobs.kubernetes.job_queues import JobQueues
from jobs.queue.task_queue import TaskQueue, TaskWorker

log = structlog.get_logger(__name__)

DONE, UNFINISHED, MISUSED = 0, 1, 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Work on the queue. Returns the exit code."""
    given = sys.argv[1:] if arguments is None else list(arguments)
    if len(given) != 1 or not given[0].startswith(QUEUE_PREFIX):
        print(f"usage: python -m jobs.clone_pod {QUEUE_PREFIX}<tenant id>", file=sys.stderr)  # noqa: T201
        return MISUSED
    try:
        settings = load_clone_settings()
        init_tracing(settings.otel_exporter_otlp_endpoint, "clone")
    except ConfigurationError as error:
        print(error, file=sys.stderr)  # noqa: T201
        return MISUSED
    init_logs(settings.log_level)
    with structlog.contextvars.bound_contextvars(queue=given[0]):
        try:
            return work(Redis.from_url(settings.redis_url), given[0])
        except RedisError as error:
            log.error("Redis failed", action="redis_failed", error=with_advice(str(error)))
            return UNFINISHED


def work(redis: Redis, name: str) -> int:
    """Do every job of the queue, those of an earlier pod included. Returns the exit code.

    The jobs are done in this process: a pod that is killed is tried again whole.
    """
    queues = JobQueues(redis)
    job_ids = queues.reclaim(name)
    if not job_ids:
        log.info("nothing to do", action="clone_pod")
    else:
        worker = TaskWorker([TaskQueue(name, connection=redis)], connection=redis)
        worker.work(burst=True, logging_level="WARNING", with_scheduler=False)
    left = queues.unfinished(name)
    log.info("worked", action="clone_pod", jobs=job_ids, left=left)
    if left:
        return UNFINISHED
    queues.forget(name)
    return DONE


if __name__ == "__main__":
    sys.exit(main())
