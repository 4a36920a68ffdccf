"""Roles as the first process of a PID namespace, as a container runs them."""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.waiting import wait_until

ROOT = Path(__file__).parents[3]
UNSHARE = ("unshare", "--pid", "--fork", "--kill-child", "--mount-proc")


def ensure_namespaces() -> None:
    """Skip the test where this account may not make a PID namespace."""
    if not shutil.which("unshare") or subprocess.run([*UNSHARE, "true"], check=False).returncode:
        pytest.skip("a PID namespace cannot be made here: it takes root and util-linux")


@dataclass
class Container:
    """A role that runs as process 1 of its namespace, and what it has logged."""

    role: str
    process: subprocess.Popen[bytes]
    log: Path

    def first(self) -> int:
        """The process that is number 1 within, as it is known outside."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        wait_until(lambda: children.read_text().split(), f"{self.role} was not started")
        return int(children.read_text().split()[0])

    def stop(self, grace: float) -> tuple[int, float]:
        """Send SIGTERM. Returns the exit code and the seconds until the end."""
        asked = time.monotonic()
        if self.process.poll() is None:
            os.kill(self.first(), signal.SIGTERM)
        return self.process.wait(grace), time.monotonic() - asked

    def said(self) -> str:
        """What it has logged so far."""
        return self.log.read_text(encoding="utf-8", errors="replace")


@contextmanager
def contained(role: Sequence[str], home: Path, **settings: str) -> Iterator[Container]:
    """A role in a namespace of its own; everything in it ends with the block."""
    log = home / f"{role[0]}.log"
    with log.open("wb") as errors:
        process = subprocess.Popen(
            [*UNSHARE, str(ROOT / "bin" / "role"), *role],
            cwd="/", env={**os.environ, **settings}, stdout=errors, stderr=errors,
        )  # fmt: skip
    try:
        yield Container(role[0], process, log)
    finally:
        process.kill()
        process.wait()
