"""A web server that is stopped while its processes load the application ends without delay.

Its graceful timeout is longer than the tests wait: they fail if a process does not take the stop.
"""

import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from tests.fixtures.live import free_port
from tests.support.waiting import wait_until

ROOT = Path(__file__).parents[3]
GRACEFUL_SECONDS, WAIT_SECONDS = 1000, 150

LOADS_FOR_EVER = """
import os, threading
os.write(2, b"loading the application\\n")
threading.Event().wait()
"""

STOPPED_BEFORE_ITS_HANDLERS = """
import os, signal, time
def post_fork(server, worker):
    os.kill(os.getppid(), signal.SIGTERM)
    while signal.SIGTERM not in signal.sigpending() and server.SIG_QUEUE.empty():
        time.sleep(0.01)
    os.write(2, b"asked to stop")
"""
"""gunicorn has asked the process to end when this goes on: it was held back, or it is lost."""


@pytest.mark.timeout(400)
@pytest.mark.parametrize(
    ("config", "sign"),
    [("", "loading the application"), (STOPPED_BEFORE_ITS_HANDLERS, "asked to stop")],
    ids=["while it imports", "before it has handlers"],
)
def test_a_stop_while_the_application_is_loaded_is_taken_at_once(tmp_path, config, sign):
    (tmp_path / "endless.py").write_text(LOADS_FOR_EVER)
    (tmp_path / "config.py").write_text(config)
    command = [
        sys.executable, "-m", "gunicorn", "--bind", f"127.0.0.1:{free_port()}",
        "--worker-class", "app.http.web_worker.WebWorker", "--workers", "1",
        "--graceful-timeout", str(GRACEFUL_SECONDS), "--no-control-socket",
        "--pythonpath", str(tmp_path), "--config", str(tmp_path / "config.py"),
        "endless:application",
    ]  # fmt: skip
    log = tmp_path / "log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, cwd=ROOT, stdout=output, stderr=output, start_new_session=True
        )
    try:
        wait_until(lambda: sign in log.read_text(), sign, WAIT_SECONDS)
        process.send_signal(signal.SIGTERM)
        assert process.wait(WAIT_SECONDS) == 0, log.read_text()
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    said = log.read_text()
    assert "SIGKILL" not in said, said
    assert "Traceback" not in said, said
