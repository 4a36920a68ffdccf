"""A system beside the one that visitors use: servers of its own, and processes as they are needed.

Its processes may be of the release before (`tests/fixtures/last_release.py`).
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import psycopg
import redis

from app.local.postgres import PostgresServer
from app.local.server import ENVIRONMENT
from app.local.valkey import ValkeyServer
from tests.chaos.checkers.model import Scene
from tests.chaos.checkers.tenants import schemas_and_rows, sessions_and_tenants
from tests.chaos.history import History
from tests.chaos.stack import DURABLE
from tests.fixtures.live import ROOT, environment_of, running, web_server

RUN_SECONDS = 300
SEED = "import sys; from tests.fixtures.live import seed; seed(sys.argv[1])"
LOGINS = """
import json, sys
from app.database.logins import make_logins
made = make_logins(sys.argv[1], sys.argv[2])
print(json.dumps({"WEB_DATABASE_URL": made.web, "TENANT_DATABASE_URL": made.tenants}))
"""


@dataclass
class SecondSystem:
    """Servers, a seeded database, and how processes are run on them, from a folder of code."""

    log: Path
    database_url: str
    redis_url: str
    environment: dict[str, str] = field(default_factory=dict)

    def settings(self, folder: Path) -> dict[str, str]:
        """Return the environment of a process of this code."""
        return {**os.environ, **self.environment, "PYTHONPATH": str(folder)}

    @contextmanager
    def web(self, folder: Path = ROOT, **extra: str) -> Iterator[str]:
        """Run a web server, without the owner's login; gives its URL."""
        settings = {**self.settings(folder), "DATABASE_URL": "", **extra}
        with web_server(settings, self.log, folder) as url:
            yield url

    @contextmanager
    def jobs(self, folder: Path = ROOT, **extra: str) -> Iterator[psutil.Process]:
        """Run workers and a scheduler; gives the workers' master."""
        settings = {**self.settings(folder), **extra}
        scheduler, worker = (
            (sys.executable, "-m", f"jobs.{one}") for one in ("scheduler", "worker")
        )
        with (
            running(scheduler, settings, self.log, folder),
            running(worker, settings, self.log, folder) as workers,
        ):
            yield psutil.Process(workers.pid)

    def start(self, *command: str, folder: Path = ROOT, **extra: str) -> "subprocess.Popen[str]":
        """Start a program, as one that is going to be killed."""
        return subprocess.Popen(
            [sys.executable, *command], cwd=folder, env=self.settings(folder) | extra, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip

    def run(self, *command: str, folder: Path = ROOT, **extra: str) -> str:
        """Run a program to its end; return what it printed.

        Raises:
            RuntimeError: it failed.
        """
        done = self.start(*command, folder=folder, **extra)
        told, _ = done.communicate(timeout=RUN_SECONDS)
        if done.returncode:
            raise RuntimeError(f"{command[:4]} ended with {done.returncode}: {told[-2000:]}")
        return told

    def demo(self, *arguments: str, folder: Path = ROOT, **extra: str) -> str:
        """Run a command of the operators."""
        flask = ("-m", "flask", "--app", "wsgi", "demo")
        return self.run(*flask, *arguments, folder=folder, **extra)

    @contextmanager
    def database(self) -> Iterator["psycopg.Connection[tuple[object, ...]]"]:
        """Connect to Postgres as its superuser."""
        with psycopg.connect(self.database_url, autocommit=True) as connection:
            yield connection

    @contextmanager
    def redis(self) -> Iterator["redis.Redis"]:
        """Connect to Redis."""
        with redis.Redis.from_url(self.redis_url, decode_responses=True) as client:
            yield client

    def strays(self) -> list[str]:
        """Return schemas, rows and sessions that do not belong to each other."""
        scene = Scene(self, History())  # type: ignore[arg-type]  # it has a database
        return schemas_and_rows(scene) + sessions_and_tenants(scene)

    def make_logins(self, folder: Path = ROOT) -> None:
        """Make the web's logins as this code does; processes that are started then have them."""
        told = self.run(
            "-c", LOGINS, self.database_url, self.environment["JWT_SECRET"], folder=folder
        )
        self.environment |= json.loads(told.splitlines()[-1])


@contextmanager
def shifted(minutes: int) -> Iterator[None]:
    """Have the servers that are started meanwhile see another time, by Debian's libfaketime."""
    ENVIRONMENT.update({"LD_PRELOAD": str(find_libfaketime()), "FAKETIME": f"{minutes:+d}m"})
    try:
        yield
    finally:
        for name in ("LD_PRELOAD", "FAKETIME"):
            del ENVIRONMENT[name]


def find_libfaketime() -> Path | None:
    """Return where it is, if it is on this machine."""
    return next(iter(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1")), None)


@contextmanager
def second_system(
    home: Path, seeded_by: Path = ROOT, minutes: tuple[int, int] = (0, 0), **settings: str
) -> Iterator[SecondSystem]:
    """Servers below `home`, and a database that this code has seeded.

    `minutes` is by how much the clocks of Postgres and Redis are ahead of ours.
    """
    home.mkdir(mode=0o711, exist_ok=True)
    with ExitStack() as stack:
        postgres = PostgresServer(home, overrides=DURABLE)
        valkey = ValkeyServer(home, {"appendonly": "no"})
        for server, ahead in zip((postgres, valkey), minutes, strict=True):
            with shifted(ahead) if ahead else nullcontext():
                server.start()
            stack.callback(server.stop)
        database_url = postgres.ensure_database("second")
        system = SecondSystem(home / "processes.log", database_url, valkey.url)
        system.run("-c", SEED, database_url, folder=seeded_by)
        system.environment = environment_of(database_url, valkey.url) | settings
        system.make_logins(seeded_by)
        yield system
