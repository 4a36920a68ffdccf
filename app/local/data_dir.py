"""Where Postgres keeps its data, and the account that serves it: root has to become another."""

import hashlib
import os
import pwd
import subprocess
from pathlib import Path
from typing import TypedDict

from app.local import LocalStackError

UNPRIVILEGED = ("postgres", "nobody")
"""Postgres refuses to run as root; one of these accounts runs it instead."""

FALLBACK_DIR = Path("/var/lib")
"""Where root keeps what that account cannot reach below the state directory."""


class Account(TypedDict, total=False):
    """The arguments of `subprocess.Popen` that change the account; none for our own."""

    user: int
    group: int
    extra_groups: list[int]


def choose_account(data: Path) -> Account:
    """Return the account that serves a data directory, which need not exist yet.

    For root that is the owner of data that is there: Postgres insists on it.
    """
    if os.geteuid() != 0:
        return {}
    if data.exists() and (status := data.stat()).st_uid:
        return {"user": status.st_uid, "group": status.st_gid, "extra_groups": []}
    for entry in pwd.getpwall():
        if entry.pw_name in UNPRIVILEGED:
            return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
    raise LocalStackError(
        f"Postgres does not run as root and this machine has no user {' or '.join(UNPRIVILEGED)}: "
        "run this command as an ordinary user."
    )


def can_run(account: Account, *command: str) -> bool:
    """Try a command under an account; what our own account asks for, it can have."""
    try:
        return (
            not account
            or not subprocess.run(
                command, capture_output=True, check=False, cwd="/", **account
            ).returncode
        )
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
    return FALLBACK_DIR / f"masa-madre-{hashlib.sha256(bytes(home.resolve())).hexdigest()[:16]}"


def find_data_dir(home: Path, name: str) -> Path:
    """Return where `name` is kept, or would be: only root ever has it in the fallback directory."""
    fallback = fallback_dir(home) / name
    return fallback if fallback.is_dir() else home / name


def choose_data_dir(home: Path, name: str, account: Account) -> Path:
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
    try:
        directory.mkdir(exist_ok=True)
        directory.chmod(0o711)
    except OSError as error:
        raise LocalStackError(
            f"The account that runs Postgres cannot reach {home}, and {directory} cannot be made "
            f"({error.strerror}): name a STATE_DIR= that others can search."
        ) from None
    return directory / name
