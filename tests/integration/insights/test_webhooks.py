"""Webhooks: queued with what they tell of, signed, sent again, dead, replayed, looked at."""

import time
from contextlib import suppress
from functools import partial

import psycopg
import pytest

from app.control import transitions
from app.insights.leads.schemas import ContactIn
from app.insights.leads.service import Contact, Leads, Origin
from app.insights.webhooks.cli import webhook as cli
from app.insights.webhooks.kinds import KINDS
from app.insights.webhooks.service import Webhooks, queue_message, reseal_webhooks
from jobs.outbox import webhooks as outbox
from jobs.outbox.sending import Limits
from jobs.outbox.webhooks import PAUSES, deliver_webhooks
from tests.fixtures.crm import answering, fake_crm
from tests.fixtures.live import free_port
from tests.integration.control.steps import VISITOR
from tests.integration.insights.conftest import KEYS, OPS

pytestmark = pytest.mark.parametrize("postgres", ["18"], indirect=True)

KIND = "individual_bakery"


@pytest.fixture(scope="module")
def crm():
    with fake_crm() as crm:
        yield crm


@pytest.fixture
def hooks(services, database, crm, monkeypatch):
    """The endpoints' service, on empty tables, with one template and no ready tenant."""
    crm.forget()
    database.execute(
        "TRUNCATE control.webhook_endpoints, control.webhook_messages, control.demo_sessions,"
        " control.tenants CASCADE"
    )
    database.execute(
        "INSERT INTO control.tenants (name, schema_name, account_type, is_demo, is_demo_template,"
        " state, template_version) VALUES ('T', 'template_t', %s, false, true, 'ready', 3)",
        [KIND],
    )
    monkeypatch.setitem(services.settings.__dict__, "webhook_private_targets", True)
    return services.webhooks


def add(hooks, crm, *kinds):
    return hooks.add("CRM", crm.url, list(kinds or KINDS), "test")


def queue(services, kind="session.converted", **about):
    with services.engine.begin() as connection:
        return queue_message(connection, kind, about)


def deliveries(database, what="state, attempts, status, error"):
    return database.execute(f"SELECT {what} FROM control.webhook_deliveries ORDER BY id").fetchall()


def due_now(database):
    database.execute("UPDATE control.webhook_deliveries SET due_at = now() WHERE state = 'waiting'")


def test_a_message_is_signed_and_sent_once(hooks, services, jobs, crm, database):
    added = add(hooks, crm, "session.converted")
    sent_as = queue(services, session="s")
    queue(services, "pool.exhausted")
    assert deliver_webhooks(jobs) == {"delivered": 1, "not_delivered": 0}
    assert deliver_webhooks(jobs) == {"delivered": 0, "not_delivered": 0}
    assert crm.signed_by(added.secret)
    assert crm.headers[0]["webhook-id"] == sent_as
    assert (crm.messages[0]["type"], crm.messages[0]["data"]) == (
        "session.converted",
        {"session": "s"},
    )
    assert deliveries(database) == [("delivered", 1, 200, None)]


def test_a_session_tells_of_its_life_in_its_own_transactions(hooks, services, jobs, crm, database):
    add(hooks, crm)
    session = services.sessions.open(KIND, VISITOR).session
    services.sessions.open(KIND, VISITOR)
    database.execute(
        "UPDATE control.tenants SET state = 'ready', template_version = 3"
        " WHERE id IN (SELECT id FROM control.tenants WHERE state = 'cloning' LIMIT 1)"
    )
    (served,) = services.pool.serve_waiting()
    database.execute(
        "UPDATE control.demo_sessions SET expires_at = now() + interval '4 minutes' WHERE id = %s",
        [served.id],
    )
    deliver_webhooks(jobs)
    database.execute("UPDATE control.demo_sessions SET request_count = 5")
    deliver_webhooks(jobs)
    services.sessions.end(served.session_id)
    with services.engine.begin() as connection:
        transitions.CLOSE_SESSION.run(connection, demo_session_id=served.id)
    deliver_webhooks(jobs)
    assert sorted(crm.kinds()) == [
        "pool.exhausted", "session.activated", "session.created", "session.created",
        "session.ended", "session.expiring",
    ]  # fmt: skip
    ended = next(each["data"] for each in crm.messages if each["type"] == "session.ended")
    assert (ended["session"], ended["ended_by"]) == (str(served.id), "visitor")
    assert session.session_id.encode() not in b"".join(crm.bodies), "that is a secret"


def test_what_is_rolled_back_is_not_told(hooks, services, crm, database):
    add(hooks, crm)
    with services.engine.connect() as connection:
        queue_message(connection, "session.converted", {})
        connection.rollback()
    assert deliveries(database) == []


