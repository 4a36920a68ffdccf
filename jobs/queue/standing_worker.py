"""A standing worker: it does its jobs in its own process, and outlives every Redis error."""

import os
import signal
import threading
import time
from functools import cached_property
from typing import Any, ClassVar

import structlog
from redis import ConnectionPool, Redis
from redis.exceptions import RedisError
from rq.exceptions import StopRequested
from rq.job import Job
from rq.worker_pool import run_worker

from app.control.queues import DROPS, MAINTENANCE, RESETS
from jobs.queue.process_board import ProcessBoard
from jobs.queue.redis_outage import LONGEST_SECONDS, RedisOutage, as_away
from jobs.queue.task_queue import TaskQueue, TaskWorker
from jobs.queue.unreadable_keys import is_wrong_type

log = structlog.get_logger(__name__)

JOBS_PER_PROCESS = 1000
"""After so many jobs a worker makes room for a new one: what leaks ends with it."""

TTL_SECONDS = 75
"""For so long RQ believes in a silent worker; one wait for a job is 15 seconds shorter."""

SLACK_SECONDS = 60.0
"""What a step of the main loop may take beyond its own time before it counts as hung."""

PARENT_SECONDS = 1

TURN_SECONDS = 5.0
"""So often a worker looks first for the jobs that a rush of clones would keep waiting."""

PATIENT = (MAINTENANCE, DROPS)

LISTEN_SECONDS = 2.0
"""Between two tries to listen for the commands of RQ (stop a job, for example)."""


class StandingQueue(TaskQueue):
    """A queue whose wait for a job fails with `RedisAway` where Redis cannot be reached."""

    @classmethod
    def dequeue_any(cls, *args: Any, **options: Any) -> Any:
        """Take the next job of several queues."""
        with as_away():
            return super().dequeue_any(*args, **options)


