"""Processes, connections, locks, memory, descriptors and logs are back within bounds."""

from contextlib import suppress

import psutil

from tests.chaos.checkers.model import Checker, Scene

MOST_MEMORY = 600 << 20
MOST_DESCRIPTORS = 400
WANTED = {"web master": 1, "web process": 2, "worker master": 1, "worker": 2, "scheduler": 1}
STUCK = """
SELECT format('%s waits for a lock: %s', application_name, left(query, 80))
  FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()
UNION ALL
SELECT format('%s is idle in a transaction', application_name) FROM pg_stat_activity
 WHERE state LIKE 'idle in transaction%' AND datname = current_database()
   AND now() - state_change > interval '20 seconds'
UNION ALL
SELECT format('prepared transaction %s', gid) FROM pg_prepared_xacts
UNION ALL
SELECT format('%s connections', count(*)) FROM pg_stat_activity
 WHERE datname = current_database() HAVING count(*) > 80
UNION ALL
SELECT format('advisory lock of %s', application_name)
  FROM pg_locks JOIN pg_stat_activity AS a USING (pid)
 WHERE locktype = 'advisory' AND a.state = 'idle' AND now() - a.state_change > interval '20 seconds'
"""


def nothing_is_stuck(scene: Scene) -> list[str]:
    """Look for locks, transactions and connections that are left."""
    with scene.stack.database() as database:
        return [str(row[0]) for row in database.execute(STUCK)]


def processes_run(scene: Scene) -> list[str]:
    """Count the processes, and look at their memory and descriptors."""
    found = []
    for role, processes in scene.stack.processes().items():
        if len(processes) != WANTED[role]:
            found.append(f"{len(processes)} processes are {role}, {WANTED[role]} should be")
        for process in processes:
            with suppress(psutil.NoSuchProcess):
                if process.status() == psutil.STATUS_STOPPED:
                    found.append(f"a {role} is stopped")
                if (size := process.memory_info().rss) > MOST_MEMORY:
                    found.append(f"a {role} takes {size >> 20} MB")
                if (count := process.num_fds()) > MOST_DESCRIPTORS:
                    found.append(f"a {role} has {count} descriptors")
    return found


def is_usable(scene: Scene) -> list[str]:
    """Ask as a load balancer does."""
    return [] if scene.stack.is_ready() else ["/ready does not say that a visit would work"]


def none_ended(scene: Scene) -> list[str]:
    """Return the processes that ended by themselves."""
    return list(scene.history.ends)


CHECKERS = (
    Checker("usable", "Visits work again, and jobs are done.", is_usable),
    Checker("ends", "No process ends but those that are killed.", none_ended, settles=False),
    Checker("stuck", "No lock, transaction or connection is left behind.", nothing_is_stuck),
    Checker("processes", "Every process runs, within its bounds of memory.", processes_run),
)