def test_an_endpoint_that_fails_and_comes_back_gets_everything_in_order(
    hooks, services, jobs, crm, database
):
    add(hooks, crm)
    crm.reply = answering(500, b"no\0pe")
    for number in range(3):
        queue(services, number=number)
    assert deliver_webhooks(jobs) == {"delivered": 0, "not_delivered": 1}
    states = deliveries(database, "state, attempts, status, answer, due_at > now()")
    assert states[0] == ("waiting", 1, 500, "nope", True)
    assert [row[1] for row in states[1:]] == [0, 0], "the others have not been tried"
    crm.forget()
    due_now(database)
    assert deliver_webhooks(jobs) == {"delivered": 3, "not_delivered": 0}
    assert sorted(each["data"]["number"] for each in crm.messages) == [0, 1, 2]


def test_after_the_last_attempt_a_delivery_is_dead_until_it_is_replayed(
    hooks, services, jobs, crm, database
):
    add(hooks, crm)
    queue(services)
    crm.reply = answering(503)
    database.execute("UPDATE control.webhook_deliveries SET attempts = %s", [len(PAUSES) - 1])
    deliver_webhooks(jobs)
    assert deliveries(database) == [("dead", len(PAUSES), 503, None)]
    assert deliver_webhooks(jobs)["not_delivered"] == 0
    assert hooks.replay(None) == 1
    crm.forget()
    assert deliver_webhooks(jobs)["delivered"] == 1
    ((delivery, state),) = deliveries(database, "id, state")
    assert state == "delivered"
    assert hooks.replay(delivery) == 1
    deliver_webhooks(jobs)
    assert len({headers["webhook-id"] for headers in crm.headers}) == 1, "the same message"


def test_an_endpoint_that_is_gone_is_told_nothing_more(hooks, services, jobs, crm, database):
    add(hooks, crm)
    queue(services)
    crm.reply = answering(410)
    deliver_webhooks(jobs)
    assert deliveries(database) == [("dead", 1, 410, None)]
    assert queue(services) is None
    assert hooks.endpoints()[0].disabled_at is not None


def drip(handler, crm):
    """Send a byte now and then, until the test is over or the other side has enough."""
    with suppress(OSError):
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nX: ")
        while not crm.stopped.wait(0.05):
            handler.wfile.write(b"x")


def garbage(handler):
    handler.wfile.write(b"\x00\xff not HTTP at all\r\n\r\n" * 10)


def test_a_redirect_is_not_followed_and_lies_are_bounded(hooks, services, jobs, crm, database):
    add(hooks, crm)
    queue(services)
    crm.reply = answering(307, Location=f"{crm.url}/elsewhere")
    deliver_webhooks(jobs)
    assert (deliveries(database)[0][2], set(crm.paths)) == (307, {"/hook"})
    crm.reply = garbage
    due_now(database)
    deliver_webhooks(jobs)
    assert deliveries(database)[0][3] == "no answer: BadStatusLine"
    crm.reply = answering(200, b"x" * 5_000_000)
    due_now(database)
    deliver_webhooks(jobs)
    assert deliveries(database, "state, length(answer)") == [("delivered", 500)]


def test_an_endpoint_that_drips_is_cut_off(hooks, services, jobs, crm, database, monkeypatch):
    monkeypatch.setattr(outbox, "Limits", partial(Limits, total_seconds=0.3))
    add(hooks, crm)
    queue(services)
    crm.reply = lambda handler: drip(handler, crm)
    assert deliver_webhooks(jobs) == {"delivered": 0, "not_delivered": 1}
    assert deliveries(database)[0][3] == "no answer in time"


def test_two_secrets_sign_while_one_replaces_the_other(hooks, services, jobs, crm):
    added = add(hooks, crm)
    newer = hooks.rotate(added.id)
    queue(services)
    deliver_webhooks(jobs)
    assert [crm.signed_by(one.secret) for one in (added, newer)] == [True, True]
    hooks.retire(added.id)
    queue(services)
    deliver_webhooks(jobs)
    assert [crm.signed_by(one.secret) for one in (added, newer)] == [False, True]


def test_secrets_are_encrypted_and_their_key_changes(
    hooks, services, settings, crm, database, jobs
):
    added = add(hooks, crm)
    stored = database.execute("SELECT e::text FROM control.webhook_endpoints AS e").fetchone()[0]
    assert added.secret not in stored
    both = Webhooks(
        services.engine, settings.model_copy(update={"leads_keys": ",".join(KEYS[::-1])})
    )
    assert reseal_webhooks(services.engine, both.sealing) == 0
    new = Webhooks(services.engine, settings.model_copy(update={"leads_keys": KEYS[1]}))
    assert new.secrets_of(hooks.endpoints()[0].secrets) == [added.secret]
    queue(services)
    assert deliver_webhooks(jobs)["not_delivered"] == 1
    assert deliveries(database)[0][3] == "none of LEADS_KEYS reads it"


def leave_lead(services, settings, **changes):
    leads = Leads(services.engine, settings.model_copy(update=changes), lambda: time.time() + 10)
    asked = ContactIn(name="Ana", email="ana@example.es", message="Hola", consent=True)
    contact = Contact(asked.name, asked.email, "", asked.message, asked.consent_version)
    return leads, leads.take(contact, Origin(KIND, link="abc"), leads.stamps.make())


