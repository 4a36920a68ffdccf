"""What processes import as they start: how soon they are back, and what they take."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
HEAVY = {"apiflask", "flask", "jobs.services", "psycopg", "sqlalchemy"}
MASTER = """
import sys, threading
from app.http.web_worker import WebWorker
WebWorker.check_config(None, None)
print(threading.active_count(), *sys.modules)
"""


def printed(program: str) -> list[str]:
    """Return the words that a program prints in a process of its own."""
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return done.stdout.split()


def test_the_scheduler_imports_nothing_that_only_its_tasks_need():
    assert set(printed("import sys, jobs.scheduler; print(*sys.modules)")) & HEAVY == set()


def test_the_web_servers_master_imports_for_its_processes_and_has_one_thread_to_fork():
    threads, *imported = printed(MASTER)
    assert set(imported) >= {"app.control.sessions.routes", "app.http.health", "app.ops.routes"}
    assert threads == "1"
