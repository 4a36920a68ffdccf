"""Events come into Postgres once, whatever is killed, and visits and totals add up."""

import json
import sys
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from app.insights.events.recorder import FIELD, LOST, STREAM
from app.insights.ingest import store as stores
from app.insights.ingest.partitions import keep_partitions
from app.insights.ingest.stream import REJECTED
from jobs.maintenance.events import ingest_events

NOON = datetime.now(UTC) - timedelta(minutes=30)


@pytest.fixture
def put(services):
    """Put an event into the stream, so many seconds after the visits of the test begin."""
    numbers = iter(range(10_000))

    def add(kind, session=None, at=0.0, copies=1, **details):
        event = {
            "id": f"{7:016x}-{next(numbers)}",
            "kind": kind,
            "version": 1,
            "at": round(NOON.timestamp() + at, 3),
            "session": session and str(session),
            "details": details,
        }
        for _ in range(copies):
            services.redis.xadd(STREAM, {FIELD: json.dumps(event)})

    return add


def totals(database, *names):
    columns = ", ".join(f"sum({name})::int" for name in names)
    return database.execute(f"SELECT {columns} FROM control.visit_totals").fetchone()


def rolled_up(database, table, *names):
    columns = ", ".join(names)
    return database.execute(
        f"SELECT {columns} FROM control.visit_{table} WHERE created > 0"
    ).fetchall()


def a_visit(put, session, **details):
    put("opened_module", session, 3, module="shop", page="/shop", outcome="ok")
    put("created", session, 0, account_type="small", source="mail", language="es", **details)
    put("acted", session, 20, module="shop", page="/shop", outcome="422")
    put("sold", session, 45, module="shop", page="/shop", outcome="ok")
    put("opened_module", session, 60, module="stock", page="/stock", outcome="ok")


def test_a_visit_is_added_up(services, database, put):
    session = uuid4()
    a_visit(put, session)
    put("landed", None, -5, source="mail", language="es")
    report = ingest_events(services)
    assert (report["stored"], report["rejected"], report["lost"]) == (6, 0, 0)
    assert services.redis.xlen(STREAM) == 0
    assert totals(
        database, "landed", "created", "acted", "sold", "traded", "first_60", "ordered", "seconds"
    ) == (1, 1, 1, 1, 1, 1, 0, 60)
    assert database.execute(
        "SELECT module, visits, pages, acts, exits FROM control.module_totals ORDER BY 1"
    ).fetchall() == [("shop", 1, 1, 2, 0), ("stock", 1, 1, 0, 1)]
    assert database.execute(
        "SELECT source, last_page, events, counts ->> 'opened_module' FROM control.visits"
    ).fetchall() == [("mail", "/stock", 5, "2")]


def test_the_same_in_two_runs_and_in_any_order_is_the_same(services, database, put):
    session = uuid4()
    put("sold", session, 45, module="shop", outcome="ok")
    ingest_events(services)
    assert totals(database, "created") == (None,), "it is not known to have been created"
    put("tour_step", session, 50, step="till", finished=True)
    put("created", session, 0, account_type="small")
    ingest_events(services)
    put("opened_module", session, 9, module="stock")
    put("acted", session, 8, module="stock", outcome="ok")
    ingest_events(services)
    wanted = ("created", "acted", "sold", "toured", "first_60", "first_10", "seconds")
    assert totals(database, *wanted) == (1, 1, 1, 1, 0, 1, 50)
    assert rolled_up(database, "weeks", *wanted) == [(1, 1, 1, 1, 0, 1, 50)]
    assert rolled_up(database, "pairs", *wanted) == [(1, 1, 1, 1, 0, 1, 50)] * 6
    assert database.execute(
        "SELECT module, exits FROM control.module_totals ORDER BY 1"
    ).fetchall() == [("shop", 1), ("stock", 0)]


def test_a_copy_counts_once(services, database, put):
    session = uuid4()
    put("created", session, 0, account_type="small", copies=3)
    ingest_events(services)
    assert totals(database, "created") == (1,)
    assert database.execute("SELECT count(*) FROM control.events").fetchone() == (1,)


def test_what_is_no_event_is_set_aside_and_counted(services, database, put):
    put("created", uuid4(), 0, account_type="small", email="carmen@example.com")
    put("baked", uuid4(), 0)
    put("reset", uuid4(), -400 * 86_400)
    put("reset", uuid4(), 400 * 86_400)
    put("reset", uuid4(), 1e18)
    put("landed", None, 0, source="\ud800")
    put("landed", None, 0, source="a\x00b")
    put("extended", uuid4(), 0, minutes=float("inf"))
    for junk in (b"\xff\xfe", b"[]", b"{}", b'{"id": 3}', b"[" * 5000, b'{"id":NaN}'):
        services.redis.xadd(STREAM, {FIELD: junk})
    services.redis.xadd(STREAM, {"something": "else"})
    put("created", uuid4(), 0, account_type="small")
    report = ingest_events(services)
    assert (report["stored"], report["rejected"]) == (1, 15)
    assert services.redis.hlen(REJECTED) == 15
    assert services.redis.xlen(STREAM) == 0
    assert services.health.incidents()["events_rejected"] == 15


def test_what_recorders_lost_is_counted_once(services):
    services.redis.hset(LOST, mapping={"flood": 7, "buffer": 2})
    assert [ingest_events(services)["lost"] for _ in range(2)] == [9, 0]
    assert services.health.incidents()["events_lost"] == 9


