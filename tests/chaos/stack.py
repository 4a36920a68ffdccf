"""The whole system as `make demo` runs it, on servers of its own, each behind a proxy."""

import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from http.client import HTTPException
from pathlib import Path

import psutil
import psycopg
import redis

from app.local.children import start
from app.local.postgres import PostgresServer
from app.local.valkey import ValkeyServer
from tests.fixtures.crm import Crm, fake_crm
from tests.fixtures.live import ROOT, environment_of, free_port, seed
from tests.fixtures.tcp_proxy import TcpProxy, tcp_proxy

DURABLE = {
    "fsync": "on",  # which costs nothing in memory, and without which no flush can be slow
    "full_page_writes": "off",
    "max_connections": "100",
    "max_wal_size": "256MB",
}
"""What is committed outlives every end of the server, though not one of the machine."""

SETTINGS = {
    "DEMO_CLEANUP_SECONDS": "2",
    "DEMO_MAX_SESSIONS": "1000",
    "DEMO_CREATIONS_PER_MINUTE": "0",
    "DEMO_POOL_SIZE": "2",
    "GATEWAY_REQUESTS_PER_MINUTE": "1000000",
    "GATEWAY_CHANGES_PER_SESSION": "1000000",
    "GATEWAY_OPEN_REQUESTS": "100",
    "WEBHOOK_PRIVATE_TARGETS": "true",
    "PYTHONWARNINGS": "ignore",
}
DATABASE = "chaos"
START_SECONDS = 180
ROLES = ("web master", "web process", "worker master", "worker", "scheduler")


