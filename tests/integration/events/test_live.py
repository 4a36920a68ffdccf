"""Operators end, extend and speak to sessions; each action is noted, and marketing only looks."""

import json
from types import SimpleNamespace
from uuid import uuid4

import pytest

from app.control.sessions.session_view import message_in
from app.control.sessions.streams.event_streams import _events
from app.insights.live.failures import RecentFailures
from tests.integration.events.test_dashboard import MARKETING, OPS
from tests.integration.events.test_dashboard import app as app
from tests.integration.events.test_dashboard import client as client


@pytest.fixture
def session(database, template_id):
    """An active session with a tenant that exists in the control tables only."""
    tenant, row = uuid4(), uuid4()
    database.execute(
        "INSERT INTO control.tenants (id, name, schema_name, account_type, is_demo,"
        " is_demo_template, state, base_demo_tenant_id, demo_session_id)"
        " VALUES (%s, 'Demo', %s, 'small', true, false, 'leased', %s, %s)",
        [tenant, f"demo_{tenant.hex}", template_id, row],
    )
    database.execute(
        "INSERT INTO control.demo_sessions (id, session_id, base_demo_tenant_id, virtual_tenant_id,"
        " demo_account_type, status, expires_at)"
        " VALUES (%s, %s, %s, %s, 'small', 'active', now() + interval '10 minutes')",
        [row, f"demo_secret-{row.hex}", template_id, tenant],
    )
    return row


def status_of(database, session):
    return database.execute(
        "SELECT status::text, extensions, metadata ->> 'ended_by' FROM control.demo_sessions"
        " WHERE id = %s",
        [session],
    ).fetchone()


def noted(database):
    return database.execute(
        "SELECT who, what, session, request FROM control.operator_actions ORDER BY id"
    ).fetchall()


def test_the_page_shows_sessions_without_their_secrets(client, session):
    for credentials, may_act in ((OPS, True), (MARKETING, False)):
        text = client.get("/ops/live", auth=credentials).get_data(as_text=True)
        assert str(session)[:8] in text
        assert "demo_secret" not in text
        assert (f"/ops/live/{session}/end" in text) is may_act


def test_each_action_is_done_and_written_down(client, database, session):
    headers = {"X-Request-Id": "request-of-a-test"}
    for what in ("extend", "end"):
        answer = client.post(f"/ops/live/{session}/{what}", auth=OPS, headers=headers)
        assert answer.status_code == 303
    assert status_of(database, session) == ("destroyed", 1, "ops")
    again = client.post(f"/ops/live/{session}/extend", auth=OPS)
    assert again.status_code == 401
    assert noted(database) == [
        ("ops", "extend: done", session, "request-of-a-test"),
        ("ops", "end: done", session, "request-of-a-test"),
        ("ops", "extend: session_expired", session, ""),
    ]


def test_marketing_changes_nothing(client, database, session):
    for what in ("extend", "end", "message"):
        answer = client.post(f"/ops/live/{session}/{what}", auth=MARKETING, data={"text": "Hola"})
        assert (answer.status_code, answer.json["code"]) == (403, "role_required")
    assert status_of(database, session)[:2] == ("active", 0)
    assert noted(database) == []


def test_a_message_reaches_the_visitor_for_some_minutes(client, database, session):
    said = {"text": "  ¿Te   echamos una mano? <b>"}
    assert client.post(f"/ops/live/{session}/message", auth=OPS, data=said).status_code == 303
    (metadata,) = database.execute(
        "SELECT metadata FROM control.demo_sessions WHERE id = %s", [session]
    ).fetchone()
    assert message_in(metadata) == "¿Te echamos una mano? <b>"
    assert message_in({"message": {"text": "old", "until": 0}}) is None
    assert noted(database)[0][:2] == ("ops", "message: done")
    for text in ("", "x" * 281, "a\x00b"):
        refused = client.post(f"/ops/live/{session}/message", auth=OPS, data={"text": text})
        assert refused.status_code == 422
    gone = client.post(f"/ops/live/{uuid4()}/message", auth=OPS, data={"text": "Hola"})
    assert gone.status_code == 404


def test_a_stream_says_a_message_once():
    states = iter([None, "Hola", "Hola", "end"])

    def read():
        message = next(states)
        state = SimpleNamespace(status="active", warning=False)
        if message == "end":
            state.status, message = "destroyed", "Hola"
        return {
            **vars(state),
            "expires_at": 1,
            "virtual_tenant_id": 1,
            "progress": None,
            "message": message,
        }

    said = [event for event in _events(read, True, None) if event.startswith("event: said")]
    assert said == [f"event: said\ndata: {json.dumps({'text': 'Hola'})}\n\n"]


def test_an_error_is_shown_with_the_id_of_its_request(app, client, services):
    def fail():
        raise LookupError("Carmen's own words")

    app.add_url_rule("/fails/<int:number>", view_func=fail)
    client.get("/fails/3", headers={"X-Request-Id": "a-request-that-fails"})
    text = client.get("/ops/live", auth=MARKETING).get_data(as_text=True)
    assert "a-request-that-fails" in text
    assert "/fails/&lt;int:number&gt;" in text
    assert "Carmen" not in text
    services.redis.lpush("demo:failures", b"\xff", b"[]", b'{"other": 1}')
    assert len(RecentFailures(services.redis).newest()) == 1
