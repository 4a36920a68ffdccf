"""The stack of one state directory: its lock, its servers and its secrets."""

import os
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from app.database.logins import make_logins
from app.local.errors import LocalStackError, ServerFailed
from app.local.external import ensure_postgres_answers, ensure_redis_answers
from app.local.lock import StateLock
from app.local.postgres import PostgresServer
from app.local.secrets_file import keep_secrets
from app.local.valkey import ValkeyServer

DATABASE = "masa_madre"


class LocalStack:
    """Postgres and Valkey below a state directory, running from `start` to `stop`.

    ``DATABASE_URL`` and ``REDIS_URL`` of the environment that is passed in replace the servers;
    its ``JWT_SECRET`` and ``OPS_PASSWORD`` replace those that are kept. The servers end with the
    thread that started them: start a stack where it will be stopped.
    """

    def __init__(self, state_dir: Path, environment: Mapping[str, str] | None = None) -> None:
        self.home = Path(state_dir).absolute()
        self.environment = dict(environment or {})
        self.lock = StateLock(self.home)
        self.postgres: PostgresServer | None = None
        self.valkey: ValkeyServer | None = None
        self.values: dict[str, str] = {}

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()

    @property
    def database_url(self) -> str:
        """The libpq URL of the stack's database."""
        return self.values["DATABASE_URL"]

    @property
    def redis_url(self) -> str:
        """The URL of the stack's Redis or Valkey."""
        return self.values["REDIS_URL"]

    def start(self) -> None:
        """Start what the environment does not name; all of it or nothing.

        Raises:
            LocalStackError: the sentence says what is in the way.
        """
        try:
            self.acquire()
            self.start_postgres()
            self.start_valkey()
            self.keep_secrets()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Stop Valkey, then Postgres, and let go of the state directory."""
        try:
            if self.valkey is not None:
                self.valkey.stop()
        finally:
            try:
                if self.postgres is not None:
                    self.postgres.stop()
            finally:
                self.lock.release()

    def acquire(self, url: str | None = None) -> None:
        """Make the state directory and take its lock."""
        try:
            ensure_state_dir(self.home)
            self.lock.acquire(url)
        except OSError as error:
            raise LocalStackError(
                f"The state directory {self.home} cannot be used: {error.strerror}. "
                "Name another one with STATE_DIR=."
            ) from None

    def start_postgres(self) -> None:
        """Start Postgres and make its database, unless the environment names another."""
        url = self.environment.get("DATABASE_URL")
        if not url:
            self.postgres = PostgresServer(self.home)
            self.postgres.start()
            url = self.postgres.ensure_database(DATABASE)
        else:
            ensure_postgres_answers(url)
        self.values["DATABASE_URL"] = url

    def start_valkey(self) -> None:
        """Start Valkey, unless the environment names a Redis."""
        url = self.environment.get("REDIS_URL")
        if not url:
            self.valkey = ValkeyServer(self.home)
            self.valkey.start()
            url = self.valkey.url
        else:
            ensure_redis_answers(url)
        self.values["REDIS_URL"] = url

    def keep_secrets(self) -> None:
        """Write the URLs and secrets for command lines beside the stack."""
        self.values = keep_secrets(self.home, self.values, self.environment)

    def keep_logins(self) -> bool:
        """Give the web server logins of its own, unless the environment names them.

        Returns whether it has them; else it works with the owner's login.
        """
        names = ("WEB_DATABASE_URL", "TENANT_DATABASE_URL")
        if any(self.environment.get(name) for name in names):
            return True
        logins = make_logins(self.database_url, self.values["JWT_SECRET"])
        if logins is None:
            return False
        self.values |= dict(zip(names, (logins.web, logins.tenants), strict=True))
        self.values = keep_secrets(self.home, self.values, self.environment)
        return True

    def server_pids(self) -> set[int]:
        """The process ids of the servers that run."""
        return {server.pid for server in self._servers() if server.pid is not None}

    def ensure_servers_run(self) -> None:
        """Look after the servers.

        Raises:
            ServerFailed: one of them ended by itself.
        """
        for server in self._servers():
            if server.pid is None:
                raise ServerFailed.with_log(f"{server.name} ended by itself.", server.log)

    def _servers(self) -> list[PostgresServer | ValkeyServer]:
        return [server for server in (self.postgres, self.valkey) if server is not None]


def ensure_state_dir(home: Path) -> None:
    """Make the state directory where it is missing.

    Root's may be searched by others, because Postgres runs as another user; the files in it that
    matter are private one by one.
    """
    if not home.is_dir():
        home.mkdir(parents=True)
        home.chmod(0o711 if os.geteuid() == 0 else 0o700)
