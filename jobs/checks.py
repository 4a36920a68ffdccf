"""What the doctor examines of jobs: their processes, their schedule, their queues, the cluster."""

import time
from collections.abc import Iterator
from typing import Any

from rq.registry import FailedJobRegistry
from rq_scheduler import Scheduler

from app.control.operators.doctor.finding import Check, Finding, failed, ok, warning
from app.control.queues import QUEUES
from app.control.services import ControlServices
from app.http.job_health import JobHealth
from jobs.kubernetes.api import Cluster, ClusterError
from jobs.queue.task_queue import TaskQueue
from jobs.scheduler import scheduled_jobs

LATE_SECONDS = 60
"""So late may a job of the schedule be: the scheduler looks every two seconds."""

LONG_QUEUE = 100


def check_processes(services: ControlServices) -> Iterator[Finding]:
    """Check that a scheduler and a worker are alive."""
    for role, state in JobHealth(services.redis).describe().items():
        check = f"jobs.{role}"
        if state == "ok":
            yield ok(check, f"a {role} is alive")
        else:
            yield failed(
                check, f"{role}: {state}",
                "nothing is cloned, dropped or cleaned: the pool runs dry", f"bin/role {role}",
            )  # fmt: skip


def check_schedule(services: ControlServices) -> Iterator[Finding]:
    """Check that all scheduled jobs are there, and that none is late."""
    members: Any = services.redis.zrange(Scheduler.scheduled_jobs_key, 0, -1, withscores=True)
    on_schedule = {member.decode(errors="replace"): float(due) for member, due in members}
    missing = scheduled_jobs(services.settings).keys() - on_schedule.keys()
    late = [name for name, due in on_schedule.items() if due < time.time() - LATE_SECONDS]
    if missing or late:
        what = [f"{name} is missing" for name in sorted(missing)]
        what += [f"{name} is late" for name in sorted(late)]
        yield failed(
            "jobs.schedule", "; ".join(what), "sessions that are over keep their schemas",
            "Restart the scheduler: bin/role scheduler",
        )  # fmt: skip
    else:
        yield ok("jobs.schedule", f"{len(on_schedule)} jobs are scheduled, none is late")


def check_queues(services: ControlServices) -> Iterator[Finding]:
    """Check that queues are short, and that no job failed for good."""
    for name in QUEUES:
        queue = TaskQueue(name, connection=services.redis)
        waiting, lost = len(queue), len(FailedJobRegistry(queue=queue))
        check, what = f"jobs.queue_{name}", f"{waiting} wait, {lost} have failed"
        if waiting > LONG_QUEUE:
            yield warning(check, what, "visitors wait for their data", "Raise WORKER_PROCESSES.")
        elif lost:
            yield warning(
                check, what, "what failed was tried again as often as it may be",
                "Read the reasons at /ops/rq, then: flask --app wsgi demo reconcile",
            )  # fmt: skip
        else:
            yield ok(check, what)


def check_cluster(services: ControlServices) -> Iterator[Finding]:
    """Check that our account may do in the cluster what clones need, and no call fails."""
    settings = services.settings
    if settings.clone_launcher != "kubernetes":
        yield ok("kubernetes.api", "standing workers clone: CLONE_LAUNCHER=worker")
        return
    where = f"namespace {settings.clone_job_namespace}"
    try:
        missing = Cluster(settings).find_missing_rights()
    except ClusterError as error:
        yield failed(
            "kubernetes.api", str(error), "clones fall back to the standing workers, or wait",
            "Run this in a pod of the worker, or set KUBECONFIG.",
        )  # fmt: skip
        return
    if missing:
        yield failed(
            "kubernetes.rights", f"not allowed in {where}: {', '.join(missing)}",
            "no Kubernetes Job can clone", "helm upgrade: the chart's Role has what is needed",
        )  # fmt: skip
    else:
        yield ok("kubernetes.rights", f"all calls that clones need are allowed in {where}")


CHECKS: tuple[Check, ...] = (check_processes, check_schedule, check_queues, check_cluster)
"""In the order in which they are shown."""