class StandingWorker(TaskWorker):
    """Does its jobs in its own process, with its connections open: no job pays for a fork.

    RQ's other worker forks for every job, which takes as long as a small clone. What a job could
    do to its process it does to this one; the pool then starts another.
    """

    queue_class = StandingQueue
    board: ClassVar[ProcessBoard] = ProcessBoard(1)
    """What the master reads of its workers; the master sets it, and the slot, before it forks."""
    slot: ClassVar[int] = 0

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **{**options, "worker_ttl": TTL_SECONDS})
        self._stopping = threading.Event()
        self._job_seconds = 0.0
        self._turn_at = time.monotonic() + TURN_SECONDS

    @cached_property
    def _outage(self) -> RedisOutage:
        return RedisOutage(self.connection, "worker", self._pause)

    def _pause(self, seconds: float) -> None:
        self._expect(seconds)
        self._stopping.wait(seconds)

    def _expect(self, seconds: float) -> None:
        """Say that the next step takes at most so many seconds."""
        self.board.expect(self.slot, seconds + SLACK_SECONDS)

    def work(self, *args: Any, **options: Any) -> bool:
        """Work until asked to stop, or for `JOBS_PER_PROCESS`."""
        options |= {"with_scheduler": False, "max_jobs": JOBS_PER_PROCESS}
        return bool(super().work(*args, **options))

    def request_stop(self, *args: Any) -> None:
        """Stop after the job in hand. Redis need not be there to note that."""
        self._stopping.set()
        super().request_stop(*args)  # type: ignore[no-untyped-call]  # RQ's own lack

    def set_shutdown_requested_date(self) -> None:
        """Let others see that a stop was asked for."""
        try:
            super().set_shutdown_requested_date()  # type: ignore[no-untyped-call]  # as above
        except RedisError as error:
            self._outage.note(error)

    def teardown(self) -> None:
        """Say goodbye; a Redis that is away forgets a worker by itself."""
        try:
            super().teardown()  # type: ignore[no-untyped-call]  # as above
        except RedisError as error:
            self._outage.note(error)

    def check_for_suspension(self, burst: bool) -> None:
        """Wait while workers are suspended, and while that cannot be asked."""
        self._expect(LONGEST_SECONDS)
        while not self._stop_requested:
            try:
                super().check_for_suspension(burst)
            except RedisError as error:
                self._outage.wait(error)
            else:
                return

    def dequeue_job_and_maintain_ttl(self, *args: Any, **options: Any) -> Any:
        """Take the next job. Every Redis error is waited out."""
        while True:
            if self._stop_requested:
                raise StopRequested
            self._take_turns()
            try:
                taken = super().dequeue_job_and_maintain_ttl(*args, **options)
            except RedisError as error:
                self._outage.wait(error)
            else:
                self._outage.over()
                return taken

    def _take_turns(self) -> None:
        """Let the patient queues go before clones, for one job in `TURN_SECONDS`."""
        self._ordered_queues = list(self.queues)
        if time.monotonic() >= self._turn_at:
            self._turn_at = time.monotonic() + TURN_SECONDS
            self._ordered_queues.sort(
                key=lambda queue: (queue.name != RESETS, queue.name not in PATIENT)
            )

    def heartbeat(self, *args: Any, **options: Any) -> None:
        """Tell RQ and the master that the main loop goes round."""
        self._expect(max(self._job_seconds, self.connection_timeout))
        with as_away():
            super().heartbeat(*args, **options)

    def run_maintenance_tasks(self) -> None:
        """Clean RQ's registries; the next time will do where Redis fails."""
        try:
            super().run_maintenance_tasks()  # type: ignore[no-untyped-call]  # as above
        except RedisError as error:
            self._outage.wait(error)

    def execute_job(self, job: Job, *args: Any, **options: Any) -> None:
        """Do a job. What Redis does not take of its result is lost, and the job done again."""
        self._job_seconds = float(job.timeout or 0)
        try:
            super().execute_job(job, *args, **options)
        except RedisError as error:
            self._outage.wait(error)
        finally:
            self._job_seconds = 0.0

    def perform_job(self, job: Job, *args: Any, **options: Any) -> bool:
        """Do a job, and count it for the master."""
        started = time.monotonic()
        done = bool(super().perform_job(job, *args, **options))
        self.board.count(self.slot, str(job.func_name), done, time.monotonic() - started)
        return done

    def handle_exception(self, job: Job, *exc_info: Any) -> None:
        """Note a failure; one at a key of a wrong type, as a result is kept, sets the key aside."""
        error = exc_info[1]
        if isinstance(error, RedisError) and is_wrong_type(error):
            self._outage.wait(error)
        super().handle_exception(job, *exc_info)

    def _pubsub_exception_handler(self, exc: Exception, *others: Any) -> None:
        """Listen again for RQ's commands after a moment; the main loop logs the outage."""
        if not isinstance(exc, RedisError):
            super()._pubsub_exception_handler(exc, *others)
        self._stopping.wait(LISTEN_SECONDS)


def run_standing_worker(
    name: str, queues: Any, connection: type[Redis], pool: Any, pool_options: Any, **options: Any
) -> None:
    """Work in a process that the master has forked, once Redis takes writes.

    RQ's worker asks Redis as it is made, and where Redis fails before it works this process ends.
    """
    board, slot = StandingWorker.board, StandingWorker.slot
    stops = (signal.SIGINT, signal.SIGTERM)
    for number in stops:  # until RQ sets its own
        signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, stops)  # the master blocked them as it forked
    _watch(board, slot)

    def pause(seconds: float) -> None:
        board.expect(slot, seconds + SLACK_SECONDS)
        time.sleep(seconds)

    redis = connection(connection_pool=ConnectionPool(connection_class=pool, **pool_options))
    outage = RedisOutage(redis, "worker", pause)
    try:
        outage.wait_until_over()
        redis.close()
        run_worker(name, queues, connection, pool, pool_options, **options)
    except RedisError as error:
        outage.wait(error)


def _watch(board: ProcessBoard, slot: int) -> None:
    """Show the master that this process runs, and end it when the master has ended."""
    parent = os.getppid()
    board.expect(slot, SLACK_SECONDS)

    def watch() -> None:
        while os.getppid() == parent:
            board.show(slot)
            time.sleep(PARENT_SECONDS)
        log.error("the workers' master is gone", action="master_gone", master=parent)
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, name="parent-watch", daemon=True).start()
