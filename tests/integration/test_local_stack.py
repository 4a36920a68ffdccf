"""The local stack on real processes: what it keeps, whom it trusts, what it leaves behind."""

import json
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest
import redis

from app.local.clean import clean
from app.local.endpoint import load_endpoint
from app.local.errors import AlreadyRunning, LocalStackError
from app.local.postgres import PostgresServer
from app.local.postgres_install import embedded_bindir, trees_of
from app.local.stack import LocalStack
from tests.conftest import scratch_directory

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / "tests" / "fixtures" / "local" / "stack.py"
only_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root has to become somebody else")


@pytest.fixture
def home() -> Iterator[Path]:
    with scratch_directory("stack-") as path:
        yield path / "state"


def run_script(home: Path, *arguments: str, **options: object) -> subprocess.Popen[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, str(SCRIPT), str(home), *arguments]
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, **{"env": environment, **options}
    )


def wait_until_gone(pids: list[int]) -> None:
    processes = [psutil.Process(pid) for pid in pids if psutil.pid_exists(pid)]
    _, alive = psutil.wait_procs(processes, timeout=20)
    assert not alive


def breads(url: str) -> list[str]:
    with psycopg.connect(url) as connection:
        return [name for (name,) in connection.execute("SELECT name FROM bread")]


def test_a_restart_keeps_data_ports_and_secrets_and_a_stop_leaves_no_process(home: Path) -> None:
    with LocalStack(home) as stack:
        first = dict(stack.values)
        pids = stack.server_pids()
        with psycopg.connect(stack.database_url) as connection:
            connection.execute("CREATE TABLE bread AS SELECT 'hogaza' AS name")
        with redis.Redis.from_url(stack.redis_url) as client:
            client.set("bread", "hogaza")
    assert len(pids) == 2
    assert not any(psutil.pid_exists(pid) for pid in pids)
    with LocalStack(home) as stack:
        assert stack.values == first
        assert breads(stack.database_url) == ["hogaza"]
        with redis.Redis.from_url(stack.redis_url) as client:
            assert client.get("bread") == b"hogaza"


def test_what_is_secret_is_for_its_owner_only(home: Path) -> None:
    with LocalStack(home):
        for name in ("stack.env", "postgres.json", "valkey.json", "valkey/valkey.conf", "lock"):
            assert (home / name).stat().st_mode & 0o777 == 0o600, name
        for name in ("postgres", "valkey", "log"):
            assert (home / name).stat().st_mode & 0o777 == 0o700, name
        for process in psutil.process_iter(["cmdline"]):
            for secret in (load_endpoint(home / f"{name}.json") for name in ("postgres", "valkey")):
                assert secret is not None
                assert secret.password not in " ".join(process.info["cmdline"] or [])


def test_two_stacks_do_not_meet(home: Path) -> None:
    with LocalStack(home / "one") as one, LocalStack(home / "two") as two:
        assert one.values.keys() == two.values.keys()
        assert not set(one.values.values()) & set(two.values.values())
        with psycopg.connect(one.database_url) as connection:
            connection.execute("CREATE TABLE bread (name text)")
        with pytest.raises(psycopg.errors.UndefinedTable):
            breads(two.database_url)


def test_a_second_start_is_refused_while_the_first_runs(home: Path) -> None:
    with LocalStack(home) as stack:
        with pytest.raises(AlreadyRunning, match=f"process {os.getpid()}"):
            LocalStack(home).start()
        with pytest.raises(AlreadyRunning):
            clean(home)
        with psycopg.connect(stack.database_url) as connection:
            connection.execute("SELECT 1")


def test_a_port_that_a_stranger_took_is_left_to_him(home: Path) -> None:
    with LocalStack(home):
        pass
    ports = {name: load_endpoint(home / f"{name}.json").port for name in ("postgres", "valkey")}
    with (
        socket.create_server(("127.0.0.1", ports["postgres"])),
        socket.create_server(("127.0.0.1", ports["valkey"])),
        LocalStack(home) as stack,
    ):
        assert f":{ports['postgres']}/" not in stack.database_url
        assert f":{ports['valkey']}/" not in stack.redis_url


def test_a_killed_parent_takes_its_servers_along(home: Path) -> None:
    if sys.platform != "linux":
        pytest.skip("only Linux tells a child that its parent ended")
    with run_script(home) as process:
        pids = json.loads(process.stdout.readline())["pids"]
        process.kill()
    wait_until_gone(pids)


def test_servers_that_outlived_their_parent_are_replaced_and_their_data_kept(home: Path) -> None:
    with run_script(home, "deaf") as process:
        left_behind = json.loads(process.stdout.readline())["pids"]
        process.kill()
    assert all(psutil.pid_exists(pid) for pid in left_behind)
    with LocalStack(home) as stack:
        assert breads(stack.database_url) == ["hogaza"]
        assert not stack.server_pids() & set(left_behind)
        wait_until_gone(left_behind)


