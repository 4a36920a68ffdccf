"""What anybody may ask for without a session costs next to nothing when it is asked again."""

import threading

import pytest
from flask import before_render_template

from app import create_app, factory
from app.control import statistics
from app.control.statistics import Figures, TenantCount
from app.http.readiness import Readiness
from app.http.short_cache import ShortCache
from app.settings.table import Settings

NOWHERE = "127.0.0.1:1"
TOTALS = {
    "total_sessions": 5, "pending_sessions": 0, "active_sessions": 3, "expired_sessions": 0,
    "destroyed_sessions": 2, "failed_sessions": 0, "ended_by_clock": 0,
    "ended_by_visitor": 2, "ended_by_ops": 0, "avg_duration_minutes": 4.0,
    "total_requests": 77,
}  # fmt: skip


@pytest.fixture
def client():
    settings = Settings(
        _env_file=None,
        database_url=f"postgresql://none@{NOWHERE}/none",
        redis_url=f"redis://{NOWHERE}/0",
        jwt_secret="s" * 32,
    )
    return create_app(settings).test_client()


def counted(monkeypatch, owner, name, answer):
    """Put an answer in a function's place; return the list of its calls."""
    calls = []

    def call(*_):
        calls.append(name)
        return answer

    monkeypatch.setattr(owner, name, call)
    return calls


def test_figures_are_counted_once_for_all_who_ask(client, monkeypatch):
    figures = Figures(TOTALS, [TenantCount("notes", "ready", 4)], 400, {"notes": 8192})
    calls = counted(monkeypatch, statistics, "figures", figures)
    asked = counted(monkeypatch, factory, "fetch_pool_targets", [])
    for _ in range(3):
        assert client.get("/api/demo/stats").json == TOTALS
        text = client.get("/metrics").text
        assert 'demo_tenants{account_type="notes",state="ready"} 4.0' in text
        assert "demo_session_requests 77.0" in text
        assert 'demo_session_bytes{account_type="notes"} 8192.0' in text
    assert (calls, asked) == (["figures"], ["fetch_pool_targets"])


def test_readiness_is_checked_once_for_all_who_ask(client, monkeypatch):
    checks = {"postgres": "ok", "redis": "ConnectionError", "templates": "ok"}
    calls = counted(monkeypatch, Readiness, "read", (checks, {}))
    for _ in range(3):
        assert client.get("/ready").status_code == 503
        assert client.get("/ready?without=redis").status_code == 200
    assert calls == ["read"]


def test_the_document_is_written_once(client, monkeypatch):
    first = client.get("/openapi.json")
    assert first.json["openapi"] == "3.1.0"
    calls = counted(monkeypatch, type(client.application.json), "response", None)
    again = client.get("/openapi.json")
    assert (again.data, again.mimetype) == (first.data, first.mimetype)
    assert calls == []


def test_the_reference_is_written_once(client):
    rendered = []

    def note(_, template, **__):
        rendered.append(template.name)

    with before_render_template.connected_to(note, client.application):
        pages = {client.get("/docs").text for _ in range(2)}
    assert (len(pages), rendered) == (1, ["reference.html"])


class Reading:
    """Answers with the number of the call, once it may."""

    def __init__(self):
        self.calls = 0
        self.entered, self.may_end = threading.Event(), threading.Event()
        self.may_end.set()

    def __call__(self):
        self.calls += 1
        self.entered.set()
        assert self.may_end.wait(90)
        return self.calls


@pytest.mark.parametrize(("seconds", "answers"), [(60, [1, 1]), (0, [1, 2])])
def test_an_answer_is_kept_for_its_time(seconds, answers):
    cache = ShortCache(seconds, Reading())
    assert [cache.get(), cache.get()] == answers


def test_while_one_reads_others_get_what_is_known():
    read = Reading()
    cache = ShortCache(0, read)
    cache.get()
    read.entered.clear()
    read.may_end.clear()
    reader = threading.Thread(target=cache.get)
    reader.start()
    assert read.entered.wait(90)
    assert (cache.get(), read.calls) == (1, 2)
    read.may_end.set()
    reader.join()


def test_an_error_is_not_kept():
    answers = iter([1])

    def read():
        return next(answers, None) or 1 / 0

    cache = ShortCache(0, read)
    assert cache.get() == 1
    with pytest.raises(ZeroDivisionError):
        cache.get()
    with pytest.raises(ZeroDivisionError):  # the lock was released
        cache.get()
