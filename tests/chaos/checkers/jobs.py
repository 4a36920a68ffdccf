"""No job fails for good but where what it works with was broken."""

from tests.chaos.checkers.model import Checker, Scene
from tests.chaos.experiments.model import BREAKS_JOBS

FAILED = "rq:failed:"
"""Begins the keys of RQ's registries of failed jobs, one for each queue."""

JOB = "rq:job:"


def no_job_failed(scene: Scene) -> list[str]:
    """Return the jobs that failed since the last look, unless the experiment may fail them."""
    with scene.stack.redis() as client:
        failed = {
            job: key.removeprefix(FAILED)
            for key in client.scan_iter(match=f"{FAILED}*")
            for job in client.zrange(key, 0, -1)
        }
        new = failed.keys() - scene.history.failed_jobs
        told = [
            f"job {job} ({client.hget(JOB + job, 'description') or 'unknown'}) of {failed[job]}"
            " failed for good"
            for job in sorted(new)
        ]
    scene.history.failed_jobs |= new
    return [] if scene.history.during in BREAKS_JOBS else told


CHECKERS = (
    Checker(
        "jobs",
        "No job fails for good, but in experiments that kill processes or fail requests.",
        no_job_failed,
        settles=False,
    ),
)
