"""A Postgres of our own: its cluster made, started and stopped without help from a wrapper."""

import os
import shutil
import signal
import subprocess
import time
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import sql

from app.local.account import Account, choose_account
from app.local.endpoint import (
    HOST,
    Endpoint,
    load_endpoint,
    new_endpoint,
    port_is_free,
    save_endpoint,
)
from app.local.errors import LocalStackError, ServerFailed
from app.local.files import write_private
from app.local.place import find_place
from app.local.postgres_install import copy_install, embedded_bindir, trees_of, version_of
from app.local.postgres_settings import as_arguments
from app.local.process import start_server, stop_leftover, stop_server
from app.local.stale import remove_stale_lock

USER = "postgres"
MAINTENANCE_DATABASE = "postgres"
START_SECONDS = 60
PORT_ATTEMPTS = 5
FAST_THEN_HARD = (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL)
ENVIRONMENT = {"PATH": os.defpath, "LANG": "C", "LC_ALL": "C", "TZ": "UTC"}
"""All that the server sees of our environment: no PGDATA, PGPORT or PGOPTIONS of the user's."""


class PostgresServer:
    """One cluster below a home directory, and the server that serves it while we run.

    ``home/postgres`` holds the cluster (or is a link to where the server's account can reach it),
    ``home/postgres.json`` its port and password, ``home/log/postgres.log`` what it says.
    """

    name = "Postgres"

    def __init__(
        self,
        home: Path,
        bindir: Path | None = None,
        overrides: dict[str, str] | None = None,
    ) -> None:
        self.home = home.resolve()
        self.bindir = bindir or embedded_bindir()
        self.log = self.home / "log" / "postgres.log"
        self._overrides = overrides or {}
        self._endpoint_file = self.home / "postgres.json"
        self._endpoint: Endpoint | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._account: Account | None = None
        self._data = self.home / "postgres"

    @property
    def pid(self) -> int | None:
        """The process id of the server, None when it does not run."""
        return self._process.pid if self._process and self._process.poll() is None else None

    def url(self, database: str = MAINTENANCE_DATABASE) -> str:
        """The libpq URL of a database of this server, as its superuser."""
        assert self._endpoint is not None, "the server was not started"
        password = quote(self._endpoint.password, safe="")
        return f"postgresql://{USER}:{password}@{HOST}:{self._endpoint.port}/{database}"

    def start(self) -> None:
        """Start the server, making its cluster first where there is none.

        Raises:
            LocalStackError: the sentence says what is in the way.
        """
        self.log.parent.mkdir(mode=0o700, exist_ok=True)
        self._settle()
        if not self._data.exists():
            self._make_cluster()
        self._check_version()
        self.stop_leftover()
        self._listen()

    def stop(self) -> None:
        """Shut the server down, rolling back what is open. Harmless when it does not run."""
        if self._process is not None:
            stop_server(self._process, self.log, FAST_THEN_HARD)
            self._process = None

    def stop_leftover(self) -> None:
        """Stop the server of an earlier run whose end it survived."""
        data = self._data.resolve()
        stop_leftover(data / "postmaster.pid", str(data), FAST_THEN_HARD)
        remove_stale_lock(data)

    def ensure_database(self, name: str) -> str:
        """Create a database unless it is there, and return its URL."""
        with psycopg.connect(self.url(), autocommit=True) as connection:
            known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
            if known.fetchone() is None:
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        return self.url(name)

    def _settle(self) -> None:
        """Decide who runs the server, and where that account can reach programs and data."""
        self._account = choose_account(self._data)
        place = find_place(self.home, "postgres", self._account)
        self._data = place / "postgres"
        if not all(self._account.can_read_tree(tree) for tree in trees_of(self.bindir)):
            self.bindir = copy_install(self.bindir, place)

    def _make_cluster(self) -> None:
        """Run initdb beside the cluster's place and move it there only when it is complete."""
        assert self._account is not None
        endpoint = load_endpoint(self._endpoint_file) or new_endpoint()
        save_endpoint(self._endpoint_file, endpoint)
        scratch = self._data.with_name("postgres.new")
        password_file = self._data.with_name("postgres.password")
        shutil.rmtree(scratch, ignore_errors=True)
        scratch.mkdir(mode=0o700)
        write_private(password_file, endpoint.password)
        for path in (scratch, password_file):
            self._account.own(path)
        try:
            self._run_initdb(scratch, password_file)
        finally:
            password_file.unlink()
        scratch.rename(self._data)

    def _run_initdb(self, directory: Path, password_file: Path) -> None:
        assert self._account is not None
        command = [str(self.bindir / "initdb"), "-D", str(directory), f"--username={USER}"]
        command += [f"--pwfile={password_file}", "--auth=scram-sha-256", "--encoding=UTF8"]
        command += ["--no-instructions", *self._locale_options()]
        if self._overrides.get("fsync") == "off":
            command.append("--no-sync")
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            env=ENVIRONMENT,
            cwd="/",
            umask=0o077,
            **self._account.popen,
        )
        if done.returncode:
            raise ServerFailed(f"initdb could not make {self._data}:\n{done.stderr.strip()}")

    def _locale_options(self) -> list[str]:
        # From 17 on the server carries C.UTF-8 itself and does not depend on the machine's.
        if self.major_version() >= 17:
            return ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        return ["--locale=C.UTF-8"]

    def major_version(self) -> int:
        """The major version of the programs."""
        return int(version_of(self.bindir).split(".")[0])

    def _check_version(self) -> None:
        made_by = int((self._data / "PG_VERSION").read_text())
        ours = self.major_version()
        if made_by != ours:
            raise LocalStackError(
                f"{self._data} was made by Postgres {made_by} and this is Postgres {ours}: "
                "`make clean` removes it, STATE_DIR= names another directory."
            )

    def _listen(self) -> None:
        """Start on the port that was used before, or on another when a stranger has it."""
        endpoint = load_endpoint(self._endpoint_file)
        if endpoint is None:
            raise LocalStackError(
                f"{self._endpoint_file} with the password of {self._data} is lost: "
                "`make clean` removes the data, and the next start makes it anew."
            )
        self._endpoint = endpoint.on_free_port()
        for _ in range(PORT_ATTEMPTS):
            save_endpoint(self._endpoint_file, self._endpoint)
            if self._launch():
                return
            if port_is_free(self._endpoint.port):
                break
            # Somebody took the port between our look at it and the server's.
            self._endpoint = self._endpoint.moved()
        raise ServerFailed.with_log("Postgres does not start.", self.log)

    def _launch(self) -> bool:
        assert self._account is not None
        assert self._endpoint is not None
        command = [str(self.bindir / "postgres"), "-D", str(self._data)]
        command += as_arguments({"port": str(self._endpoint.port)} | self._overrides)
        self._process = start_server(
            command,
            log=self.log,
            environment=ENVIRONMENT,
            on_parent_death=signal.SIGINT,
            account=self._account,
        )
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if self._process.poll() is not None:
                return False
            if self._answers():
                return True
            time.sleep(0.02)
        self.stop()
        raise ServerFailed.with_log(f"Postgres is not ready after {START_SECONDS} s.", self.log)

    def _answers(self) -> bool:
        """Whether our cluster, and no other, answers to our password on our port."""
        try:
            with psycopg.connect(self.url(), connect_timeout=5) as connection:
                row = connection.execute("SHOW data_directory").fetchone()
        except psycopg.OperationalError:
            return False
        return row is not None and Path(row[0]) == self._data