class Stack:
    """The servers, the proxies before them, and the processes of the Procfile."""

    def __init__(self, home: Path, settings: dict[str, str]) -> None:
        self.home = home
        self.settings = SETTINGS | settings
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = home / "processes.log"
        self.database_url = self.redis_url = ""
        self.environment: dict[str, str] = {}
        self._supervisor: subprocess.Popen[bytes] | None = None

    def open(self, stack: ExitStack) -> None:
        """Start the servers, seed the database, and start the processes."""
        self.postgres = PostgresServer(self.home, overrides=DURABLE)
        self.valkey = ValkeyServer(self.home, {"appendfsync": "always"})
        stack.callback(self._stop_servers)
        for server in (self.postgres, self.valkey):
            server.start()
        self.database_url = self.postgres.ensure_database(DATABASE)
        self.redis_url = self.valkey.url
        seed(self.database_url)
        direct = environment_of(self.database_url, self.redis_url)
        self.crm: Crm = stack.enter_context(fake_crm())
        self.before_postgres: TcpProxy = stack.enter_context(tcp_proxy(self.database_url))
        self.before_tenants: TcpProxy = stack.enter_context(tcp_proxy(self.database_url))
        self.before_redis: TcpProxy = stack.enter_context(tcp_proxy(self.redis_url))
        self.environment = {
            **os.environ,
            **direct,
            **self.settings,
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "PORT": str(self.port),
            "DATABASE_URL": self.before_postgres.in_front_of(direct["DATABASE_URL"]),
            "WEB_DATABASE_URL": self.before_postgres.in_front_of(direct["WEB_DATABASE_URL"]),
            "TENANT_DATABASE_URL": self.before_tenants.in_front_of(direct["TENANT_DATABASE_URL"]),
            "REDIS_URL": self.before_redis.url,
        }
        self._add_webhook()
        self.start_processes()
        stack.callback(self.stop_processes)
        self.wait_until_ready()
        assert self.is_ready(), f"it does not start; the log ends:\n{self.log_end()}"

    def follow(self, postgres: PostgresServer) -> None:
        """Lead the way to Postgres to this server from now on, as an address that moves."""
        self.postgres = postgres
        self.database_url = postgres.ensure_database(DATABASE)
        for proxy in (self.before_postgres, self.before_tenants):
            proxy.lead_to(self.database_url)
            proxy.cut()

    def start_processes(self) -> None:
        """Start the supervisor, and with it all processes of ours."""
        command = (sys.executable, "-m", "tests.chaos.supervise", str(self.log))
        with self.log.with_suffix(".supervisor").open("ab") as log:
            self._supervisor = start(
                command, self.environment, signal.SIGTERM, cwd=ROOT, stdout=log, stderr=log
            )

    def stop_processes(self) -> None:
        """Stop them as Ctrl-C does."""
        assert self._supervisor is not None
        family = [*self._children(self._supervisor.pid)]
        self._supervisor.terminate()
        try:
            self._supervisor.wait(30)
        except subprocess.TimeoutExpired:
            self._supervisor.kill()
            self._supervisor.wait()
        psutil.wait_procs(family, 10)
        for process in family:
            with suppress(psutil.NoSuchProcess):
                process.kill()

    def supervisor(self) -> psutil.Process:
        """Return the process that supervises the others."""
        assert self._supervisor is not None
        return psutil.Process(self._supervisor.pid)

    def reap_supervisor(self) -> None:
        """Take note of the end of a supervisor that was killed, and end what it left."""
        assert self._supervisor is not None
        family = [*self._children(self._supervisor.pid)]
        self._supervisor.kill()
        self._supervisor.wait()
        _, left = psutil.wait_procs(family, 20)
        for process in left:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        psutil.wait_procs(left, 10)

    def processes(self) -> dict[str, list[psutil.Process]]:
        """Return what runs, by role."""
        found: dict[str, list[psutil.Process]] = {role: [] for role in ROLES}
        assert self._supervisor is not None
        for process in self._children(self._supervisor.pid, recursive=False):
            with suppress(psutil.NoSuchProcess):
                command = " ".join(process.cmdline())
                below = self._children(process.pid)
                if "gunicorn" in command:
                    found["web master"].append(process)
                    found["web process"] += below
                elif "jobs.worker" in command:
                    found["worker master"].append(process)
                    found["worker"] += below
                elif "jobs.scheduler" in command:
                    found["scheduler"].append(process)
        return found

    def wait_until_ready(self) -> float:
        """Wait until it is ready, or for three minutes; return after how many seconds."""
        began = time.monotonic()
        while not self.is_ready() and time.monotonic() - began < START_SECONDS:
            time.sleep(0.1)
        return time.monotonic() - began

    def is_ready(self) -> bool:
        """Return True if a visit would work and jobs are done."""
        try:
            with urllib.request.urlopen(f"{self.url}/ready", timeout=5) as it:
                return it.status == 200 and b"none reported" not in it.read()
        except (OSError, HTTPException):
            return False

    def ends(self) -> list[str]:
        """Return what the supervisor has said of processes that ended."""
        said = self.log.with_suffix(".ends")
        lines = said.read_text().splitlines() if said.exists() else []
        return [line for line in lines if " ended by itself" in line]

    def log_end(self, size: int = 3000) -> str:
        """Return the end of what the processes have logged."""
        return self.log.read_text(errors="replace")[-size:] if self.log.exists() else ""

    @contextmanager
    def database(self) -> Iterator["psycopg.Connection[tuple[object, ...]]"]:
        """Connect to Postgres itself, past the proxies, as its superuser."""
        with psycopg.connect(self.database_url, autocommit=True) as connection:
            yield connection

    @contextmanager
    def redis(self) -> Iterator["redis.Redis"]:
        """Connect to Redis itself, past the proxy."""
        with redis.Redis.from_url(self.redis_url, decode_responses=True) as client:
            yield client

    def log_bytes(self) -> int:
        """Return how much the processes have logged, in all files that are kept."""
        return sum(file.stat().st_size for file in self.log.parent.glob(f"{self.log.name}*"))

    def command(self, *arguments: str) -> str:
        """Run `flask demo` as an operator would."""
        done = subprocess.run(
            [sys.executable, "-m", "flask", "--app", "wsgi", "demo", *arguments],
            cwd=ROOT, env=self.environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout

    def _stop_servers(self) -> None:
        for server in (self.valkey, self.postgres):
            server.stop()

    def _add_webhook(self) -> None:
        kinds = "session.created,session.ended,lead.created"
        self.command("webhook", "add", self.crm.url, "--title", "chaos", "--kinds", kinds)

    @staticmethod
    def _children(pid: int, recursive: bool = True) -> list[psutil.Process]:
        try:
            return list(psutil.Process(pid).children(recursive=recursive))
        except psutil.NoSuchProcess:
            return []


@contextmanager
def running_stack(home: Path, **settings: str) -> Iterator[Stack]:
    """The system, running until the block ends."""
    with ExitStack() as stack:
        made = Stack(home, settings)
        made.open(stack)
        yield made


def eventually(look: Callable[[], object], seconds: float) -> bool:
    """Return True as soon as `look` is true, False after so many seconds."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if look():
            return True
        time.sleep(0.1)
    return False
