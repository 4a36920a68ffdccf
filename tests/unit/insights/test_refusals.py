"""Refusals are recorded by their reason, and few of them in a minute."""

from types import SimpleNamespace
from uuid import uuid4

import pytest

from app.insights.events import refusals
from app.insights.events.refusals import OF_A_SESSION, WITHOUT_SESSION, RefusalEvents


@pytest.fixture
def taken():
    return []


@pytest.fixture
def events(taken, monkeypatch):
    now = SimpleNamespace(minute=1)
    monkeypatch.setattr(refusals, "time", SimpleNamespace(time=lambda: now.minute * 60.0))
    recorder = SimpleNamespace(record=lambda kind, session, reason: taken.append((session, reason)))
    made = RefusalEvents(recorder)
    made.now = now
    return made


def test_one_session_takes_no_more_room_than_a_minute_has(events, taken):
    greedy, other = SimpleNamespace(id=uuid4()), SimpleNamespace(id=uuid4())
    for number in range(100):
        events.record(f"reason_{number}", {}, greedy)
    events.record("rate_limited", {}, other)
    assert len(taken) == OF_A_SESSION + 1
    assert taken[-1] == (other.id, "rate_limited")
    events.now.minute += 1
    events.record("rate_limited", {}, greedy)
    assert taken[-1] == (greedy.id, "rate_limited")


def test_requests_without_a_session_take_room_by_reason(events, taken):
    for _ in range(100):
        events.record("session_required", {})
    events.record("csrf_refused", {})
    events.record("session_pending", {})  # a page waits for its data
    assert taken == [(None, "session_required")] * WITHOUT_SESSION + [(None, "csrf_refused")]


@pytest.mark.parametrize("header", ["HTTP_DNT", "HTTP_SEC_GPC"])
def test_a_visitor_who_wants_no_record_is_not_named(events, taken, header):
    events.record("demo_restriction", {header: "1"}, SimpleNamespace(id=uuid4()))
    assert taken == [(None, "demo_restriction")]
