"""The standing workers: `python -m jobs.worker`.

The master starts `WORKER_PROCESSES` workers and starts one again that ended, or that it ended
because it hung. A worker whose master was killed ends as well, so that whatever supervises the
master finds nothing left of it.
"""

import os
import signal
import sys
import time
from importlib import import_module
from multiprocessing.process import BaseProcess
from typing import Any

import structlog
from redis import Redis
from redis.exceptions import RedisError
from rq.worker_pool import WorkerData, WorkerPool

from app.control.queues import QUEUES
from app.http.job_health import JobHealth
from app.logs import init_logs
from app.settings.table import ConfigurationError, load_settings
from app.tracing import init_tracing
from gateway import connect_redis
from jobs.heartbeat import Heartbeat
from jobs.process_metrics import WorkerCollector, serve_metrics
from jobs.queue.process_board import ProcessBoard
from jobs.queue.redis_outage import RedisOutage, connect
from jobs.queue.standing_worker import StandingQueue, StandingWorker, run_standing_worker
from jobs.queue.task_queue import TaskJob

USED_BY_TASKS = (
    "jobs.clones.cloning",
    "jobs.clones.resetting",
    "jobs.kubernetes.reconcile_loop",
    "jobs.maintenance.catching_up",
    "jobs.maintenance.cleanup",
    "jobs.maintenance.daily",
    "jobs.maintenance.events",
    "jobs.maintenance.reconcile",
    "jobs.outbox.mail",
    "jobs.outbox.webhooks",
    "jobs.tasks",
)

log = structlog.get_logger(__name__)

REPORT_SECONDS = 1
"""Where Redis was emptied, `/ready` takes so long to know of the workers again."""

HUNG_SECONDS = 30.0
"""A worker is killed that has shown no life for so long, or is so late with its present step."""


class StandingWorkers(WorkerPool):
    """The master of the workers: it replaces those that end or hang, and reports how many live."""

    def __init__(self, redis: Redis, reports: Redis, processes: int, heartbeat: Heartbeat) -> None:
        super().__init__(
            QUEUES,
            connection=redis,
            num_workers=processes,
            worker_class=StandingWorker,
            job_class=TaskJob,
            queue_class=StandingQueue,
        )
        self._health = JobHealth(reports)
        self._heartbeat = heartbeat
        self._report_at = 0.0
        self._slots: dict[str, int] = {}
        self.outage = RedisOutage(reports, "workers")
        self.board = StandingWorker.board = ProcessBoard(processes)
        self.starts = 0
        self.hung = 0

    def start_worker(self, *args: Any, **options: Any) -> None:
        """Start a worker. A stop that comes before it listens for one waits until then."""
        stops = (signal.SIGINT, signal.SIGTERM)
        StandingWorker.slot = min(set(range(self.num_workers)) - set(self._slots.values()))
        self.board.clear(StandingWorker.slot)
        known = set(self.worker_dict)
        signal.pthread_sigmask(signal.SIG_BLOCK, stops)
        try:
            super().start_worker(*args, **options)
        finally:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, stops)
        self.starts += 1
        for name in set(self.worker_dict) - known:
            self._slots[name] = StandingWorker.slot

    def get_worker_process(self, *args: Any, **options: Any) -> BaseProcess:
        """Return a worker's process, which waits for Redis by itself."""
        process = super().get_worker_process(*args, **options)
        process._target = run_standing_worker  # type: ignore[attr-defined]  # RQ takes no other
        return process

    def handle_dead_worker(self, worker_data: WorkerData) -> None:
        """Let the next worker have the slot."""
        super().handle_dead_worker(worker_data)
        self._slots.pop(worker_data.name, None)

    def check_workers(self, respawn: bool = True) -> None:
        """Replace workers that ended or hang; called every second."""
        self._end_hung()
        super().check_workers(respawn)
        self._heartbeat.beat()
        if time.monotonic() < self._report_at:
            return
        self._report_at = time.monotonic() + REPORT_SECONDS
        try:
            self._health.report_alive("worker", self.number_of_active_workers)
        except RedisError as error:
            self.outage.note(error)
        else:
            self.outage.over()

    def all_workers_have_stopped(self) -> bool:
        """Return whether a stop is complete; called every second after it was asked for."""
        self._end_hung()
        self._heartbeat.beat()
        return bool(super().all_workers_have_stopped())

    def _end_hung(self) -> None:
        """Kill the workers that hang: a job is safe to be killed, and done again by another."""
        for name, slot in self._slots.items():
            if self.board.is_hung(slot, HUNG_SECONDS) and name in self.worker_dict:
                pid = self.worker_dict[name].pid
                self.hung += 1
                self.board.clear(slot)  # it is killed once
                log.error("worker hung", action="worker_hung", worker=name, pid=pid)
                os.kill(pid, signal.SIGKILL)


def import_tasks() -> None:
    """Import what tasks need, before the fork, so that no worker pays for it."""
    for name in USED_BY_TASKS:
        import_module(name)


def main() -> int:
    """Work until asked to stop; the jobs in hand are finished first."""
    try:
        settings = load_settings()
        settings.owner_url  # noqa: B018  (jobs work as the owner: better to fail now)
        init_tracing(settings.otel_exporter_otlp_endpoint, "worker")
    except ConfigurationError as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 2
    init_logs(settings.log_level)
    import_tasks()
    if settings.clone_launcher == "kubernetes":
        import_module("kubernetes")
    workers = StandingWorkers(
        connect(settings.redis_url),
        connect_redis(settings.redis_url),
        settings.worker_processes,
        Heartbeat(settings.heartbeat_file),
    )
    serve_metrics(settings.metrics_port, WorkerCollector(workers))
    workers.start(logging_level="WARNING")  # what jobs do they log themselves, as JSON
    return 0


if __name__ == "__main__":
    sys.exit(main())
