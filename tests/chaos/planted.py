"""Violations, one for each checker, that are planted to see that the checker finds them."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import replace
from threading import Thread

import psutil
import psycopg

from tests.chaos.checkers.bounds import nothing_is_stuck
from tests.chaos.checkers.figures import COUNTS
from tests.chaos.checkers.jobs import FAILED
from tests.chaos.history import Outcome, Visit, Write
from tests.chaos.runner import Run
from tests.chaos.stack import eventually

ROLE = "mm_" + "0" * 40
SPOIL = """
SELECT schema_name FROM control.tenants WHERE state = 'ready' AND is_demo ORDER BY ready_at LIMIT 1
"""
REPEAT = """
INSERT INTO control.events (happened_at, id, kind, version, session, details)
SELECT happened_at, 'planted', kind, version, session, details FROM control.events
 WHERE kind = 'created' AND session IS NOT NULL LIMIT 1
"""


@contextmanager
def frozen(run: Run) -> Iterator[None]:
    """Stop every process that could repair what is planted."""
    running = run.stack.processes()
    stopped = running["worker"] + running["worker master"] + running["scheduler"]
    for process in stopped:
        process.suspend()
    try:
        yield
    finally:
        for process in stopped:
            with suppress(psutil.NoSuchProcess):
                process.resume()


def _statements(*pair: str) -> Callable[[Run], AbstractContextManager[None]]:
    """Return what runs one statement, and in the end the other."""

    @contextmanager
    def plant(run: Run) -> Iterator[None]:
        with run.stack.database() as database:
            database.execute(pair[0].encode())
            yield
            database.execute(pair[1].encode())

    return plant


def _open_visit(run: Run) -> Visit:
    """Return a visit whose session is open, with its end out of sight."""
    with run.stack.database() as database:
        rows = database.execute(
            "SELECT session_id FROM control.demo_sessions WHERE status = 'active'"
            " AND expires_at > now() + interval '1 minute'"
        )
        known = {str(row[0]) for row in rows}
    return next(
        visit
        for visit in run.history.open_visits()
        if visit.session_id in known and not visit.unclear
    )


@contextmanager
def lost_write(run: Run) -> Iterator[None]:
    """A sale that was acknowledged and is not there."""
    visit = _open_visit(run)
    visit.writes.append(Write("sale", "k", Outcome.DONE, "00000000-0000-4000-8000-000000000000"))
    yield
    visit.writes.pop()


@contextmanager
def doubled_write(run: Run) -> Iterator[None]:
    """An adjustment that is there more often than it was sent."""
    visit = _open_visit(run)
    with run.stack.database() as database:
        table = f"{visit.schema}.stock_movements"
        database.execute(
            f"INSERT INTO {table} (kind, ingredient_id, location_id, quantity, reason)"
            f" SELECT kind, ingredient_id, location_id, quantity, '{visit.canary}' FROM {table}"
            " WHERE ingredient_id IS NOT NULL LIMIT 1".encode()
        )
        yield
        database.execute(f"DELETE FROM {table} WHERE id = (SELECT max(id) FROM {table})".encode())


@contextmanager
def changed_copy(run: Run) -> Iterator[None]:
    """A tenant of the pool in which a row is another."""
    with run.stack.database() as database:
        (schema,) = database.execute(SPOIL).fetchone() or ("",)
        table = f"{schema}.customers"
        database.execute(f"UPDATE {table} SET city = city || '!' WHERE id = 1".encode())
        yield
        database.execute(f"UPDATE {table} SET city = rtrim(city, '!') WHERE id = 1".encode())


@contextmanager
def kept_name(run: Run) -> Iterator[None]:
    """A key in Redis that names a session which is over."""
    with run.stack.database() as database, run.stack.redis() as client:
        row = database.execute(
            "SELECT session_id FROM control.demo_sessions WHERE status = 'destroyed' LIMIT 1"
        ).fetchone()
        assert row is not None, "no session has ended"
        client.set("demo:planted", str(row[0]))
        yield
        client.delete("demo:planted")


@contextmanager
def failed_job(run: Run) -> Iterator[None]:
    """A job that failed while nothing was broken."""
    with run.stack.redis() as client:
        client.zadd(f"{FAILED}maintenance", {"planted": 2**40})
        yield
        client.zrem(f"{FAILED}maintenance", "planted")


@contextmanager
def kept_count(run: Run) -> Iterator[None]:
    """A count of requests that nothing moves to Postgres."""
    with run.stack.redis() as client:
        client.hset(COUNTS, "planted", 1)
        yield
        client.hdel(COUNTS, "planted")


@contextmanager
def revived(run: Run) -> Iterator[None]:
    """A session that answers, though its visitor was told that it is over."""
    run.history.visits.append(replace(_open_visit(run), over="planted"))
    yield
    run.history.visits.pop()


@contextmanager
def foreign_row(run: Run) -> Iterator[None]:
    """An answer with the canary of another than the visitor."""
    visit = replace(_open_visit(run), canary="canary-0000000000000000")
    run.visitors[0].send("GET", "/api/tenant", visit=visit)
    yield
    run.history.leaks.clear()


@contextmanager
def wrong_end(run: Run) -> Iterator[None]:
    """An experiment that saw what it does not promise."""
    run.history.wrong.append("two releases: a clone is not done")
    yield
    run.history.wrong.pop()


@contextmanager
def unnamed_failure(run: Run) -> Iterator[None]:
    """An answer of 500 while nothing is broken."""
    run.history.note_failure("GET /", 500, "internal_error", False, 0.1)
    yield
    run.history.failures.pop()


@contextmanager
def impolite_failure(run: Run) -> Iterator[None]:
    """An answer of 503 that is allowed, and does not say when to come back."""
    run.history.during = "Redis killed"
    run.history.note_failure("GET /", 503, "unavailable", False, 0.1)
    run.history.during = ""
    yield
    run.history.failures.pop()


@contextmanager
def ended_process(run: Run) -> Iterator[None]:
    """A scheduler that ended, and was not killed."""
    run.history.ends.append("scheduler ended by itself, with code 1.")
    yield
    run.history.ends.pop()


def _counted(name: str) -> Callable[[Run], AbstractContextManager[None]]:
    """Return what has visitors remember one thing more than they did."""

    @contextmanager
    def plant(run: Run) -> Iterator[None]:
        counter = getattr(run.history, name)
        counter["done"] += 1
        yield
        counter["done"] -= 1

    return plant


@contextmanager
def lost_webhook(run: Run) -> Iterator[None]:
    """A message that the CRM never got."""
    kept = list(run.stack.crm.headers)
    del run.stack.crm.headers[:]
    yield
    run.stack.crm.headers.extend(kept)


@contextmanager
def held_lock(run: Run) -> Iterator[None]:
    """A transaction that waits for a lock."""
    lock = "LOCK TABLE control.leads IN ACCESS EXCLUSIVE MODE"
    with (
        psycopg.connect(run.stack.database_url) as one,
        psycopg.connect(run.stack.database_url) as two,
    ):
        one.execute(lock)
        waiting = Thread(target=two.execute, args=[lock])
        waiting.start()
        assert eventually(lambda: nothing_is_stuck(run.scene), 60)
        yield
        one.rollback()
        waiting.join()


@contextmanager
def deaf_system(run: Run) -> Iterator[None]:
    """A system that takes no connections."""
    url, run.stack.url = run.stack.url, "http://127.0.0.1:1"
    yield
    run.stack.url = url


@contextmanager
def stopped_process(run: Run) -> Iterator[None]:
    """A scheduler that is stopped, as all are that `frozen` stops."""
    yield


PLANTED: tuple[tuple[str, str, Callable[[Run], AbstractContextManager[None]]], ...] = (
    (
        "schemas",
        "schema demo_0 has no row",
        _statements("CREATE SCHEMA demo_0", "DROP SCHEMA demo_0"),
    ),
    ("roles", "has no tenant", _statements(f"CREATE ROLE {ROLE}", f"DROP ROLE {ROLE}")),
    (
        "sessions",
        "is active, and its tenant is",
        _statements(
            "UPDATE control.tenants SET demo_session_id = NULL WHERE state = 'leased'",
            "UPDATE control.tenants AS t SET demo_session_id = s.id FROM control.demo_sessions AS s"
            " WHERE s.virtual_tenant_id = t.id AND t.state = 'leased'",
        ),
    ),
    (
        "pool",
        "0 ready tenants",
        _statements(
            "UPDATE control.tenants SET state = 'cloning' WHERE state = 'ready' AND is_demo",
            "UPDATE control.tenants SET state = 'ready' WHERE state = 'cloning' AND is_demo",
        ),
    ),
    ("writes", "was acknowledged and is lost", lost_write),
    ("writes", "are there", doubled_write),
    ("copies", "is ready and differs", changed_copy),
    ("leftovers", "demo:planted names", kept_name),
    (
        "leftovers",
        "keeps planted",
        _statements(
            "UPDATE control.demo_sessions SET user_agent = 'planted' WHERE status = 'destroyed'",
            "UPDATE control.demo_sessions SET user_agent = NULL WHERE user_agent = 'planted'",
        ),
    ),
    ("ended", "got 200 from", revived),
    ("foreign", "GET /api/tenant shows", foreign_row),
    ("jobs", "job planted (unknown) of maintenance failed for good", failed_job),
    ("looks", "a clone is not done", wrong_end),
    ("failures", "500 internal_error", unnamed_failure),
    ("failures", "without Retry-After", impolite_failure),
    ("statistics", "sessions are there", _counted("opening")),
    (
        "events",
        "events of one session",
        _statements(REPEAT, "DELETE FROM control.events WHERE id = 'planted'"),
    ),
    ("activity", "wait in Redis", kept_count),
    ("leads", "leads are there", _counted("leads")),
    ("webhooks", "did not arrive", lost_webhook),
    ("stuck", "waits for a lock", held_lock),
    ("ends", "ended by itself", ended_process),
    ("usable", "does not say that a visit would work", deaf_system),
    ("processes", "a scheduler is stopped", stopped_process),
)
"""The checker, what it has to say, and how the violation is planted."""
