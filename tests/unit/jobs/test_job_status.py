"""What is read from a Kubernetes Job and its pods, as the API's client gives them."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from kubernetes.client import (
    V1ContainerState,
    V1ContainerStateRunning,
    V1ContainerStateWaiting,
    V1ContainerStatus,
    V1Job,
    V1JobCondition,
    V1JobStatus,
    V1ObjectMeta,
    V1OwnerReference,
    V1Pod,
    V1PodCondition,
    V1PodStatus,
)

from jobs.kubernetes.job_status import HOPELESS, CloneJobState, CloneJobStatus, read_clone_jobs
from jobs.kubernetes.manifest import QUEUE, TENANTS

NOW = datetime(2026, 3, 28, 10, tzinfo=UTC)
TENANT, OTHER = uuid4(), uuid4()
NAME = f"demo-clone-{TENANT}"
NOTES = {QUEUE: f"clone-{TENANT}", TENANTS: f"{TENANT},{OTHER}"}
START_SECONDS = 60
STARTING, RUNNING, DONE, FAILED, STUCK = CloneJobState


def metadata(age, *, going=False, **values):
    return V1ObjectMeta(
        creation_timestamp=NOW - timedelta(seconds=age),
        deletion_timestamp=NOW if going else None,
        **values,
    )


def job(*conditions, age=0, notes=NOTES, going=False):
    """A Job with conditions, each (type, status, reason, message)."""
    found = [
        V1JobCondition(type=kind, status=status, reason=reason, message=message)
        for kind, status, reason, message in conditions
    ]
    about = metadata(age, going=going, name=NAME, uid="this one", annotations=notes)
    return V1Job(metadata=about, status=V1JobStatus(conditions=found or None))


def pod(phase, *containers, conditions=None, age=0, owner="this one", going=False):
    """A pod of the Job with the states of its containers and its conditions."""
    statuses = [
        V1ContainerStatus(
            name="clone", image="a", image_id="", ready=False, restart_count=0, state=state
        )
        for state in containers
    ]
    owners = [
        V1OwnerReference(api_version="batch/v1", kind="Job", name=NAME, uid=uid)
        for uid in filter(None, [owner])
    ]
    about = metadata(age, going=going, owner_references=owners or None)
    status = V1PodStatus(phase=phase, container_statuses=statuses or None, conditions=conditions)
    return V1Pod(metadata=about, status=status)


def waiting(reason, message=None):
    return V1ContainerState(waiting=V1ContainerStateWaiting(reason=reason, message=message))


def condition(kind, status, reason=None, message=None):
    return V1PodCondition(type=kind, status=status, reason=reason, message=message)


STARTED = V1ContainerState(running=V1ContainerStateRunning(started_at=NOW))
CREATING = waiting("ContainerCreating")
PULL_FAILED = waiting("ErrImagePull")
NO_ROOM = condition("PodScheduled", "False", "Unschedulable", "0/3 nodes")


def read(found, *pods):
    """The state of one Job, and the reason."""
    (status,) = read_clone_jobs([found], pods, START_SECONDS, NOW)
    assert (status.name, status.queue, status.tenants) == (NAME, NOTES[QUEUE], (TENANT, OTHER))
    return status.state, status.reason


@pytest.mark.parametrize(
    "reason",
    [
        "ImagePullBackOff", "InvalidImageName", "ErrImageNeverPull", "CreateContainerConfigError",
        "CreateContainerError", "RunContainerError",
    ],
)  # fmt: skip
@pytest.mark.parametrize("phase", ["Pending", None])
def test_a_container_that_will_never_start_is_stuck_at_once(reason, phase):
    assert read(job(), pod(phase, waiting(reason, "of this"))) == (STUCK, f"{reason}: of this")


def test_there_are_no_more_reasons_than_those_tried_above():
    assert len(HOPELESS) == 6


@pytest.mark.parametrize("reason", ["ErrImagePull", "CrashLoopBackOff"])
def test_a_wait_that_may_end_is_reported_and_waited_for(reason):
    assert read(job(), pod("Pending", waiting(reason))) == (STARTING, reason)


@pytest.mark.parametrize(
    "state", [CREATING, waiting("PodInitializing"), waiting(None), None, STARTED]
)
def test_a_container_that_is_being_made_waits_for_nothing(state):
    assert read(job(), pod("Pending", state)) == (STARTING, "")


CONDITIONS = {
    "Complete": (DONE, ""),
    "SuccessCriteriaMet": (DONE, ""),
    "Failed": (FAILED, "DeadlineExceeded: too long"),
    "FailureTarget": (FAILED, "DeadlineExceeded: too long"),
    "Suspended": (RUNNING, ""),
}


@pytest.mark.parametrize("kind", CONDITIONS)
def test_a_condition_ends_a_job_whatever_its_pods_do(kind):
    found = job((kind, "True", "DeadlineExceeded", "too long"))
    assert read(found, pod("Running", STARTED)) == CONDITIONS[kind]


@pytest.mark.parametrize("kind", CONDITIONS)
@pytest.mark.parametrize("value", ["False", "Unknown"])
def test_a_condition_that_does_not_hold_says_nothing(kind, value):
    found = job((kind, value, "DeadlineExceeded", "too long"))
    assert read(found, pod("Running", STARTED)) == (RUNNING, "")


@pytest.mark.parametrize(
    ("reason", "message", "sentence"),
    [("Why", "how", "Why: how"), ("Why", None, "Why"), (None, "how", "how"), (None, None, "")],
)
def test_a_failure_is_reported_with_the_available_reason(reason, message, sentence):
    assert read(job(("Failed", "True", reason, message))) == (FAILED, sentence)


def test_a_pod_that_runs_outweighs_one_that_cannot_start():
    stuck, runs = pod("Pending", waiting("ImagePullBackOff")), pod("Running", STARTED)
    assert read(job(), stuck, runs) == (RUNNING, "")


def test_a_pod_that_runs_may_run_as_long_as_its_job_lets_it():
    assert read(job(age=300), pod("Running", STARTED, age=299)) == (RUNNING, "")


def test_a_job_says_since_when_its_newest_pod_runs():
    earlier = V1ContainerState(
        running=V1ContainerStateRunning(started_at=NOW - timedelta(seconds=9))
    )
    pods = [pod("Running", earlier), pod("Running", STARTED), pod("Failed", STARTED)]
    (found,) = read_clone_jobs([job()], pods, START_SECONDS, NOW)
    assert found.running_since == NOW


@pytest.mark.parametrize("found", [pod("Pending", STARTED), pod("Running"), pod("Running", None)])
def test_a_pod_that_does_not_run_yet_runs_since_no_time(found):
    (read_status,) = read_clone_jobs([job()], [found], START_SECONDS, NOW)
    assert read_status.running_since is None


def test_a_job_that_is_over_runs_no_more():
    ended = job(("Complete", "True", None, None))
    (found,) = read_clone_jobs([ended], [pod("Running", STARTED)], START_SECONDS, NOW)
    assert found.running_since is None


@pytest.mark.parametrize("phase", ["Failed", "Succeeded", "Unknown"])
def test_a_pod_that_has_ended_waits_for_nothing(phase):
    assert read(job(), pod(phase, waiting("ImagePullBackOff"))) == (STARTING, "")


def test_the_first_waiting_pod_is_reported():
    pods = [pod("Pending", CREATING), pod("Pending", PULL_FAILED)]
    assert read(job(), *pods) == (STARTING, "ErrImagePull")


def test_the_first_waiting_container_is_reported():
    found = pod("Pending", None, STARTED, CREATING, waiting("RunContainerError"))
    assert read(job(), found) == (STUCK, "RunContainerError")


SCHEDULING = [
    ([NO_ROOM], "Unschedulable: 0/3 nodes"),
    ([condition("PodScheduled", "False", "SchedulerError")], "SchedulerError"),
    ([condition("PodScheduled", "False")], "Unschedulable"),
    ([condition("PodScheduled", "True", "Some")], ""),
    ([condition("Ready", "False", "Some")], ""),
    ([condition("Ready", "False", "Some"), NO_ROOM], "Unschedulable: 0/3 nodes"),
    (None, ""),
]


@pytest.mark.parametrize(("conditions", "reason"), SCHEDULING)
def test_a_pod_without_a_node_says_what_the_scheduler_says(conditions, reason):
    assert read(job(), pod("Pending", conditions=conditions)) == (STARTING, reason)


def test_a_container_is_asked_before_the_scheduler():
    found = pod("Pending", PULL_FAILED, conditions=[NO_ROOM])
    assert read(job(), found) == (STARTING, "ErrImagePull")


@pytest.mark.parametrize("state", [CREATING, waiting("PodInitializing"), waiting(None), STARTED])
def test_the_scheduler_is_asked_when_no_container_waits_for_something(state):
    found = pod("Pending", state, conditions=[NO_ROOM])
    assert read(job(), found) == (STARTING, "Unschedulable: 0/3 nodes")


def test_a_job_without_a_pod_says_so():
    assert read(job()) == (STARTING, "no pod was made for it")


PATIENCE = {
    "no pod": ([], "no pod was made for it"),
    "no room": ([pod("Pending", conditions=[NO_ROOM], age=61)], "Unschedulable: 0/3 nodes"),
    "a slow pull": ([pod("Pending", PULL_FAILED, age=61)], "ErrImagePull"),
    "a slow start": ([pod("Pending", CREATING, age=61)], "Pending"),
    "a failed pod and no next one": ([pod("Failed", age=61)], "Pending"),
}


@pytest.mark.parametrize("case", PATIENCE)
def test_a_job_that_has_not_started_in_time_is_stuck(case):
    pods, reason = PATIENCE[case]
    assert read(job(age=61), *pods) == (STUCK, f"no pod runs after 60 s: {reason}")


def test_a_job_may_take_all_of_its_time_to_start():
    assert read(job(age=60))[0] is STARTING


def test_the_time_counts_from_the_last_pod():
    first, second = pod("Failed", age=299), pod("Pending", age=1)
    assert read(job(age=300), first, second) == (STARTING, "")


def test_without_a_moment_the_time_is_now():
    found = job()
    found.metadata.creation_timestamp = datetime.now(UTC)
    (fresh,) = read_clone_jobs([found], [], START_SECONDS)
    (old,) = read_clone_jobs([job()], [], START_SECONDS)
    assert (fresh.state, old.state) == (STARTING, STUCK)


STRANGERS = {
    "of an earlier Job of the name": pod("Pending", waiting("RunContainerError"), owner="another"),
    "of no Job": pod("Pending", waiting("RunContainerError"), owner=None),
    "that is being deleted": pod("Running", STARTED, going=True),
}


@pytest.mark.parametrize("case", STRANGERS)
def test_a_pod_does_not_count(case):
    assert read(job(), STRANGERS[case]) == (STARTING, "no pod was made for it")


OTHERS = {
    "being deleted": job(going=True),
    "without annotations": job(notes=None),
    "without a queue": job(notes={TENANTS: str(TENANT)}),
    "with tenants that are none": job(notes={**NOTES, TENANTS: f"{TENANT},?"}),
}


@pytest.mark.parametrize("case", OTHERS)
def test_a_job_that_is_not_ours_is_left_out(case):
    found = read_clone_jobs([OTHERS[case], job()], [], START_SECONDS, NOW)
    assert [status.tenants for status in found] == [(TENANT, OTHER)]


def test_a_job_may_name_no_tenant():
    (found,) = read_clone_jobs([job(notes={QUEUE: "clone-a"})], [], START_SECONDS, NOW)
    assert (found.queue, found.tenants) == ("clone-a", ())


@pytest.mark.parametrize(
    ("state", "over"),
    [(STARTING, False), (RUNNING, False), (DONE, True), (FAILED, True), (STUCK, True)],
)
def test_a_job_is_over_when_nothing_more_will_come_of_it(state, over):
    assert CloneJobStatus("job", "clone-a", (), state).is_over is over


def test_a_condition_that_does_not_hold_hides_none_after_it():
    found = job(("Failed", "False", None, None), ("Complete", "True", None, None))
    assert read(found) == (DONE, "")
