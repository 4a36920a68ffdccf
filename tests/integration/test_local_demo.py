"""The demo's processes: started together, stopped together, whatever ends them."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import psutil
import pytest

from app.local.endpoint import free_port
from app.local.postgres_install import embedded_bindir
from tests.conftest import scratch_directory

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / "tests" / "fixtures" / "local" / "demo.py"
ENVIRONMENT = {
    name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL")
} | {"PYTHONPATH": str(ROOT)}


@pytest.fixture
def home() -> Iterator[Path]:
    with scratch_directory("demo-") as path:
        yield path / "state"


def start(home: Path, port: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, str(SCRIPT), str(home), str(port)],
        env=ENVIRONMENT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


@contextmanager
def running(home: Path, port: int) -> Iterator[tuple[subprocess.Popen[str], list[psutil.Process]]]:
    """A demo that said it is ready, and all processes below it."""
    with start(home, port) as demo:
        try:
            for line in demo.stdout:
                if "Stop" in line:  # the last row of the panel
                    break
            else:
                raise AssertionError("the demo ended before it was ready")
            yield demo, psutil.Process(demo.pid).children(recursive=True)
        finally:
            if demo.poll() is None:
                demo.kill()


def assert_all_end(processes: list[psutil.Process]) -> None:
    _, alive = psutil.wait_procs(processes, timeout=20)
    assert not alive


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_stops_all_of_it(home: Path, number: signal.Signals) -> None:
    with running(home, free_port()) as (demo, processes):
        names = {process.name() for process in processes}
        assert {"postgres", "valkey-server"} <= names
        demo.send_signal(number)
        rest, _ = demo.communicate(timeout=30)
        assert demo.returncode == 0, rest
        assert "Stopped." in rest
        assert not any(process.is_running() for process in processes)


def test_a_process_that_dies_takes_the_stack_along_and_its_last_words_are_shown(home: Path) -> None:
    port = free_port()
    with running(home, port) as (demo, processes):
        with pytest.raises((URLError, ConnectionError)), urlopen(f"http://127.0.0.1:{port}/fall"):
            raise ConnectionError
        rest, _ = demo.communicate(timeout=30)
        assert demo.returncode == 1
        assert "web ended by itself, with code 3" in rest
        assert "the oven is on fire" in rest
        assert not any(process.is_running() for process in processes)


def test_a_server_that_dies_takes_the_stack_along(home: Path) -> None:
    with running(home, free_port()) as (demo, processes):
        next(process for process in processes if process.name() == "valkey-server").kill()
        rest, _ = demo.communicate(timeout=30)
        assert demo.returncode == 1
        assert "Valkey ended by itself" in rest
        assert not any(process.is_running() for process in processes)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child of its parent's end")
def test_a_killed_demo_leaves_no_server_or_process_of_its_procfile(home: Path) -> None:
    with running(home, free_port()) as (demo, processes):
        # The worker's own child is a grandchild: nobody is left to end it, and it ends in time.
        deaf = [process for process in processes if "SIG_IGN" in " ".join(process.cmdline())]
        demo.kill()
        demo.wait()
        assert_all_end([process for process in processes if process not in deaf])
        for process in deaf:
            process.kill()


def test_a_second_demo_says_so_and_ends(home: Path) -> None:
    port = free_port()
    with running(home, port) as (demo, _):
        with start(home, free_port()) as second:
            said, _ = second.communicate(timeout=30)
        assert second.returncode == 1
        assert "is running already" in said
        assert f"http://127.0.0.1:{port}" in said
        demo.send_signal(signal.SIGINT)
        demo.wait(30)


def test_a_taken_port_is_said_before_anything_starts(home: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as stranger:
        port = stranger.getsockname()[1]
        with start(home, port) as demo:
            said, _ = demo.communicate(timeout=30)
    assert demo.returncode == 1
    assert f"Port {port} is taken by another program" in said
    assert not (home / "postgres").exists()


def test_a_signal_during_the_start_stops_what_was_started(home: Path) -> None:
    with start(home, free_port()) as demo:
        deadline = time.monotonic() + 30
        while not (home / "postgres.json").exists() and time.monotonic() < deadline:
            time.sleep(0.01)
        demo.send_signal(signal.SIGINT)
        said, _ = demo.communicate(timeout=30)
    assert demo.returncode == 0, said
    ours = str(embedded_bindir())
    assert not [
        process
        for process in psutil.process_iter(["cmdline"])
        if ours in " ".join(arguments := process.info["cmdline"] or []) and str(home) in arguments
    ]
    assert not list(home.glob("postgres.password"))


def test_stop_and_status_find_the_demo_of_a_directory(home: Path) -> None:
    def command(name: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "app.local", "--state-dir", str(home), name],
            env=ENVIRONMENT,
            capture_output=True,
            text=True,
            check=False,
        )

    assert command("status").returncode == 1
    port = free_port()
    with running(home, port) as (demo, processes):
        assert f"http://127.0.0.1:{port}" in command("status").stdout.replace("\n", "")
        assert command("clean").returncode == 1
        assert command("stop").returncode == 0
        demo.wait(30)
        assert not any(process.is_running() for process in processes)
    assert command("clean").returncode == 0
    assert not home.exists()
