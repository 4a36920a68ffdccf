"""The state of a Kubernetes Job that clones, read from it and its pods."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from jobs.kubernetes.manifest import QUEUE, TENANTS


class CloneJobState(StrEnum):
    """From the Job's making to its end."""

    STARTING = "starting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    STUCK = "stuck"
    """It has not begun, and there is no hope that it will."""


@dataclass(frozen=True, slots=True)
class CloneJobStatus:
    """One Job, its queue and the tenants that it is to clone."""

    name: str
    queue: str
    tenants: tuple[UUID, ...]
    state: CloneJobState
    reason: str = ""
    """Why it has failed, or what it waits for."""

    running_since: datetime | None = None
    """When its pod began to run, as long as it does."""

    @property
    def is_over(self) -> bool:
        """True if nothing more will come of it."""
        return self.state in (CloneJobState.DONE, CloneJobState.FAILED, CloneJobState.STUCK)


HOPELESS = {
    "ImagePullBackOff",
    "InvalidImageName",
    "ErrImageNeverPull",
    "CreateContainerConfigError",
    "CreateContainerError",
    "RunContainerError",
}
"""What a container waits for without an end in sight. The first pull that fails may still be a
hiccup (`ErrImagePull`); the kubelet's pause after it is not waited for."""


def read_clone_jobs(
    jobs: Iterable[Any], pods: Iterable[Any], start_seconds: float, now: datetime | None = None
) -> list[CloneJobStatus]:
    """Return the states of the client's `V1Job`s and their `V1Pod`s.

    Jobs that are not ours are left out, and pods that are going, or were of an earlier Job of the
    name.

    A Job none of whose pods runs after `start_seconds` is stuck.
    """
    moment = now or datetime.now(UTC)
    of_job: dict[str, list[Any]] = {}
    for pod in pods:
        if pod.metadata.deletion_timestamp is None:
            for owner in pod.metadata.owner_references or []:
                of_job.setdefault(owner.uid, []).append(pod)
    found = []
    for job in jobs:
        notes = job.metadata.annotations or {}
        if job.metadata.deletion_timestamp is not None or QUEUE not in notes:
            continue
        its_pods = of_job.get(job.metadata.uid, [])
        state, reason = _state(job, its_pods, start_seconds, moment)
        try:
            tenants = tuple(UUID(each) for each in notes.get(TENANTS, "").split(",") if each)
        except ValueError:
            continue  # it was overwritten by hand
        since = _running_since(its_pods) if state is CloneJobState.RUNNING else None
        name, queue = job.metadata.name, notes[QUEUE]
        found.append(CloneJobStatus(name, queue, tenants, state, reason, since))
    return found


def _state(
    job: Any, pods: Sequence[Any], start_seconds: float, now: datetime
) -> tuple[CloneJobState, str]:
    for condition in job.status.conditions or []:
        if condition.status != "True":
            continue
        if condition.type in ("Complete", "SuccessCriteriaMet"):
            return CloneJobState.DONE, ""
        if condition.type in ("Failed", "FailureTarget"):
            return CloneJobState.FAILED, _sentence(condition.reason, condition.message)
    current = [pod for pod in pods if pod.status.phase in ("Pending", "Running", None)]
    if any(pod.status.phase == "Running" for pod in current):
        return CloneJobState.RUNNING, ""
    waits = next((found for found in map(_wait, current) if found), None)
    if waits is not None and waits[0] in HOPELESS:
        return CloneJobState.STUCK, _sentence(*waits)
    # Between two attempts the Job pauses; its last pod's start counts.
    since = max(pod.metadata.creation_timestamp for pod in (*pods, job))
    reason = _sentence(*waits) if waits else "" if pods else "no pod was made for it"
    if (now - since).total_seconds() > start_seconds:
        return CloneJobState.STUCK, f"no pod runs after {start_seconds:g} s: {reason or 'Pending'}"
    return CloneJobState.STARTING, reason


def _running_since(pods: Iterable[Any]) -> datetime | None:
    starts = [
        container.state.running.started_at
        for pod in pods
        if pod.status.phase == "Running"
        for container in pod.status.container_statuses or []
        if container.state and container.state.running and container.state.running.started_at
    ]
    return max(starts, default=None)


def _wait(pod: Any) -> tuple[str, str] | None:
    """Return what a pod that does not run waits for: its container first, then the scheduler."""
    for container in pod.status.container_statuses or []:
        waiting = container.state.waiting if container.state else None
        if waiting is not None and waiting.reason not in (
            None,
            "ContainerCreating",
            "PodInitializing",
        ):
            return waiting.reason, waiting.message or ""
    for condition in pod.status.conditions or []:
        if condition.type == "PodScheduled" and condition.status == "False":
            return condition.reason or "Unschedulable", condition.message or ""
    return None


def _sentence(reason: str | None, message: str | None) -> str:
    return ": ".join(part for part in (reason, message) if part)
