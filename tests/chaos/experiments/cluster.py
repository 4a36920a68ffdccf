"""Clones are made in Kubernetes Jobs, and the API, the Jobs' pods and their node fail."""

import time
from typing import Any

from jobs.kubernetes.job_queues import JobQueues
from jobs.kubernetes.reconciler import AWAY
from tests.acceptance.client import Prospect
from tests.chaos.experiments.model import Experiment, Trial, register
from tests.chaos.second_system import SecondSystem, second_system
from tests.chaos.stack import eventually
from tests.chaos.visitors import MODELS
from tests.conftest import scratch_directory
from tests.fixtures.kube import Cluster
from tests.fixtures.kube.namespace import (
    JOBS_REFUSED,
    install,
    kube_with_our_image,
    settings_of,
)
from tests.integration.kubernetes.steps import end_of, jobs_of

FAILURES: dict[str, dict[str, Any]] = {
    **JOBS_REFUSED,
    "no API": {"what": "refuse"},
    "an API that hangs": {"what": "hang"},
    "no room": {"what": "unschedulable"},
    "a slow node": {"what": "slow-start", "seconds": 2},
    "no image": {"what": "pull"},
    "no configuration": {"what": "waiting", "reason": "CreateContainerConfigError"},
    "a pod evicted": {"what": "evict"},
    "a pod out of memory": {"what": "oom"},
    "a node lost": {"what": "node-death", "unnoticed": 300},
    "a node lost before a clone": {"what": "node-death", "unnoticed": 300, "after": 0.0},
}
UNCOUNTED = ("refuse", "quota")
"""Failures of which the double does not count how often they happened."""

WHEN_RUNNING = ("evict", "oom", "node-death")
LONGEST_RUN = 1.5
"""Pods are killed at a moment of their first seconds: before they begin, in a clone, after it."""

START_SECONDS = "5"
LONGEST_WAIT = 120
LEFT_SECONDS = 120
SETTINGS = {
    "CLONE_JOB_START_SECONDS": START_SECONDS,
    "DEMO_CLEANUP_SECONDS": "2",
    "DEMO_POOL_MAX": "0",
    "DEMO_POOL_SIZE": "0",
}


def let_the_cluster_fail(trial: Trial) -> None:
    """Let each thing fail once, in any order, while one bakery of each model is asked for."""
    with (
        kube_with_our_image() as cluster,
        scratch_directory("second-") as home,
        second_system(home, **SETTINGS, **settings_of(cluster)) as system,
    ):
        install(cluster, system.environment)
        with system.web() as url, system.jobs():
            visits = [
                prospect
                for name in trial.random.sample(sorted(FAILURES), len(FAILURES))
                for prospect in _ask_meanwhile(trial, system, cluster, url, name)
            ]
            for prospect in visits:
                prospect.post("/api/demo/session/destroy")
            system.demo("reconcile")  # as the schedule does every five minutes
            _see_that_nothing_is_left(trial, system, cluster)


def _ask_meanwhile(
    trial: Trial, system: SecondSystem, cluster: Cluster, url: str, name: str
) -> list[Prospect]:
    """Ask for a bakery of each model while something fails; sell in each."""
    failure = dict(FAILURES[name])
    if failure["what"] in WHEN_RUNNING:
        failure.setdefault("after", trial.random.uniform(0, LONGEST_RUN))
    wrong = trial.history.wrong
    with cluster.fail(**failure) as failing:
        asked = [Prospect(url, timeout=120).open(model, wait=False) for model in MODELS]
        deadline = time.monotonic() + LONGEST_WAIT
        for prospect in asked:
            try:
                prospect.wait_until_active(deadline - time.monotonic())
            except AssertionError as error:
                wrong.append(f"{name}: {error}"[:300])
                continue
            sale = prospect.sell()
            if sale.status != 201:
                wrong.append(f"{name}: a sale got {sale.status}")
        if failing.hits or failure["what"] in UNCOUNTED:
            trial.done += 1
    if failure["what"] in WHEN_RUNNING:
        trial.killed["pod"] += failing.hits
    with system.redis() as client:
        client.delete(AWAY)  # the next failure is to be met, and not waited out
    return asked


def _see_that_nothing_is_left(trial: Trial, system: SecondSystem, cluster: Cluster) -> None:
    """See that no schema, row, queue or Job is left once jobs have settled."""

    def left() -> list[str]:
        with system.redis() as client:
            queues = [f"queue {name} is left" for name in JobQueues(client).names()]
        return system.strays() + queues + _jobs_that_go_on(cluster)

    if not eventually(lambda: not left(), LEFT_SECONDS):
        trial.history.wrong += [f"clones in Kubernetes: {each}" for each in left()]


def _jobs_that_go_on(cluster: Cluster) -> list[str]:
    return [f"Job {job['metadata']['name']} goes on" for job in jobs_of(cluster) if not end_of(job)]


EXPERIMENTS = register(
    Experiment(
        "clones in Kubernetes",
        "Kubernetes",
        "On servers of its own, with a strict double of the API whose node runs our pods for real:"
        f" {len(FAILURES)} failures, one after another: Jobs refused in"
        f" {len(JOBS_REFUSED)} ways, no API or one that hangs, no room, no image, no"
        " configuration, a slow node, pods evicted, out of memory, or lost with their node at a"
        " moment of their first seconds.",
        "Everyone who asks meanwhile gets their bakery, by another pod or by a worker, and no"
        " schema, queue or Job is left.",
        let_the_cluster_fail,
        frozenset({"503"}),  # of resets: it takes the machine from the system that visitors use
    ),
)
