"""The stack of one state directory: its lock, its servers and its secrets."""

import shutil
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Self

import psycopg
import redis

from app.database.logins import make_logins
from app.local import LocalStackError
from app.local.children import CheckStop
from app.local.data_dir import fallback_dir
from app.local.postgres import PostgresServer
from app.local.server import Server
from app.local.state_dir import LOCK_FILE, StateLock, keep_secrets
from app.local.valkey import ValkeyServer
from app.settings.table import STATE_FILE

DATABASE = "masa_madre"
OLDEST_POSTGRES = 15
KEPT = ("postgres*", "valkey*", "log", "install*", STATE_FILE, LOCK_FILE)
"""What a stack may leave in its state directory."""


class LocalStack:
    """Postgres and Valkey below a state directory, while the `with` block runs.

    ``DATABASE_URL`` and ``REDIS_URL`` of the environment that is passed in replace the servers;
    its ``JWT_SECRET`` and ``OPS_PASSWORD`` replace those that are kept. The servers end with the
    thread that started them: start a stack where it will be stopped.
    """

    def __init__(
        self,
        state_dir: Path,
        environment: Mapping[str, str] | None = None,
        check_stop: CheckStop = lambda: None,
    ) -> None:
        self.home = Path(state_dir).absolute()
        self.environment = dict(environment or {})
        self.servers: list[Server] = []
        self.values: dict[str, str] = {}
        self._lock = StateLock(self.home)
        self._check_stop = check_stop

    def __enter__(self) -> Self:
        try:
            self.acquire()
            self.start_postgres()
            self.start_valkey()
            self.keep_secrets()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def acquire(self, url: str | None = None) -> None:
        """Make the state directory and take its lock."""
        try:
            self._lock.acquire(url)
        except OSError as error:
            where = f"The state directory {self.home} cannot be used: {error.strerror}"
            raise LocalStackError(f"{where}. Name another one with STATE_DIR=.") from None

    def start_postgres(self) -> None:
        """Start Postgres and make its database, unless the environment names another."""
        if url := self.environment.get("DATABASE_URL"):
            ensure_postgres_answers(url)
        else:
            server = PostgresServer(self.home)
            self._start(server)
            url = server.ensure_database(DATABASE)
        self.values["DATABASE_URL"] = url

    def start_valkey(self) -> None:
        """Start Valkey, unless the environment names a Redis."""
        if url := self.environment.get("REDIS_URL"):
            ensure_redis_answers(url)
        else:
            server = ValkeyServer(self.home)
            self._start(server)
            url = server.url
        self.values["REDIS_URL"] = url

    def _start(self, server: Server) -> None:
        self.servers.append(server)
        server.check_stop = self._check_stop
        server.start()

    def keep_secrets(self) -> None:
        """Write the URLs and secrets for command lines beside the stack."""
        self.values = keep_secrets(self.home, self.values, self.environment)

    def keep_logins(self) -> bool:
        """Give the web server logins of its own; False when it works with the owner's."""
        names = ("WEB_DATABASE_URL", "TENANT_DATABASE_URL")
        if any(self.environment.get(name) for name in names):
            return True
        logins = make_logins(self.values["DATABASE_URL"], self.values["JWT_SECRET"])
        if logins is not None:
            self.values |= dict(zip(names, (logins.web, logins.tenants), strict=True))
            self.keep_secrets()
        return logins is not None

    def server_pids(self) -> set[int]:
        """Return the process ids of the servers that run."""
        return {server.pid for server in self.servers if server.pid is not None}

    def ensure_servers_run(self) -> None:
        """Raise LocalStackError when a server has ended by itself."""
        for server in self.servers:
            server.ensure_runs()

    def stop(self) -> None:
        """Stop Valkey, then Postgres, and release the state directory."""
        try:
            while self.servers:
                self.servers.pop().stop()
        finally:
            if self.servers:
                self.stop()
            self._lock.close()


def clean(home: Path) -> bool:
    """Remove a stopped stack's data, logs and secrets; False when there was nothing.

    What else lies in the directory stays. A server that outlived its run is stopped first.
    """
    if not home.is_dir():
        return False
    with closing(StateLock(home)) as lock:
        lock.acquire()
        PostgresServer(home).stop_leftover()
        ValkeyServer(home).stop_leftover()
        for path in (fallback_dir(home), *(path for name in KEPT for path in home.glob(name))):
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)
    if not any(home.iterdir()):
        home.rmdir()
    return True


def ensure_postgres_answers(url: str) -> None:
    """Connect once to a Postgres that is not ours."""
    try:
        with psycopg.connect(url, connect_timeout=10) as connection:
            version = connection.info.server_version // 10000
    except psycopg.Error as error:
        raise LocalStackError(f"The Postgres of DATABASE_URL does not answer: {error}") from None
    if version < OLDEST_POSTGRES:
        wanted = f"it has to be {OLDEST_POSTGRES} or later"
        raise LocalStackError(f"DATABASE_URL names a Postgres {version}; {wanted}.")


def ensure_redis_answers(url: str) -> None:
    """Connect once to a Redis that is not ours."""
    try:
        with redis.Redis.from_url(url, socket_connect_timeout=10) as client:
            client.ping()
    except (redis.RedisError, ValueError) as error:
        raise LocalStackError(f"The Redis of REDIS_URL does not answer: {error}") from None
