"""The progress of a session's tour, in its row."""

import pytest
from flask import Flask, Response
from sqlalchemy import create_engine

from app.control.sessions.caller import SESSION_KEY
from app.control.tours.noticing import Noticing
from app.control.tours.progress import NOT_BEGUN, TourProgress, TourRecords, TourState
from app.demo.tours import Deed, Tours
from tests.integration.control.conftest import ACCOUNT
from tests.integration.control.steps import VISITOR, at_once, fill_pool

pytestmark = pytest.mark.parametrize("postgres", ["18"], indirect=True)

TOURS = Tours({"note": Deed(title="A note", requests=("POST /notes",))}, {})


@pytest.fixture
def session(parts):
    fill_pool(parts, 1)
    return parts.sessions.open(ACCOUNT, VISITOR).session


def test_a_deed_is_noted_once_whoever_comes_first_and_goes_with_the_session(
    parts, session, database
):
    records = TourRecords(parts.engine)
    noted, _ = at_once(6, lambda: records.note(session.id, "note"))
    assert sorted(noted) == [False] * 5 + [True]
    records.move(session.id, TourState.RUNNING, "first")
    assert records.note(session.id, "other")
    parts.sessions.extend(session.session_id)
    kept = parts.sessions.fetch(session.session_id).tour
    assert kept == TourProgress(TourState.RUNNING, "first", frozenset({"note", "other"}))

    parts.sessions.end(session.session_id)
    assert not records.note(session.id, "third")
    records.move(session.id, TourState.LEFT, "second")
    assert parts.sessions.fetch(session.session_id).tour == kept
    database.execute("DELETE FROM control.demo_sessions")
    assert not records.note(session.id, "third")


def test_a_session_begins_without_progress(session):
    assert session.tour == NOT_BEGUN


class CountedRecords(TourRecords):
    """Counts how often the database is asked."""

    asked = 0

    def note(self, session, deed):
        self.asked += 1
        return super().note(session, deed)


def test_only_a_first_success_writes(parts, session):
    records = CountedRecords(parts.engine)
    noticing, app = Noticing(TOURS, records), Flask("notes")
    environ = {SESSION_KEY: session}

    def answer(path, status=201, environ=environ, method="POST"):
        with app.test_request_context(path, method=method, environ_overrides=environ):
            assert noticing.look(Response(status=status)).status_code == status

    answer("/notes", 422)
    answer("/notes", method="GET")
    answer("/elsewhere")
    answer("/notes", environ={})
    assert records.asked == 0
    for _ in range(3):
        answer("/notes", 303)
    assert records.asked == 1
    assert parts.sessions.fetch(session.session_id).tour.done == {"note"}


def test_a_request_succeeds_although_its_deed_cannot_be_noted(parts, session):
    away = create_engine("postgresql+psycopg://nobody@127.0.0.1:1/nothing")
    records, app = CountedRecords(away), Flask("notes")
    noticing = Noticing(TOURS, records)
    environ = {SESSION_KEY: session}
    with app.test_request_context("/notes", method="POST", environ_overrides=environ):
        for _ in range(2):
            assert noticing.look(Response(status=201)).status_code == 201
        assert records.asked == 2, "it is tried again"
        records._engine = parts.engine
        noticing.look(Response(status=201))
    assert parts.sessions.fetch(session.session_id).tour.done == {"note"}
