"""The queues that Kubernetes Jobs work on: each has one Job, and is forgotten after it."""

from redis import Redis
from rq.job import JobStatus
from rq.worker_registration import WORKERS_BY_QUEUE_KEY

from app.control.queues import QUEUE_PREFIX, URGENT
from jobs.queue.task_queue import TaskQueue


class JobQueues:
    """The traces of such queues in Redis."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    def names(self) -> set[str]:
        """Return the names of the queues that RQ knows of."""
        names = {queue.name for queue in TaskQueue.all(connection=self._redis)}
        return {name for name in names if name.startswith(QUEUE_PREFIX)}

    def reclaim(self, name: str) -> list[str]:
        """Queue again what an earlier pod left: jobs that failed, or that it took and did not end.

        Only one pod at a time works on a queue, and its Job starts the next one after its end; a
        pod that lives on nevertheless finds the tenant locked. Returns the ids of all its jobs.
        """
        queue = TaskQueue(name, connection=self._redis)
        waiting = queue.get_job_ids()
        left = [
            *queue.intermediate_queue.get_job_ids(),
            *queue.started_job_registry.get_job_ids(cleanup=False),
            *queue.failed_job_registry.get_job_ids(cleanup=False),
        ]
        for job_id in dict.fromkeys(left):
            job = queue.fetch_job(job_id)
            if job is not None and job_id not in waiting:
                queue.enqueue_job(job)
                waiting.append(job_id)
            self._take_out(queue, job_id)  # after, so that a pod killed here has lost nothing
        return waiting

    def unfinished(self, name: str) -> int:
        """Return how many of a queue's jobs wait or have failed."""
        queue = TaskQueue(name, connection=self._redis)
        return len(queue) + len(queue.failed_job_registry.get_job_ids(cleanup=False))

    def forget(self, name: str) -> None:
        """Delete a queue and the jobs that wait in it; failed ones move to the urgent queue's."""
        queue = TaskQueue(name, connection=self._redis)
        urgent = TaskQueue(URGENT, connection=self._redis)
        for job_id in queue.failed_job_registry.get_job_ids(cleanup=False):
            job = queue.fetch_job(job_id)
            if job is not None and job.get_status() is JobStatus.FAILED:
                job.origin = urgent.name
                job.save()
                urgent.failed_job_registry.add(job, ttl=job.failure_ttl or -1)
        queue.delete(delete_jobs=True)
        self._redis.delete(
            queue.intermediate_queue.key,
            queue.registry_cleaning_key,
            queue.started_job_registry.key,
            queue.failed_job_registry.key,
            queue.finished_job_registry.key,
            WORKERS_BY_QUEUE_KEY % name,
        )

    def _take_out(self, queue: TaskQueue, job_id: str) -> None:
        queue.intermediate_queue.remove(job_id)
        self._redis.zrem(queue.failed_job_registry.key, job_id)
        for each, execution_id in queue.started_job_registry.get_job_and_execution_ids(
            cleanup=False
        ):
            if each == job_id:
                self._redis.zrem(queue.started_job_registry.key, f"{each}:{execution_id}")
