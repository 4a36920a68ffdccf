"""A visit is shown as its steps, what many visits open as a table; both can be switched off."""

from uuid import uuid4

from app.insights.recordings import fetch_heat, fetch_recording
from jobs.maintenance.events import ingest_events
from tests.integration.events.test_dashboard import MARKETING
from tests.integration.events.test_dashboard import app as app
from tests.integration.events.test_dashboard import client as client
from tests.integration.events.test_ingest import a_visit
from tests.integration.events.test_ingest import put as put


def test_a_visit_is_its_steps_in_their_order(services, client, put):
    session = uuid4()
    a_visit(put, session)
    put("expired", session, 300, by="clock")
    ingest_events(services)
    recording = fetch_recording(services.engine, session)
    assert [(step.sentence, step.module, step.outcome) for step in recording.steps] == [
        ("opened the demo", "", ""),
        ("opened", "shop", "ok"),
        ("did something in", "shop", "422"),
        ("sold in", "shop", "ok"),
        ("opened", "stock", "ok"),
        ("ended by the clock", "clock", ""),
    ]
    assert [step.has_pause for step in recording.steps] == [False, False, True, True, True, True]
    text = client.get(f"/ops/sessions/{session}", auth=MARKETING).get_data(as_text=True)
    assert "refused: 422" in text
    assert "4 min 0 s without a step" in text
    assert str(session) in client.get("/ops/sessions/", auth=MARKETING).get_data(as_text=True)
    assert client.get(f"/ops/sessions/{uuid4()}", auth=MARKETING).status_code == 404
    assert client.get("/ops/sessions/?page=99999999999999999999", auth=MARKETING).status_code == 200


def test_heat_counts_visits_and_hides_few(services, put):
    for number in range(6):
        session = uuid4()
        a_visit(put, session)
        put("opened_module", session, 90, module="stock")
        if number < 4:
            put("opened_module", session, 95, module="team")
    ingest_events(services)
    heat = fetch_heat(services.engine)
    assert set(heat) == {"shop", "stock"}
    assert [cell.count for cell in heat["shop"]] == [6, 0, 0, 0, 0]
    assert [cell.count for cell in heat["stock"]] == [0, 6, 0, 0, 0]


def test_without_recordings_steps_belong_to_no_visit(services, database, client, app, put):
    object.__setattr__(services.settings, "demo_recordings", False)
    session = uuid4()
    a_visit(put, session)
    ingest_events(services)
    assert database.execute("SELECT count(session), count(*) FROM control.events").fetchone() == (
        0,
        5,
    )
    assert database.execute("SELECT sum(sold)::int FROM control.visit_totals").fetchone() == (1,)
    off = app.extensions["masa_madre.control"].settings
    object.__setattr__(off, "demo_recordings", False)
    refused = client.get("/ops/sessions/", auth=MARKETING)
    assert (refused.status_code, refused.json["code"]) == (404, "recordings_off")
