"""The servers of a benchmark: Postgres as the local stack runs it, Valkey, and web servers."""

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from app.database.logins import make_logins
from app.local.postgres import PostgresServer
from app.local.valkey import ValkeyServer
from jobs.services import job_services
from tests.conftest import scratch_directory
from tests.fixtures.live import WEB_WORKER, LiveSystem, free_port, seed, wait_until_ready
from tests.fixtures.parts import Parts, make_parts

SECRET = "a secret for benchmarks, at least 32 bytes"


@contextmanager
def started(name: str) -> Iterator[tuple[str, str, Path]]:
    """A Postgres and a Valkey; gives the URLs of both and a folder."""
    with ExitStack() as stack:
        home = stack.enter_context(scratch_directory(f"{name}-"))
        postgres, valkey = PostgresServer(home), ValkeyServer(home, {"appendonly": "no"})
        postgres.start()
        stack.callback(postgres.stop)
        valkey.start()
        stack.callback(valkey.stop)
        yield postgres.ensure_database("bench"), valkey.url, home


@contextmanager
def servers() -> Iterator[LiveSystem]:
    """A seeded system without processes of its own; they are started where they are measured."""
    with started("bench") as (url, redis_url, home):
        seed(url)
        logins = make_logins(url, SECRET)
        assert logins is not None
        system = LiveSystem(url, redis_url, home / "processes.log")
        system.environment = {
            "DATABASE_URL": url,
            "WEB_DATABASE_URL": logins.web,
            "TENANT_DATABASE_URL": logins.tenants,
            "REDIS_URL": redis_url,
            "JWT_SECRET": SECRET,
            "DEMO_CREATE_RATE_LIMIT": "1000000 per minute",
            "DEMO_SESSIONS_PER_ADDRESS": "0",
            "GATEWAY_RESETS_PER_MINUTE": "100000",
            "GATEWAY_EXTENSIONS_PER_MINUTE": "100000",
            "GATEWAY_STATUS_PER_MINUTE": "1000000",
            "GATEWAY_ANONYMOUS_PER_MINUTE": "1000000",
            "DEMO_CREATIONS_PER_MINUTE": "0",
            "DEMO_MAX_SESSIONS": "5000",
            "DEMO_SESSION_DURATION_MINUTES": "600",
            "GATEWAY_REQUESTS_PER_MINUTE": "100000",
            "DEMO_POOL_SIZE": "0",
            "DEMO_POOL_MAX": "0",  # else the pool follows the arrivals, and nothing is cold
            "DB_POOL_SIZE": "8",
            "LOG_LEVEL": "WARNING",
            "TZ": "UTC",
        }
        yield system


def parts_of(system: LiveSystem) -> Parts:
    """The services of jobs, in this process."""
    os.environ.update(system.environment)
    job_services.cache_clear()
    return make_parts()


@contextmanager
def served(system: LiveSystem, application: str, *, workers: int = 2) -> Iterator[str]:
    """A WSGI application on the web server, as the Procfile runs it, with two workers there."""
    arguments = (*WEB_WORKER, "--workers", str(workers), "--threads", "8")
    with served_by(system, arguments, application) as (url, _):
        yield url


@contextmanager
def served_by(
    system: LiveSystem, arguments: Sequence[str], application: str = "wsgi:application"
) -> Iterator[tuple[str, "subprocess.Popen[bytes]"]]:
    """A WSGI application on gunicorn with these arguments: its address and its process."""
    port = free_port()
    with system.process(
        sys.executable, "-m", "gunicorn", "--no-control-socket", "--graceful-timeout", "2",
        "--bind", f"127.0.0.1:{port}", *arguments, application, PYTHONPATH=str(Path.cwd()),
    ) as process:  # fmt: skip
        url = f"http://127.0.0.1:{port}"
        wait_until_ready(url, process, system.log)
        yield url, process
