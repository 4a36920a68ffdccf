"""The names of the tasks that a job may be of."""

TASKS = frozenset(
    {
        "jobs.tasks.clone",
        "jobs.tasks.drop",
        "jobs.tasks.reconcile_clone_jobs",
        "jobs.tasks.poll_clone_jobs",
        "jobs.tasks.refill",
        "jobs.tasks.reset",
        "jobs.tasks.cleanup",
        "jobs.tasks.reconcile",
        "jobs.tasks.refresh",
        "jobs.tasks.catch_up",
        "jobs.tasks.daily",
        "jobs.tasks.events",
        "jobs.tasks.purge",
        "jobs.tasks.deliver",
        "jobs.tasks.work_on_scenario",
    }
)
"""The functions that a job may name."""

FORMER_TASKS = {
    "jobs.tasks.launch": "jobs.tasks.reconcile_clone_jobs",
    "jobs.tasks.watch_launches": "jobs.tasks.poll_clone_jobs",
}
"""Names of earlier releases, whose jobs may still be queued during an upgrade."""
