"""The local stack's small parts: modes, ports, quoting, its settings table and command line."""

import os
import signal
import socket
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from dotenv import dotenv_values
from hypothesis import given
from hypothesis import strategies as st

from app.local.endpoint import free_port, load_endpoint, new_endpoint, port_is_free, save_endpoint
from app.local.errors import AlreadyRunning
from app.local.files import allows, can_reach, write_private
from app.local.lock import StateLock
from app.local.postgres_settings import SETTINGS, as_arguments
from app.local.process import stop_leftover
from app.local.secrets_file import keep_secrets

STRANGER = 4_000_000_000


@pytest.mark.parametrize(
    ("mode", "uid_is_ours", "wanted", "answer"),
    [
        (0o700, True, 5, True),
        (0o700, False, 1, False),
        (0o711, False, 1, True),
        (0o711, False, 4, False),
        (0o077, True, 1, False),
    ],
)
def test_a_mode_grants_what_it_says(tmp_path, mode, uid_is_ours, wanted, answer) -> None:
    tmp_path.chmod(mode)
    uid = tmp_path.stat().st_uid if uid_is_ours else STRANGER
    assert allows(tmp_path, uid, STRANGER, wanted) is answer
    tmp_path.chmod(0o700)


def test_a_directory_is_reached_through_all_those_above_it(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep").chmod(0o755)
    tmp_path.chmod(0o700)
    assert not can_reach(tmp_path / "deep", STRANGER, STRANGER)


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


def test_an_endpoint_is_kept(tmp_path: Path) -> None:
    assert load_endpoint(tmp_path / "e.json") is None
    endpoint = new_endpoint()
    save_endpoint(tmp_path / "e.json", endpoint)
    assert load_endpoint(tmp_path / "e.json") == endpoint


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
    assert given == {"JWT_SECRET": first["JWT_SECRET"], "OPS_PASSWORD": "pan con tomate"}


@given(st.text(st.characters(codec="utf-8", exclude_categories=["C", "Zl", "Zp"]), min_size=1))
def test_any_value_survives_the_file(tmp_path_factory, value: str) -> None:
    home = tmp_path_factory.mktemp("home")
    keep_secrets(home, {}, {"OPS_PASSWORD": value})
    assert dotenv_values(home / "stack.env", interpolate=False)["OPS_PASSWORD"] == value


def test_the_lock_has_one_holder_and_no_leftover(tmp_path: Path) -> None:
    first, second = StateLock(tmp_path), StateLock(tmp_path)
    assert first.find_holder() is None
    first.acquire("http://here")
    holder = second.find_holder()
    assert holder is not None
    assert (holder.pid, holder.url) == (os.getpid(), "http://here")
    with pytest.raises(AlreadyRunning, match="http://here"):
        second.acquire()
    first.release()
    assert second.find_holder() is None
    second.acquire()
    second.release()


def test_a_stranger_who_got_the_number_of_our_server_is_left_alone(tmp_path: Path) -> None:

    (tmp_path / "pid").write_text(f"{os.getpid()}\n")
    stop_leftover(tmp_path / "pid", str(tmp_path / "data"), (signal.SIGKILL,))
    (tmp_path / "pid").write_text("")
    stop_leftover(tmp_path / "pid", str(tmp_path / "data"), (signal.SIGKILL,))


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
    assert "is not a port" in done.stderr
