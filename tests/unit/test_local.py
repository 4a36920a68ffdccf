"""The local stack's helpers: file modes, ports, quoting, settings and command line."""

import os
import socket
import stat
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import pytest
from dotenv import dotenv_values
from hypothesis import given
from hypothesis import strategies as st

from app.local import LocalStackError
from app.local.children import find_servers
from app.local.data_dir import can_reach
from app.local.postgres_settings import SETTINGS, as_arguments
from app.local.server import free_port, port_is_free
from app.local.state_dir import StateLock, keep_secrets, write_private
from tests.conftest import scratch_directory

NOBODY = {"user": 65534, "group": 65534, "extra_groups": []}


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can try what another account can do")
def test_a_directory_is_reached_through_all_those_above_it() -> None:
    with scratch_directory("reach-") as above:
        (above / "deep").mkdir()
        (above / "deep").chmod(0o711)
        for mode, answer in ((0o711, True), (0o700, False)):
            above.chmod(mode)
            assert can_reach(NOBODY, above / "deep") is answer
        assert can_reach({}, above / "deep")


def test_a_private_file_is_private_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        write_private(tmp_path / "secret", "x")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "secret").stat().st_mode) == 0o600


def test_a_port_in_use_is_not_free() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        assert not port_is_free(server.getsockname()[1])
    assert port_is_free(free_port())


def test_no_setting_is_named_twice_and_overrides_win() -> None:
    names = [setting.name for setting in SETTINGS]
    assert len(names) == len(set(names))
    arguments = as_arguments({"jit": "on", "port": "1"})
    assert "jit=on" in arguments
    assert "jit=off" not in arguments
    assert "port=1" in arguments


def test_secrets_are_made_once_and_the_environment_wins(tmp_path: Path) -> None:
    first = keep_secrets(tmp_path, {"REDIS_URL": "redis://x"}, {})
    assert len(first["JWT_SECRET"]) >= 32
    assert keep_secrets(tmp_path, {"REDIS_URL": "redis://x"}, {"JWT_SECRET": ""}) == first
    given = keep_secrets(tmp_path, {}, {"OPS_PASSWORD": "pan con tomate"})
    assert given == {
        "JWT_SECRET": first["JWT_SECRET"],
        "OPS_PASSWORD": "pan con tomate",
        "LEADS_KEYS": first["LEADS_KEYS"],
    }
    assert len(first["LEADS_KEYS"]) >= 32


@given(st.text(st.characters(codec="utf-8", exclude_categories=["C", "Zl", "Zp"]), min_size=1))
def test_any_value_survives_the_file(tmp_path_factory, value: str) -> None:
    home = tmp_path_factory.mktemp("home")
    keep_secrets(home, {}, {"OPS_PASSWORD": value})
    assert dotenv_values(home / "stack.env", interpolate=False)["OPS_PASSWORD"] == value


def test_the_lock_has_one_holder_and_no_leftover(tmp_path: Path) -> None:
    first, second = StateLock(tmp_path), StateLock(tmp_path)
    first.acquire("http://here")
    with pytest.raises(LocalStackError, match=rf"\(process {os.getpid()}, http://here\)"):
        second.acquire()
    for damage in (b"", b"\xff"):
        (tmp_path / "lock").write_bytes(damage)
        with pytest.raises(LocalStackError, match="is running already"):
            second.acquire()
    first.close()
    second.acquire("http://there")
    with pytest.raises(LocalStackError, match="http://there"):
        first.acquire()
    second.close()


def test_only_a_server_that_works_in_the_data_directory_is_a_leftover_of_it(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    for name in ("ours", "other"):
        (tmp_path / name).mkdir(exist_ok=True)
    command = [sys.executable, "-c", "input()"]
    with ExitStack() as stack:
        by_name = {}
        for name, program in (("ours", "postgres"), ("other", "postgres"), ("shell", "python")):
            (tmp_path / program).unlink(missing_ok=True)
            (tmp_path / program).symlink_to(sys.executable)
            by_name[name] = stack.enter_context(
                subprocess.Popen(
                    [str(tmp_path / program), *command[1:]],
                    stdin=subprocess.PIPE,
                    cwd=tmp_path / ("other" if name == "other" else "ours"),
                )
            )
        found = [process.pid for process in find_servers("postgres", tmp_path / "ours")]
        assert found == [by_name["ours"].pid]


@pytest.mark.parametrize("port", ["0", "65536", "-1", "eight"])
def test_a_port_that_is_none_is_misuse(port: str, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "app.local", "--state-dir", str(tmp_path), "run"],
        env={**os.environ, "PORT": port},
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(__file__).parents[2],
    )
    assert done.returncode == 2
    assert "Invalid value for '--port'" in done.stderr
