"""A file that the main loop of a process touches: its age says whether the process hangs.

`bin/role alive` looks at it without starting Python, for a probe of Kubernetes. A Redis or Postgres
that is away does not stop the loop, and so is no reason to restart the process.
"""

from pathlib import Path


class Heartbeat:
    """The file, where one is named; without a name there is none."""

    def __init__(self, name: str) -> None:
        self._file = Path(name) if name else None

    def beat(self) -> None:
        """Touch the file."""
        if self._file is not None:
            self._file.touch()
