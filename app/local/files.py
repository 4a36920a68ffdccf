"""Files and directories of the stack: private ones, and what another user may reach."""

import os
import stat
from pathlib import Path


def write_private(file: Path, content: str) -> None:
    """Replace a file at once by one that only its owner can read."""
    scratch = file.with_name(f".{file.name}.new")
    scratch.unlink(missing_ok=True)
    descriptor = os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as stream:
        stream.write(content)
    scratch.replace(file)


def allows(path: Path, uid: int, gid: int, wanted: int) -> bool:
    """Whether the mode of one path grants a user the wanted bits (4 read, 2 write, 1 search)."""
    status = path.stat()
    if status.st_uid == uid:
        granted = status.st_mode >> 6
    elif status.st_gid == gid:
        granted = status.st_mode >> 3
    else:
        granted = status.st_mode
    return granted & wanted == wanted


def can_reach(path: Path, uid: int, gid: int) -> bool:
    """Whether a user can enter this directory and all those above it."""
    real = path.resolve()
    return all(allows(directory, uid, gid, 1) for directory in (real, *real.parents))


def can_read_tree(root: Path, uid: int, gid: int) -> bool:
    """Whether a user can reach a directory and read, and where needed run, all that is in it."""
    if not can_reach(root, uid, gid):
        return False
    for path in root.rglob("*"):
        mode = path.stat().st_mode
        runnable = stat.S_ISDIR(mode) or mode & 0o100
        if not allows(path, uid, gid, 5 if runnable else 4):
            return False
    return True
