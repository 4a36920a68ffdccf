"""Where a server's data lives: in the state directory, or elsewhere when it cannot go there."""

import hashlib
import os
import shutil
from pathlib import Path

from app.local.account import Account
from app.local.errors import LocalStackError

SHELTERS = (Path("/var/lib"), Path("/var/tmp"))  # noqa: S108
"""Where root keeps what an unprivileged server cannot reach below the state directory."""


def find_place(home: Path, name: str, account: Account) -> Path:
    """The directory in which a server keeps `name`: one that its account can reach.

    It is the state directory itself wherever possible. Otherwise it is a directory named by the
    state directory's path, and ``home/name`` becomes a link into it.

    Raises:
        LocalStackError: there is data in the state directory that the account cannot reach.
    """
    link = home / name
    if link.is_symlink():
        shelter = link.readlink().parent
        # A copy of a state directory carries the link, but must not serve the original's data.
        if shelter in _shelters_of(home) and shelter.is_dir():
            return shelter
        link.unlink()
    if account.can_reach(home):
        return home
    if link.exists():
        raise LocalStackError(
            f"{link} cannot be reached by the account that serves it: let others search "
            f"{home} and the directories above it (chmod o+x), or name another STATE_DIR."
        )
    place = _make_shelter(home)
    link.symlink_to(place / name)
    return place


def remove_shelter(home: Path) -> None:
    """Remove what is kept outside the state directory on its behalf."""
    for shelter in _shelters_of(home):
        if shelter.is_dir() and _is_ours(shelter):
            shutil.rmtree(shelter)


def _shelters_of(home: Path) -> list[Path]:
    digest = hashlib.sha256(bytes(home.resolve())).hexdigest()[:16]
    return [base / f"masa-madre-{digest}" for base in SHELTERS]


def _make_shelter(home: Path) -> Path:
    for shelter in _shelters_of(home):
        try:
            shelter.mkdir(mode=0o711)
        except FileExistsError:
            # Anyone may make a directory in /var/tmp: only one of our own is used.
            if not _is_ours(shelter):
                continue
        except OSError:
            continue
        shelter.chmod(0o711)
        return shelter
    places = " and ".join(str(shelter) for shelter in _shelters_of(home))
    raise LocalStackError(
        f"The account that runs Postgres cannot reach {home}, and neither {places} can be made: "
        "name a STATE_DIR= that others can search."
    )


def _is_ours(shelter: Path) -> bool:
    status = shelter.lstat()
    return not shelter.is_symlink() and status.st_uid == os.geteuid() and not status.st_mode & 0o022
