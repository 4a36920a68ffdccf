"""`make demo` on real processes: what stops it, what does not, and that no process is left."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TypeVar
from urllib.request import urlopen

import psutil
import pytest
import redis
from dotenv import dotenv_values

from app.local.postgres import embedded_bindir
from app.local.server import free_port
from app.local.supervisor import LARGEST_LOG
from tests.conftest import scratch_directory

ROOT = Path(__file__).parents[2]
T = TypeVar("T")
BOOTSTRAP = (sys.executable, "-m", "app.local.bootstrap")
SCRIPT = ROOT / "tests" / "fixtures" / "local" / "demo.py"
ENVIRONMENT = {
    name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL")
} | {"PYTHONPATH": str(ROOT)}


@pytest.fixture
def home() -> Iterator[Path]:
    with scratch_directory("demo-") as path:
        yield path / "state"


def start(
    home: Path, port: int, *bootstrap: str, procfile: str = "Procfile"
) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, str(SCRIPT), str(home), str(port), *bootstrap],
        env=ENVIRONMENT | {"PROCFILE": procfile},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


@contextmanager
def running(
    home: Path, port: int, *bootstrap: str, procfile: str = "Procfile"
) -> Iterator[tuple[subprocess.Popen[str], list[psutil.Process]]]:
    """A demo that said it is ready, and all processes below it."""
    with start(home, port, *bootstrap, procfile=procfile) as demo:
        try:
            read_until(demo, "Stop")  # the last row of the panel
            yield demo, psutil.Process(demo.pid).children(recursive=True)
        finally:
            if demo.poll() is None:
                demo.kill()


def read_until(demo: subprocess.Popen[str], *words: str) -> str:
    """Return a demo's output up to the line that has these words."""
    said = ""
    for line in demo.stdout:
        said += line
        if all(word in line for word in words):
            return said
    raise AssertionError(f"the demo ended before it said {words}:\n{said}")


def wait_until(condition: Callable[[], T], seconds: float = 120) -> T:
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return found


def answers(port: int) -> bool:
    try:
        with urlopen(f"http://127.0.0.1:{port}/", timeout=5) as answer:
            return answer.status == 200
    except OSError:
        return False


def stop(demo: subprocess.Popen[str]) -> str:
    """Press Ctrl-C, and return what the demo said until it ended as it should."""
    demo.send_signal(signal.SIGINT)
    said, _ = demo.communicate(timeout=200)
    assert demo.returncode == 0, said
    assert said.rstrip().endswith("Stopped."), said
    assert "Traceback" not in said
    return said


def find(demo: subprocess.Popen[str], words: str) -> list[psutil.Process]:
    """The processes below a demo with these words on their command line."""
    found = []
    for process in psutil.Process(demo.pid).children(recursive=True):
        with suppress(psutil.NoSuchProcess):
            if words in " ".join(process.cmdline()):
                found.append(process)
    return found


def assert_all_end(processes: list[psutil.Process]) -> None:
    _, alive = psutil.wait_procs(processes, timeout=200)
    assert not alive


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_stops_every_process(home: Path, number: signal.Signals) -> None:
    with running(home, free_port()) as (demo, processes):
        names = {process.name() for process in processes}
        assert {"postgres", "valkey-server"} <= names
        demo.send_signal(number)
        rest, _ = demo.communicate(timeout=200)
        assert demo.returncode == 0, rest
        assert "Stopped." in rest
        assert not any(process.is_running() for process in processes)


def test_a_web_server_that_ends_is_started_again_and_its_last_line_shown(home: Path) -> None:
    port = free_port()
    with running(home, port) as (demo, _):
        with pytest.raises(OSError), urlopen(f"http://127.0.0.1:{port}/fall"):
            raise ConnectionError
        read_until(demo, "web ended by itself, with code 3", "started again at once")
        assert "the oven is on fire" in demo.stdout.readline() + demo.stdout.readline()
        wait_until(lambda: answers(port))
        stop(demo)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux gives us the orphans to end")
def test_a_killed_master_is_started_again_and_its_workers_end_first(home: Path) -> None:
    with running(home, free_port()) as (demo, _):
        master, worker = find(demo, "worker.py")[0], find(demo, "SIG_IGN")[0]
        assert worker.parent() == master
        master.kill()
        read_until(demo, "worker ended by itself, killed by SIGKILL")
        assert_all_end([master, worker])
        wait_until(lambda: find(demo, "SIG_IGN"))
        assert find(demo, "worker.py")[0].pid != master.pid
        stop(demo)


def test_a_process_that_keeps_ending_is_restarted_with_growing_pauses(
    home: Path,
) -> None:
    port = free_port()
    with running(home, port, procfile="Procfile.failing") as (demo, _):
        read_until(demo, "scheduler ended", "again in 4 s")
        read_until(demo, "no Redis today")
        read_until(demo, "scheduler ended", "again in 8 s")
        assert answers(port)
        stop(demo)


def test_a_web_server_that_does_not_stay_up_stops_the_stack(home: Path) -> None:
    with start(home, free_port(), procfile="Procfile.no-web") as demo:
        said, _ = demo.communicate(timeout=200)
    assert demo.returncode == 1
    assert "web ended by itself, with code 3. It did so 5 times in a row." in said
    assert said.rstrip().endswith("the oven is cold")
    assert "Traceback" not in said


