"""Supervises the Procfile as `make demo` does: `python -m tests.chaos.supervise LOG`.

A process that ends is started again within two seconds, as often as it takes. `LOG` with the suffix
`.ends` has a line for each end.
"""

import os
import signal
import sys
import threading
from pathlib import Path

from app.local import supervisor

ROOT = Path(__file__).parents[2]


def main() -> None:
    """Run until SIGTERM."""
    supervisor.LONGEST_WAIT = 2
    supervisor.WEB_ATTEMPTS = 1_000_000
    log = Path(sys.argv[1])
    with log.with_suffix(".ends").open("a", buffering=1) as ends:

        def say(text: str) -> None:
            ends.write(" ".join(text.splitlines()) + "\n")

        _run(supervisor.Supervisor(ROOT / "Procfile", log, dict(os.environ), say, set, False))


def _run(runs: supervisor.Supervisor) -> None:
    stopped = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stopped.set())
    runs.start()
    while not stopped.wait(0.1):
        runs.check()
    runs.stop()


if __name__ == "__main__":
    main()
