"""Postgres crashes, restarts, loses connections, has none left, is locked, or loses answers."""

import os
import shutil
import signal
import time
from contextlib import ExitStack, suppress

import psycopg

from tests.chaos.experiments.model import Experiment, Trial, register
from tests.chaos.replica import Replica, acknowledged_by_both
from tests.fixtures.server_settings import server_settings
from tests.fixtures.tcp_proxy import TcpProxy

POLITE = frozenset({"503"})
LOST_ANSWERS = 4
LOST_SECONDS = 60
BURST_SECONDS = 10
REPEATED = 3
MEGABYTE = 1 << 20
SLOW_DISK = {"commit_delay": "100000", "commit_siblings": "0"}
"""Each flush of the log waits for 0.1 s, also when nothing else commits."""
SLOW_SECONDS = 10
TERMINATE = """
SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
 WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
REFUSED = "Requests answer 503 with Retry-After until it is back."


def crash(trial: Trial) -> None:
    """End the server without a checkpoint, wait a little, and let it recover."""
    assert trial.stack.postgres.pid is not None
    os.kill(trial.stack.postgres.pid, signal.SIGQUIT)
    _start_again(trial)


def restart(trial: Trial) -> None:
    """Stop the server as an upgrade does, and start it."""
    _start_again(trial)


def _start_again(trial: Trial) -> None:
    trial.stack.postgres.stop()
    time.sleep(trial.random.uniform(0.5, 2))
    trial.stack.postgres.start()
    trial.done += 1


def take_over(trial: Trial) -> None:
    """Have a replica follow, end the server at once, and lead everything to the replica."""
    primary = trial.stack.postgres
    home = trial.stack.home / f"replica-{time.monotonic_ns()}"
    home.mkdir(mode=0o711)
    replica = Replica(home, primary)
    replica.start()
    try:
        with acknowledged_by_both(primary):
            time.sleep(trial.random.uniform(2, 4))
            assert primary.pid is not None
            os.kill(primary.pid, signal.SIGQUIT)
            primary.stop()
            replica.promote()
    except BaseException:
        replica.stop()
        raise
    trial.stack.follow(replica)
    shutil.rmtree(primary.data)
    trial.done += 1


def slow_disk(trial: Trial) -> None:
    """Have each flush of the log take longer for some seconds."""
    with trial.stack.database() as database, server_settings(database, SLOW_DISK):
        time.sleep(SLOW_SECONDS)
    trial.done += 1


def terminate_backends(trial: Trial) -> None:
    """End every connection of ours, several times."""
    for _ in range(4):
        with trial.stack.database() as database:
            database.execute(TERMINATE)
        trial.done += 1
        time.sleep(trial.random.uniform(0.3, 1))


def exhaust_connections(trial: Trial) -> None:
    """Take every connection that is left, and keep it for some seconds."""
    with ExitStack() as stack:
        with suppress(psycopg.OperationalError):
            for _ in range(200):
                stack.enter_context(psycopg.connect(trial.stack.database_url))
        time.sleep(5)
    trial.done += 1


def lock_templates(trial: Trial) -> None:
    """Hold a lock on a table of each template, so that no clone can read it."""
    with psycopg.connect(trial.stack.database_url) as connection:
        connection.execute(
            "LOCK TABLE template_individual_bakery.products IN ACCESS EXCLUSIVE MODE"
        )
        connection.execute("LOCK TABLE template_central_baker.products IN ACCESS EXCLUSIVE MODE")
        time.sleep(5)
        connection.rollback()
    trial.done += 1


def lose_answers_to_commits(trial: Trial) -> None:
    """Let commits of visitors happen, and end the connection before they are told.

    Most commits are of reads: it goes on until some writes were sent again.
    """
    for proxy, least in ((trial.stack.before_tenants, REPEATED), (trial.stack.before_postgres, 0)):
        before, repeated = proxy.lost, trial.history.repeated.total()
        end = time.monotonic() + LOST_SECONDS
        while time.monotonic() < end:
            _lose_some(proxy)
            if trial.history.repeated.total() >= repeated + least:
                break
        trial.done += proxy.lost - before


def _lose_some(proxy: TcpProxy) -> None:
    """Lose a few answers, then let visitors send again."""
    wanted, end = proxy.lost + LOST_ANSWERS, time.monotonic() + BURST_SECONDS
    proxy.lose_answers(b"COMMIT", b"COMMIT\0", LOST_ANSWERS)
    while proxy.lost < wanted and time.monotonic() < end:
        time.sleep(0.1)
    proxy.release()
    time.sleep(1)


def slow_network(trial: Trial) -> None:
    """Delay each piece between us and Postgres, and lose some connections."""
    proxies = (trial.stack.before_tenants, trial.stack.before_postgres)
    for proxy in proxies:
        proxy.slow(lambda: trial.random.expovariate(1 / 0.01))
    for _ in range(3):
        time.sleep(2)
        trial.random.choice(proxies).cut()
        trial.done += 1
    for proxy in proxies:
        proxy.release()


def fill_disk(trial: Trial) -> None:
    """Leave no room where Postgres and Redis keep their data, and give it back."""
    if not os.path.ismount(trial.stack.home):
        return
    filler = trial.stack.home / "filler"
    with filler.open("wb") as file, suppress(OSError):
        for _ in range(100_000):
            os.posix_fallocate(file.fileno(), file.seek(0, os.SEEK_END), MEGABYTE)
    try:
        time.sleep(8)
    finally:
        filler.unlink()
    for server in (trial.stack.postgres, trial.stack.valkey):
        if server.pid is None:  # each ends where it cannot write its log
            server.stop()
            server.start()
    trial.done += 1


EXPERIMENTS = register(
    Experiment(
        "disk full",
        "Postgres",
        "No room for Postgres and Redis for 8 s (needs root, for a file system of its own).",
        "503 for what would write; what was acknowledged is there when there is room again.",
        fill_disk,
        POLITE,
    ),
    Experiment(
        "Postgres crashes",
        "Postgres",
        "An immediate shutdown, and recovery from the log.",
        f"{REFUSED} What was acknowledged is there after recovery.",
        crash,
        POLITE,
        is_quick=True,
    ),
    Experiment(
        "Postgres restarts",
        "Postgres",
        "A stop and a start.",
        REFUSED,
        restart,
        POLITE,
    ),
    Experiment(
        "a replica takes over",
        "Postgres",
        "A replica follows, the server ends at once, and its address leads to the replica.",
        f"{REFUSED} What was acknowledged is there, where commits wait for the replica.",
        take_over,
        POLITE,
    ),
    Experiment(
        "slow disk",
        "Postgres",
        "Each flush of Postgres' log takes 0.1 s longer, for 10 s.",
        "Slower writes, and no failure.",
        slow_disk,
    ),
    Experiment(
        "backends terminated",
        "Postgres",
        "`pg_terminate_backend` of every connection, four times.",
        "Requests in hand answer 503; the next ones find new connections.",
        terminate_backends,
        POLITE,
    ),
    Experiment(
        "connections exhausted",
        "Postgres",
        "Every connection that is left is taken for 5 s.",
        "Who needs a new connection gets 503; open ones work on.",
        exhaust_connections,
        POLITE,
    ),
    Experiment(
        "templates locked",
        "Postgres",
        "An exclusive lock on a table of each template for 5 s.",
        "The pool serves; who finds it empty waits, and a reset answers 503.",
        lock_templates,
        POLITE,
    ),
    Experiment(
        "answers to commits lost",
        "Postgres",
        "A commit happens, and its answer does not arrive.",
        "The request answers 503; sent again with its key it acts once.",
        lose_answers_to_commits,
        POLITE,
        is_quick=True,
    ),
    Experiment(
        "slow network to Postgres",
        "Postgres",
        "10 ms more for each piece on average, and connections that are cut.",
        "Slower answers; 503 for requests in hand when a connection is cut.",
        slow_network,
        POLITE,
    ),
)
