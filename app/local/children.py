"""Child processes that do not outlive us, and those that an earlier run left behind."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

import psutil

from app.local import LocalStackError

CheckStop = Callable[[], object]
"""Called while something is waited for; raises where the wait has to end."""

LOG_LINES_SHOWN = 20
PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36
LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None


def die_with_parent(number: signal.Signals) -> Callable[[], None]:
    """Return a `preexec_fn` that has the kernel signal the child when its parent thread ends.

    Only Linux can do this; elsewhere the next start finds and stops what was left behind.
    """
    parent = os.getpid()

    def ask_the_kernel() -> None:
        if LIBC is not None:
            LIBC.prctl(PR_SET_PDEATHSIG, int(number), 0, 0, 0)
            if os.getppid() != parent:  # the parent ended before the kernel was asked
                os.kill(os.getpid(), signal.SIGKILL)

    return ask_the_kernel


def start(
    command: Sequence[str],
    environment: Mapping[str, str],
    on_parent_death: signal.Signals,
    **options: Any,
) -> subprocess.Popen[bytes]:
    """Start a program in a session of its own: Ctrl-C on our terminal does not reach it."""
    return subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        env=dict(environment),
        start_new_session=True,
        preexec_fn=die_with_parent(on_parent_death),
        **options,
    )


def run_to_end(
    command: Sequence[str], environment: Mapping[str, str], check_stop: CheckStop, **options: Any
) -> tuple[int, str]:
    """Run a program and return its code and what it wrote to stderr; kill it when asked to stop."""
    with TemporaryFile() as complaints:
        process = start(command, environment, signal.SIGKILL, stderr=complaints, **options)
        try:
            while process.poll() is None:
                check_stop()
                time.sleep(0.02)
        finally:
            kill_group(process)
        complaints.seek(0)
        return process.returncode, complaints.read().decode(errors="replace").strip()


def kill_group(process: subprocess.Popen[bytes]) -> None:
    """Kill a child and what is left of its process group."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def stop(
    processes: Sequence[psutil.Process], signals: Sequence[signal.Signals], patience: float = 30
) -> None:
    """Send the signals in turn, each with some seconds to work, until all have ended."""
    for number in signals:
        for process in processes:
            with suppress(psutil.NoSuchProcess):
                process.send_signal(number)
        _, processes = psutil.wait_procs(processes, patience)
        if not processes:
            return
    raise LocalStackError(f"Process {processes[0].pid} does not stop.")


def find_servers(name: str, data: Path) -> list[psutil.Process]:
    """Return the processes of an earlier run that work in a data directory, backends included."""
    wanted = {"name": name, "cwd": str(data.resolve())}
    return [process for process in psutil.process_iter(list(wanted)) if process.info == wanted]


def adopt_orphans() -> None:
    """Have the kernel make us the parent of every descendant whose own parent ends."""
    if LIBC is not None:
        LIBC.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def kill_orphans(keep: set[int]) -> None:
    """Kill our children except those to keep; only on Linux do orphans become our children."""
    for process in psutil.Process().children():
        if process.pid not in keep:
            process.kill()
            process.wait()


def describe_exit(code: int) -> str:
    """Return how a process ended, from its return code as `subprocess` gives it."""
    return f"with code {code}" if code >= 0 else f"killed by {signal.Signals(-code).name}"


def with_lines(message: str, title: str, lines: Iterable[str]) -> str:
    """Return a message, followed by a title and lines of a log where there are any."""
    indented = [f"  {line}" for line in lines]
    return "\n".join([message, title, *indented]) if indented else message
