"""The standing worker: `python -m jobs.worker`."""

import sys

from redis import Redis
from rq import Queue, Worker

import jobs.tasks  # noqa: F401  (imported before the fork, so that no job pays for it)
from app.config import ConfigurationError, load_settings
from app.logs import init_logs
from jobs.dispatch import QUEUES


def main() -> int:
    """Work until asked to stop; the job in hand is finished first."""
    try:
        settings = load_settings()
    except ConfigurationError as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 2
    init_logs(settings.log_level)
    if settings.clone_launcher == "kubernetes":
        import jobs.kubernetes.api  # noqa: F401  (it takes long, and each job is a fork)
    redis = Redis.from_url(settings.redis_url)
    queues = [Queue(name, connection=redis) for name in QUEUES]
    worker = Worker(queues, connection=redis)
    worker.work(logging_level=settings.log_level, with_scheduler=False)
    return 0


if __name__ == "__main__":
    sys.exit(main())
