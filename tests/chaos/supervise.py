"""Supervises the Procfile as `make demo` does: `python -m tests.chaos.supervise LOG`.

A process that ends is started again within two seconds, as often as it takes.
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
    stopped = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stopped.set())
    runs = supervisor.Supervisor(
        ROOT / "Procfile", Path(sys.argv[1]), dict(os.environ), lambda _: None, set, echo=False
    )
    runs.start()
    while not stopped.wait(0.1):
        runs.check()
    runs.stop()


if __name__ == "__main__":
    main()