def test_a_server_whose_backends_outlive_it_starts_again(home: Path) -> None:
    with run_script(home, "deaf") as process:
        left_behind = json.loads(process.stdout.readline())["pids"]
        process.kill()
    for pid in left_behind:
        psutil.Process(pid).kill()
    with LocalStack(home) as stack:
        assert breads(stack.database_url) == ["hogaza"]


def test_cleaning_ends_leftovers_and_spares_what_is_not_the_stacks(home: Path) -> None:
    with run_script(home, "deaf") as process:
        left_behind = json.loads(process.stdout.readline())["pids"]
        process.kill()
    (home / "notes.txt").write_text("mine")
    assert clean(home)
    wait_until_gone(left_behind)
    assert [path.name for path in home.iterdir()] == ["notes.txt"]
    (home / "notes.txt").unlink()
    assert clean(home)
    assert not home.exists()
    assert not clean(home)


def test_urls_of_the_environment_replace_the_servers(
    home: Path, database_url: str, redis_url: str
) -> None:
    environment = {"DATABASE_URL": database_url, "REDIS_URL": redis_url, "JWT_SECRET": "j" * 40}
    with LocalStack(home, environment) as stack:
        assert not stack.server_pids()
        assert stack.values.items() >= environment.items()
        assert stack.values["OPS_PASSWORD"]


def test_a_url_at_which_nobody_answers_is_a_sentence(home: Path) -> None:
    environment = {"DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none"}
    with pytest.raises(LocalStackError, match="DATABASE_URL does not answer"):
        LocalStack(home, environment).start()
    with LocalStack(home):  # and the directory was let go of
        pass


def test_data_whose_password_is_lost_is_a_sentence(home: Path) -> None:
    with LocalStack(home):
        pass
    (home / "postgres.json").unlink()
    with pytest.raises(LocalStackError, match=r"postgres\.json .* is lost"):
        LocalStack(home).start()


@only_root
def test_root_serves_a_state_directory_that_the_server_cannot_reach(home: Path) -> None:
    home.mkdir(mode=0o700)
    with LocalStack(home / "deep") as stack:
        data = (home / "deep" / "postgres").resolve()
        assert home.resolve() not in data.parents
        with psycopg.connect(stack.database_url) as connection:
            assert connection.execute("SHOW data_directory").fetchone() == (str(data),)
            connection.execute("CREATE TABLE bread AS SELECT 'hogaza' AS name")
    with LocalStack(home / "deep") as stack:
        assert breads(stack.database_url) == ["hogaza"]
    shutil.copytree(home / "deep", home / "copy", symlinks=True)
    with LocalStack(home / "copy") as stack, pytest.raises(psycopg.errors.UndefinedTable):
        breads(stack.database_url)
    for name in ("deep", "copy"):
        shelter = (home / name / "postgres").resolve().parent
        clean(home / name)
        assert not shelter.exists()


@only_root
def test_root_copies_programs_that_the_server_cannot_reach(home: Path) -> None:
    with scratch_directory("hidden-") as hidden:
        packages = embedded_bindir().parents[2]
        for tree in trees_of(embedded_bindir()):
            shutil.copytree(tree, hidden / tree.relative_to(packages), symlinks=True)
        hidden.chmod(0o700)
        home.mkdir()
        home.chmod(0o711)
        server = PostgresServer(home, hidden / embedded_bindir().relative_to(packages))
        try:
            server.start()
            assert home in server.bindir.parents
        finally:
            server.stop()


def python_for_anyone() -> tuple[str, dict[str, str]]:
    """A Python that any user can run, and the environment that gives it our packages."""
    packages = next(path for path in sys.path if path.endswith("site-packages"))
    environment = {"PATH": os.defpath, "PYTHONPATH": f"{ROOT}:{packages}", "HOME": "/nonexistent"}
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    for program in (sys.executable, f"/usr/bin/{version}", f"/usr/local/bin/{version}"):
        attempt = [program, "-B", "-c", "import app.local.stack, redis, psycopg"]
        try:
            subprocess.run(attempt, env=environment, check=True, capture_output=True, user=65534)
        except (OSError, subprocess.CalledProcessError):
            continue
        return program, environment
    pytest.skip("no Python that the user nobody can run, with our packages, is on this machine")


@only_root
def test_an_ordinary_user_runs_it_as_himself_and_root_can_go_on(home: Path) -> None:
    program, environment = python_for_anyone()
    home.mkdir()
    os.chown(home, 65534, 65534)
    command = [program, "-B", str(SCRIPT), str(home), "once"]
    nobody = {"user": 65534, "group": 65534, "extra_groups": [], "umask": 0o022}
    done = subprocess.run(
        command, env=environment, capture_output=True, text=True, check=False, cwd="/", **nobody
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["uid"] == 65534
    assert (home / "postgres").stat().st_uid == 65534
    with LocalStack(home) as stack:
        assert breads(stack.database_url) == ["hogaza"]
