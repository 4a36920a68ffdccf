"""One file says how far ahead the clocks are; servers and processes follow it within a second."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from app.local.server import ENVIRONMENT
from tests.chaos.second_system import find_libfaketime

NAME = "MOVED_CLOCK"
"""The variable that names the file."""
SITE = Path(__file__).parent / "site"
FOLLOWED_SECONDS = 1.5
"""After so long all have seen a move; libfaketime looks once in a second."""


class MovedClock:
    """The file, for who moves the clocks."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.seconds = 0
        self._write()

    def move(self, seconds: int) -> None:
        """Move every clock ahead, and wait until all have seen it."""
        self.seconds += seconds
        self._write()
        time.sleep(FOLLOWED_SECONDS)

    def environment(self) -> dict[str, str]:
        """Return what lets a process of ours follow."""
        path = os.environ.get("PYTHONPATH", "")
        return {NAME: str(self.file), "PYTHONPATH": f"{SITE}{os.pathsep}{path}".rstrip(os.pathsep)}

    @contextmanager
    def for_servers(self) -> Iterator[None]:
        """Let Postgres and Valkey follow, where they are started meanwhile.

        Raises:
            FileNotFoundError: libfaketime is not on this machine.
        """
        library = find_libfaketime()
        if library is None:
            raise FileNotFoundError("libfaketime is not here: apt-get install faketime")
        added = {
            "LD_PRELOAD": str(library),
            "FAKETIME_TIMESTAMP_FILE": str(self.file),
            "FAKETIME_CACHE_DURATION": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }
        ENVIRONMENT.update(added)
        try:
            yield
        finally:
            for name in added:
                del ENVIRONMENT[name]

    def _write(self) -> None:
        new = self.file.with_suffix(".new")
        new.write_text(f"+{self.seconds}\n")
        new.chmod(0o644)  # the servers are another user's
        new.replace(self.file)