def test_a_redis_that_answers_with_errors_stops_neither_pages_nor_demo(home: Path) -> None:
    port, schedule = free_port(), "rq:scheduler:scheduled_jobs"
    with running(home, port, procfile="Procfile.redis") as (demo, _):
        url = dotenv_values(home / "stack.env")["REDIS_URL"]
        with redis.Redis.from_url(url) as client:
            wait_until(lambda: client.type(schedule) == b"zset")
            scheduler = find(demo, "jobs.scheduler")[0]
            client.set(schedule, "of a wrong type")
            wait_until(lambda: client.type(schedule) == b"zset")  # it was moved aside, and made
            assert answers(port)
            assert find(demo, "jobs.scheduler")[0].pid == scheduler.pid
        stop(demo)


def test_the_log_of_the_processes_is_bounded(home: Path) -> None:
    with running(home, free_port(), procfile="Procfile.chatty") as (demo, _):
        log = home / "log" / "processes.log"
        wait_until(lambda: "all said" in log.read_text()[-1000:])
        stop(demo)
    logs = sorted(home.glob("log/processes.log*"))
    assert [file.name for file in logs] == [log.name, f"{log.name}.1", f"{log.name}.2"]
    assert max(file.stat().st_size for file in logs) <= LARGEST_LOG


@pytest.mark.parametrize(
    ("program", "name"), [("postgres", "Postgres"), ("valkey-server", "Valkey")]
)
def test_a_server_that_ends_stops_the_stack_with_a_message(home, program, name) -> None:
    with running(home, free_port()) as (demo, processes):
        server = [process for process in processes if process.name() == program]
        server[0].kill()
        rest, _ = demo.communicate(timeout=200)
        assert demo.returncode == 1
        assert f"{name} ended by itself, killed by SIGKILL. Its data is kept: start again" in rest
        assert "Traceback" not in rest
        assert not any(process.is_running() for process in processes)


@pytest.mark.timeout(300)
def test_an_interrupt_in_the_middle_of_the_seed_ends_cleanly_and_the_next_start_goes_on(
    home: Path,
) -> None:
    for step in ("Secrets", "Migrations", "Demo accounts"):
        with start(home, free_port(), *BOOTSTRAP) as demo:
            read_until(demo, step)
            seeds = wait_until(lambda: find(demo, "app.local.bootstrap"))
            assert "Starting web" not in stop(demo)
            assert not any(process.is_running() for process in seeds)
    with running(home, free_port(), *BOOTSTRAP) as (demo, _):
        stop(demo)


@pytest.fixture
def small_disk(home: Path) -> Iterator[Path]:
    """A file system of its own below the state directory's place."""
    home.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=200m,mode=0711", "none", str(home)]
    if subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("a file system can only be mounted by root, and not in every container")
    try:
        yield home
    finally:
        subprocess.run(["umount", str(home)], check=True)


def test_a_full_disk_during_migrations_is_a_sentence(small_disk: Path) -> None:
    script = f"cat /dev/zero >{small_disk}/filling; exec {' '.join(BOOTSTRAP)}"
    with start(small_disk, free_port(), "sh", "-c", script) as demo:
        said, _ = demo.communicate(timeout=200)
    assert demo.returncode == 1
    assert f"The disk of {small_disk} is full: free some space and start again" in said
    assert "Traceback" not in said
    (small_disk / "filling").unlink()
    with running(small_disk, free_port()) as (demo, _):
        stop(demo)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child of its parent's end")
def test_a_killed_demo_leaves_no_server_or_process_of_its_procfile(home: Path) -> None:
    with running(home, free_port()) as (demo, processes):
        # The worker's own child is a grandchild: no process is left to end it.
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
            said, _ = second.communicate(timeout=200)
        assert second.returncode == 1
        assert "is running already" in said
        assert f"http://127.0.0.1:{port}" in said
        demo.send_signal(signal.SIGINT)
        demo.wait(90)


def test_a_taken_port_is_said_before_anything_starts(home: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with start(home, port) as demo:
            said, _ = demo.communicate(timeout=200)
    assert demo.returncode == 1
    assert f"Port {port} is taken by another program" in said
    assert not (home / "postgres").exists()


def test_a_signal_during_the_start_stops_what_was_started(home: Path) -> None:
    with start(home, free_port()) as demo:
        deadline = time.monotonic() + 30
        while not (home / "postgres.json").exists() and time.monotonic() < deadline:
            time.sleep(0.01)
        demo.send_signal(signal.SIGINT)
        said, _ = demo.communicate(timeout=200)
    assert demo.returncode == 0, said
    ours = str(embedded_bindir())
    assert not [
        process
        for process in psutil.process_iter(["cmdline"])
        if ours in " ".join(arguments := process.info["cmdline"] or []) and str(home) in arguments
    ]
    assert not list(home.glob("postgres.password"))


def test_cleaning_is_refused_while_the_demo_runs(home: Path) -> None:
    def clean() -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "app.local", "--state-dir", str(home), "clean"]
        return subprocess.run(
            command, env=ENVIRONMENT, cwd=ROOT, capture_output=True, text=True, check=False
        )

    with running(home, free_port()) as (demo, _):
        done = clean()
        assert done.returncode == 1
        assert f"is running already (process {demo.pid}" in done.stderr
        stop(demo)
    assert clean().returncode == 0
    assert not home.exists()
