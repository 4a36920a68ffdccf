"""The account that Postgres runs under: our own, or an unprivileged one when we are root."""

import os
import pwd
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

from app.local.errors import LocalStackError
from app.local.files import can_reach, can_read_tree

UNPRIVILEGED = ("postgres", "nobody")
"""Postgres refuses to run as root; the first of these accounts that exists runs it instead."""


class PopenAccount(TypedDict, total=False):
    """The arguments of `subprocess.Popen` that change the account."""

    user: int
    group: int
    extra_groups: list[int]


@dataclass(frozen=True)
class Account:
    """A user and its group; `switch` says that we are root and have to become it."""

    uid: int
    gid: int
    switch: bool

    @property
    def popen(self) -> PopenAccount:
        """What `subprocess.Popen` needs to start a program under this account."""
        if not self.switch:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def can_reach(self, path: Path) -> bool:
        """Whether this account can enter the directory; true for ourselves, who made it."""
        return not self.switch or can_reach(path, self.uid, self.gid)

    def can_read_tree(self, root: Path) -> bool:
        """Whether this account can read and run everything below the directory."""
        return not self.switch or can_read_tree(root, self.uid, self.gid)

    def own(self, path: Path) -> None:
        """Give this account a file or directory that we made."""
        if not self.switch:
            return
        try:
            os.chown(path, self.uid, self.gid)
        except OSError as error:  # a container may know no user but root
            raise LocalStackError(
                f"Postgres does not run as root, and {path} cannot be given to another user "
                f"({error.strerror}): run this command as an ordinary user."
            ) from None


def choose_account(data: Path) -> Account:
    """The account that serves a data directory, which need not exist yet.

    Data that is there already is served by its owner: Postgres insists on it.

    Raises:
        LocalStackError: the data belongs to another user, and we are not root.
    """
    owner = data.stat().st_uid if data.exists() else None
    if os.geteuid() != 0:
        if owner is not None and owner != os.geteuid():
            raise LocalStackError(
                f"{data} belongs to the user {_name_of(owner)}: start the stack as that user, "
                "or give it another directory with STATE_DIR=."
            )
        return Account(os.geteuid(), os.getegid(), switch=False)
    if owner:
        return Account(owner, data.stat().st_gid, switch=True)
    return _unprivileged_account()


def _unprivileged_account() -> Account:
    for name in UNPRIVILEGED:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(entry.pw_uid, entry.pw_gid, switch=True)
    names = " or ".join(UNPRIVILEGED)
    raise LocalStackError(
        f"Postgres does not run as root and this machine has no user {names}: "
        "run this command as an ordinary user."
    )


def _name_of(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)
