"""Where Postgres keeps its data, and the account that serves it: root has to become another."""

import os
import pwd
import subprocess
from hashlib import sha256
from pathlib import Path
from typing import Any

from app.local import LocalStackError

Account = dict[str, Any]
"""The arguments of `subprocess.Popen` that change the account; none for our own."""

UNPRIVILEGED = ("postgres", "nobody")
"""Postgres refuses to run as root; one of these accounts runs it instead."""

FALLBACK_DIR = Path("/var/lib")
"""Where root keeps what that account cannot reach below the state directory."""


def choose_account(data: Path) -> Account:
    """Return the account that serves a data directory, which need not exist yet.

    For root that is the owner of data that is there: Postgres insists on it.
    """
    if os.geteuid() != 0:
        return {}
    known = [(user.pw_uid, user.pw_gid) for user in pwd.getpwall() if user.pw_name in UNPRIVILEGED]
    if data.exists() and data.stat().st_uid:
        known = [(data.stat().st_uid, data.stat().st_gid)]
    if not known:
        names = " or ".join(UNPRIVILEGED)
        raise LocalStackError(
            f"Postgres does not run as root and this machine has no user {names}: "
            "run this command as an ordinary user."
        )
    return {"user": known[0][0], "group": known[0][1], "extra_groups": []}


def can_run(account: Account, *command: str) -> bool:
    """Try a command under an account; what our own account asks for, it can have."""
    options = {"capture_output": True, "cwd": "/", **account}
    try:
        return not account or not subprocess.run(command, check=False, **options).returncode
    except OSError:
        return False


def can_reach(account: Account, directory: Path) -> bool:
    """Return whether an account can enter a directory."""
    return can_run(account, "sh", "-c", 'cd "$1"', "sh", str(directory))


def give(account: Account, path: Path) -> None:
    """Make an account the owner of a file or directory that we made."""
    try:
        os.chown(path, account.get("user", -1), account.get("group", -1))
    except OSError as error:  # a container may know no user but root
        raise LocalStackError(
            f"Postgres does not run as root, and {path} cannot be given to another user "
            f"({error.strerror}): run this command as an ordinary user."
        ) from None


def fallback_dir(home: Path) -> Path:
    """Return the directory that stands in for a state directory; a copy of that has another."""
    return FALLBACK_DIR / f"masa-madre-{sha256(bytes(home.resolve())).hexdigest()[:16]}"


def find_data_dir(home: Path, name: str) -> Path:
    """Return where `name` is kept, or would be: only root ever has it in the fallback directory."""
    fallback = fallback_dir(home) / name
    return fallback if fallback.is_dir() else home / name


def make_data_dir(home: Path, name: str, account: Account) -> Path:
    """Return where `name` is to be kept: in the state directory wherever the account can reach it.

    Otherwise the fallback directory is made.
    """
    found = find_data_dir(home, name)
    if found.parent != home or can_reach(account, home):
        return found
    if found.exists():
        raise LocalStackError(
            f"{found} cannot be reached by the account that serves it: let others search "
            f"{home} and the directories above it (chmod o+x), or name another STATE_DIR."
        )
    directory = fallback_dir(home)
    directory.mkdir(exist_ok=True)
    directory.chmod(0o711)
    return directory / name