def test_a_lead_is_told_when_it_is_confirmed_encrypted_in_the_log_and_deleted_with_it(
    hooks, services, settings, jobs, crm, database
):
    add(hooks, crm, "lead.created")
    leads, lead = leave_lead(services, settings)
    assert deliver_webhooks(jobs)["delivered"] == 0, "it is not confirmed"
    sealed = database.execute("SELECT sealed FROM control.leads").fetchone()[0]
    token = f"{lead}.{leads.sealing.open(sealed)['token']}"
    for _ in range(2):
        leads.confirm(token)
    assert deliver_webhooks(jobs)["delivered"] == 1
    about = crm.messages[0]["data"]
    assert (about["email"], about["link"], about["confirmed"]) == ("ana@example.es", "abc", True)
    kept = database.execute("SELECT m::text FROM control.webhook_messages AS m").fetchone()[0]
    assert "ana@" not in kept
    leads.delete(token)
    assert database.execute("SELECT count(*) FROM control.webhook_messages").fetchone() == (0,)


def test_where_no_mail_is_sent_a_lead_is_told_as_unconfirmed(hooks, services, settings, jobs, crm):
    add(hooks, crm, "lead.created")
    leave_lead(services, settings, smtp_from="", smtp_url=None)
    deliver_webhooks(jobs)
    assert crm.messages[0]["data"]["confirmed"] is False


def test_operators_add_look_and_replay(hooks, app, services, settings, jobs, crm, database):
    client = app.test_client()
    asked = {"title": "CRM", "url": crm.url, "kinds": ["lead.created", "session.converted"]}
    page = client.post("/ops/webhooks/", data=asked, auth=OPS)
    assert page.text.count("whsec_") == 1
    assert "whsec_" not in client.get("/ops/webhooks/", auth=OPS).text
    wrong = client.post("/ops/webhooks/", data=asked | {"url": "ftp://x y"}, auth=OPS)
    assert wrong.status_code == 422
    leave_lead(services, settings, smtp_from="", smtp_url=None)
    crm.reply = answering(400, b"<script>")
    deliver_webhooks(jobs)
    ((delivery,),) = deliveries(database, "id")
    shown = client.get(f"/ops/webhooks/deliveries/{delivery}", auth=OPS).text
    assert "ana@example.es" in shown
    assert "<script>" not in shown
    noted = database.execute("SELECT who, what FROM control.lead_access").fetchall()
    assert noted == [("ops", "read webhook")]
    database.execute("UPDATE control.webhook_deliveries SET state = 'dead'")
    assert (
        client.post("/ops/webhooks/replay", data={"delivery": delivery}, auth=OPS).status_code
        == 303
    )
    assert deliveries(database, "state, attempts") == [("waiting", 0)]
    endpoint = hooks.endpoints()[0].id
    assert client.post(f"/ops/webhooks/{endpoint}/rotate", auth=OPS).text.count("whsec_") == 1
    for action in ("retire", "switch", "remove"):
        assert client.post(f"/ops/webhooks/{endpoint}/{action}", auth=OPS).status_code == 303
    assert client.post(f"/ops/webhooks/{endpoint}/remove", auth=OPS).status_code == 404


def test_old_messages_go_and_what_waits_stays(hooks, services, jobs, crm, database):
    add(hooks, crm)
    queue(services, number=1)
    deliver_webhooks(jobs)
    queue(services, number=2)
    database.execute("UPDATE control.webhook_messages SET occurred_at = now() - interval '31 days'")
    hooks.purge()
    assert deliveries(database, "state") == [("waiting",)]


def test_an_endpoint_that_is_away_is_said_so(hooks, services, jobs, database):
    hooks.add("Away", f"http://127.0.0.1:{free_port()}/", ["session.converted"], "test")
    queue(services)
    deliver_webhooks(jobs)
    assert deliveries(database)[0][3] == "no connection: ConnectionRefusedError"


def test_the_command_line_looks_after_endpoints(hooks, app, crm):
    run = app.test_cli_runner().invoke
    endpoint = run(cli, ["add", crm.url, "--title", "CRM"]).output.split()[0]
    assert run(cli, ["rotate", endpoint]).output.startswith("whsec_")
    assert endpoint in run(cli, ["list", "--json"]).output
    assert run(cli, ["replay"]).output.startswith("0 ")
    assert [run(cli, [each, endpoint]).exit_code for each in ("retire", "remove", "remove")] == [
        0,
        0,
        1,
    ]
    assert run(cli, ["add", crm.url, "--title", "CRM", "--kinds", "lead.eaten"]).exit_code == 1


def test_a_process_that_is_killed_while_it_sends_loses_nothing(
    hooks, services, jobs, crm, database, monkeypatch
):
    add(hooks, crm)
    queue(services)

    def killed(*_, **__):
        raise psycopg.OperationalError("killed")

    with monkeypatch.context() as dying:
        dying.setattr(outbox, "_settle", killed)
        with pytest.raises(psycopg.OperationalError):
            deliver_webhooks(jobs)
    assert deliveries(database, "state, due_at > now()") == [("waiting", True)]
    due_now(database)
    assert deliver_webhooks(jobs)["delivered"] == 1
    assert len({headers["webhook-id"] for headers in crm.headers}) == 1
