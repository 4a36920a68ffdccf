"""Child processes that do not outlive us, and those that an earlier run left behind."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from app.local.account import Account
from app.local.errors import ServerFailed

_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36
_LIBC = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def die_with_parent(number: signal.Signals) -> Callable[[], None] | None:
    """A `preexec_fn` that has the kernel signal the child when the thread that started it ends.

    Only Linux can do this; elsewhere the next start finds and stops what was left behind.
    """
    libc = _LIBC
    if libc is None:
        return None
    parent = os.getpid()

    def ask_the_kernel() -> None:
        libc.prctl(_PR_SET_PDEATHSIG, int(number), 0, 0, 0)
        if os.getppid() != parent:  # the parent ended before the kernel was asked
            os.kill(os.getpid(), signal.SIGKILL)

    return ask_the_kernel


def start_server(
    command: list[str],
    *,
    log: Path,
    environment: Mapping[str, str],
    on_parent_death: signal.Signals,
    account: Account | None = None,
    cwd: Path | None = None,
) -> subprocess.Popen[bytes]:
    """Start a server in a session of its own, so that Ctrl-C on our terminal does not reach it."""
    with log.open("ab") as output:
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=dict(environment),
            cwd=cwd or "/",
            start_new_session=True,
            umask=0o077,
            preexec_fn=die_with_parent(on_parent_death),
            **(account.popen if account else {}),
        )


def stop_server(
    process: subprocess.Popen[bytes],
    log: Path,
    signals: tuple[signal.Signals, ...],
    patience: float = 30,
) -> None:
    """Send the signals one after the other, each with some seconds to work, until it has ended.

    Raises:
        ServerFailed: the process is still there after the last one.
    """
    for number in signals:
        if process.poll() is not None:
            return
        process.send_signal(number)
        try:
            process.wait(patience)
        except subprocess.TimeoutExpired:
            continue
        return
    raise ServerFailed.with_log(f"Process {process.pid} does not stop.", log)


def stop_leftover(
    pid_file: Path, argument: str, signals: tuple[signal.Signals, ...], patience: float = 30
) -> None:
    """Stop the server that an earlier run left behind, if it still runs.

    Its process id comes from the file it wrote. The number may belong to a stranger by now: the
    process is ours only when `argument` is one of its command line's.

    Raises:
        ServerFailed: it does not stop.
    """
    pid = _read_pid(pid_file)
    if pid is None:
        return
    for number in signals:
        if argument not in _arguments_of(pid):
            return
        os.kill(pid, number)
        deadline = time.monotonic() + patience
        while time.monotonic() < deadline and argument in _arguments_of(pid):
            time.sleep(0.05)
    if argument in _arguments_of(pid):
        raise ServerFailed(f"Process {pid}, left behind by an earlier run, does not stop.")


def _read_pid(pid_file: Path) -> int | None:
    try:
        first, *_ = pid_file.read_text().splitlines()
        return int(first)
    except (FileNotFoundError, ValueError):
        return None


def _arguments_of(pid: int) -> list[str]:
    """The command line of a process, empty when there is none or it is a zombie."""
    if sys.platform == "linux":
        try:
            return Path(f"/proc/{pid}/cmdline").read_text().split("\0")
        except (FileNotFoundError, ProcessLookupError):
            return []
    answer = subprocess.run(
        ["ps", "-ww", "-o", "args=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return answer.stdout.split()


def adopt_orphans() -> None:
    """Have the kernel make us the parent of every descendant whose own parent ends."""
    if _LIBC is not None:
        _LIBC.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def kill_orphans(keep: set[int]) -> None:
    """Kill our children except those to keep; only on Linux, where orphans become our children."""
    for pid in _children() - keep:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)


def _children() -> set[int]:
    found = set()
    for file in Path("/proc").glob("[0-9]*/stat"):
        try:
            _, _, after_name = file.read_text().rpartition(")")
        except (FileNotFoundError, ProcessLookupError):
            continue
        if int(after_name.split()[1]) == os.getpid():
            found.add(int(file.parent.name))
    return found