def test_one_visit_has_so_many_events_and_further_ones_are_counted(
    services, database, put, monkeypatch
):
    monkeypatch.setattr(stores, "MOST_EVENTS", 3)
    session = uuid4()
    a_visit(put, session)
    ingest_events(services)
    put("opened_module", session, 70, module="stock")
    put("left_contact", session, 80, place="end")
    report = ingest_events(services)
    assert (report["stored"], report["lost"]) == (1, 1)
    assert totals(database, "contacted", "seconds") == (1, 80)


def test_sources_that_are_made_up_are_one(services, database, put, monkeypatch):
    monkeypatch.setattr(stores, "MOST_SOURCES", 2)
    for number in range(5):
        put("landed", None, number, source=f"made-up-{number}")
    put("created", uuid4(), 9, account_type="small", source="made-up-9", language="xx")
    put("created", uuid4(), 9, account_type="small", source="made-up-1")
    ingest_events(services)
    rows = database.execute(
        "SELECT source, sum(landed)::int, sum(created)::int FROM control.visit_totals"
        " GROUP BY 1 ORDER BY 1"
    ).fetchall()
    assert sum(row[1] for row in rows) == 5
    assert sum(row[2] for row in rows) == 2
    assert len(rows) == 3
    assert "other" in [row[0] for row in rows]
    assert ("xx",) not in database.execute("SELECT language FROM control.visit_totals").fetchall()


def test_a_private_visit_is_counted_and_not_followed(services, database, put):
    put("created", None, 0, account_type="small", source="mail")
    put("opened_module", None, 1, module="shop")
    put("expired", uuid4(), 9, by="clock")
    ingest_events(services)
    assert totals(database, "created", "untracked") == (0, 1)
    assert database.execute("SELECT count(*) FROM control.visits").fetchone() == (0,)
    assert (
        "opened_module",
        "shop",
        1,
    ) in database.execute("SELECT kind, detail, events FROM control.event_totals").fetchall()


def a_session(database, template_id, status, **metadata):
    row = database.execute(
        "INSERT INTO control.demo_sessions (session_id, base_demo_tenant_id, demo_account_type,"
        " status, expires_at, destroyed_at, metadata)"
        " VALUES (gen_random_uuid()::text, %s, 'small', %s, now(), now(), %s) RETURNING id",
        [template_id, status, json.dumps(metadata)],
    ).fetchone()
    return row[0]


def test_how_a_visit_ended_is_what_its_sessions_row_says(services, database, template_id, put):
    ends = [
        a_session(database, template_id, "destroyed", ended_by="visitor"),
        a_session(database, template_id, "destroyed", ended_by="operators"),
        a_session(database, template_id, "expired", ended_by="idle"),
        a_session(database, template_id, "failed"),
    ]
    for session in ends:
        put("created", session, 0, account_type="small")
    assert [ingest_events(services)["ended"] for _ in range(2)] == [4, 0]
    assert totals(database, "by_visitor", "by_ops", "by_clock", "failed") == (1, 1, 1, 1)


def test_a_visit_goes_with_its_sessions_row_and_its_figures_stay(
    services, database, template_id, put
):
    kept, gone = a_session(database, template_id, "destroyed"), uuid4()
    for session in (kept, gone):
        put("created", session, 0, account_type="small")
    ingest_events(services)
    assert stores.purge_visits(services.engine, 1) == 0
    assert stores.purge_visits(services.engine, 0) == 1
    assert database.execute("SELECT session FROM control.visits").fetchall() == [(kept,)]
    assert totals(database, "created") == (2,)


def test_days_are_made_ahead_and_dropped_when_their_time_is_over(services, database):
    def tables():
        return database.execute(
            "SELECT count(*) FROM pg_inherits WHERE inhparent = 'control.events'::regclass"
        ).fetchone()[0]

    assert tables() == 30 + 1 + 3
    assert keep_partitions(services.engine, 30) == []
    assert len(keep_partitions(services.engine, 10)) == 20
    assert tables() == 10 + 1 + 3


OURS = ("jobs/maintenance/events.py", "app/insights/ingest/store.py")


class Killed(BaseException):
    """The process ends here."""


def run_until(services, line):
    """Run the job up to the n-th line of it, each line counted once; return False at its end."""
    seen = set()

    def trace(frame, _event, _argument):
        return step if frame.f_code.co_filename.endswith(OURS) else None

    def step(frame, event, _argument):
        if event == "line":
            seen.add((frame.f_code.co_filename, frame.f_lineno))
            if len(seen) == line:
                sys.settrace(None)
                raise Killed
        return step

    sys.settrace(trace)
    try:
        ingest_events(services)
    except Killed:
        return True
    finally:
        sys.settrace(None)
    return False


def test_a_kill_at_any_line_loses_nothing_and_counts_nothing_twice(services, database, put):
    """What is committed is not acknowledged, or acknowledged: the next run finds out."""
    line = 1
    while True:
        session = uuid4()
        put("landed", None, line)
        put("created", session, line, account_type="small")
        put("sold", session, line + 1, module="shop", outcome="ok")
        if not run_until(services, line):
            break
        line += 1
    assert line > 50
    ingest_events(services)
    assert totals(database, "landed", "created", "sold") == (line, line, line)
    assert database.execute("SELECT sum(acts)::int FROM control.module_totals").fetchone() == (
        line,
    )
    assert database.execute("SELECT count(*) FROM control.events").fetchone() == (3 * line,)
    assert services.redis.xlen(STREAM) == 0
