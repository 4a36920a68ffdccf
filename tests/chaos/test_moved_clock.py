"""A process whose clock is moved sees it, its forks do, and what waits is not moved."""

import os
import subprocess
import sys

from tests.chaos.week.moved_clock import MovedClock
from tests.fixtures.live import ROOT

DAY = 86_400
SCRIPT = """
import os, sys, time
from datetime import datetime, UTC

before, monotonic = time.time(), time.monotonic()
open(sys.argv[1], "w").write("+172800\\n")
while time.time() - before < 86_000 and time.monotonic() - monotonic < 10:
    time.sleep(0.05)
print(round((time.time() - before) / 86_400), round((time.monotonic() - monotonic) / 10))
if os.fork() == 0:
    open(sys.argv[1], "w").write("+259200\\n")
    while time.time() - before < 2 * 86_000 and time.monotonic() - monotonic < 20:
        time.sleep(0.05)
    print(round((datetime.now(UTC).timestamp() - before) / 86_400), flush=True)
    os._exit(0)
os.wait()
"""


def test_a_process_and_its_forks_follow(tmp_path):
    clock = MovedClock(tmp_path / "clock")
    clock.move(DAY)
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(clock.file)],
        cwd=ROOT, env=os.environ | clock.environment(), capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout.split() == ["1", "0", "2"]


def test_a_process_begins_at_the_time_of_the_file(tmp_path):
    clock = MovedClock(tmp_path / "clock")
    clock.move(DAY)
    done = subprocess.run(
        [sys.executable, "-c", "import time; print(time.time())"],
        env=os.environ | clock.environment(), capture_output=True, text=True, check=True,
    )  # fmt: skip
    now = subprocess.run(
        [sys.executable, "-c", "import time; print(time.time())"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert abs(float(done.stdout) - float(now.stdout) - DAY) < 60
