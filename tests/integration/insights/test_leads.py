"""Leads: left by a form, encrypted, confirmed by mail, shown to operators, deleted on request."""

import html
import re
import time

import pytest

from app.insights.leads.cli import leads
from app.insights.leads.consent import CURRENT, TEXTS
from app.insights.leads.resealing import reseal_leads
from app.insights.leads.service import Leads
from app.insights.sealing import Sealing, Unreadable
from jobs import tasks
from jobs.outbox import mail
from jobs.outbox.mail import send_mails
from jobs.services import job_services
from tests.fixtures.live import free_port
from tests.integration.insights.conftest import KEYS, OPS, PERSON, made_app

pytestmark = pytest.mark.parametrize("postgres", ["18"], indirect=True)

HOSTILE = "<script>alert(1)</script>\"'&"
ANA = {"name": "Ana Pérez", "email": "ana@example.es", "business": "El Trigal", "consent": True}


@pytest.fixture
def client(app, services, database, mailbox, monkeypatch):
    """A client whose forms are read for as long as a person reads them."""
    monkeypatch.setattr(services.leads, "_clock", lambda: time.time() + 10)
    mailbox.mails.clear()
    mailbox.refused.clear()
    return app.test_client()


def form_key(client):
    return client.get("/api/demo/contact").json["form_key"]


def leave(client, **fields):
    return client.post("/api/demo/contact", json=ANA | {"form_key": form_key(client)} | fields)


def rows(database, what="*"):
    return database.execute(f"SELECT {what} FROM control.leads ORDER BY id").fetchall()


def link_in(mailbox):
    found = re.search(
        r"https://demo\.example(/contacto/datos/\S+)", mailbox.mails[-1].get_content()
    )
    return found[1]


def test_a_lead_is_kept_encrypted_with_its_consent_and_without_a_session(client, database):
    answer = leave(client, message="¿Cuánto cuesta?")
    assert (answer.status_code, answer.json) == (201, {"received": True, "sends_mail": True})
    (row,) = rows(database, "consent_version, consent_text, leads::text")
    assert row[:2] == (CURRENT, TEXTS[CURRENT])
    assert not [word for word in ("Ana", "ana@", "Trigal", "Cuánto") if word in row[2]]
    columns = database.execute(
        "SELECT column_name FROM information_schema.columns WHERE table_name = 'leads'"
    ).fetchall()
    assert not [name for (name,) in columns if "session" in name]
    assert rows(database, "extract(minute FROM created_at)") == [(0,)]


def test_a_form_that_is_sent_twice_makes_one_lead(client, database):
    key = form_key(client)
    assert [leave(client, form_key=key).status_code for _ in range(2)] == [201, 201]
    assert len(rows(database)) == 1


@pytest.mark.parametrize(
    ("fields", "place"),
    [
        ({"name": " "}, "name"),
        ({"email": ""}, "email"),
        ({"email": "ana"}, "email"),
        ({"email": "ana@example.es\r\nBcc: all@example.es"}, "email"),
        ({"email": "ana@example.es, berta@example.es"}, "email"),
        ({"consent": False}, "consent"),
        ({"consent_version": "1999"}, "consent_version"),
        ({"message": "x" * 2001}, "message"),
    ],
)
def test_what_is_missing_or_wrong_is_named(client, database, fields, place):
    answer = leave(client, **fields)
    assert answer.status_code == 422
    assert set(answer.json["errors"]["json"]) == {place}
    assert rows(database) == []


def test_robots_leave_nothing(client, database, services, monkeypatch):
    key = form_key(client)
    assert leave(client, website="https://spam.example").status_code == 201
    assert leave(client, form_key="made.up.key").json["code"] == "form_outdated"
    monkeypatch.setattr(services.leads, "_clock", time.time)
    assert leave(client, form_key=key).json["code"] == "form_too_soon"
    monkeypatch.setattr(services.leads, "_clock", lambda: time.time() + 90_000)
    assert leave(client, form_key=key).json["code"] == "form_outdated"
    assert rows(database) == []


def test_a_day_brings_so_many_leads_and_no_more(client, database, services, monkeypatch):
    monkeypatch.setitem(services.settings.__dict__, "leads_per_day", 1)
    key = form_key(client)
    answers = [leave(client, form_key=key), leave(client), leave(client, form_key=key)]
    assert [answer.status_code for answer in answers] == [201, 429, 201]
    assert len(rows(database)) == 1


def test_the_page_says_each_error_beside_its_field_and_keeps_what_was_written(client, database):
    page = client.get("/contacto", headers=PERSON).text
    stamp = html.unescape(re.search(r'name="clave" value="([^"]+)"', page)[1])
    written = {"clave": stamp, "version": CURRENT, "nombre": HOSTILE, "correo": "nada"}
    wrong = client.post("/contacto", data=written, headers=PERSON)
    assert wrong.status_code == 422
    assert "<title>Error: " in wrong.text
    assert '<a href="#correo">Escribe un correo completo' in wrong.text
    assert re.search(
        r'id="correo"[^>]*aria-invalid="true" aria-describedby="correo-error"', wrong.text
    )
    assert '<a href="#acepto">' in wrong.text
    assert HOSTILE not in wrong.text
    assert "&lt;script&gt;" in wrong.text
    right = written | {"correo": "ana@example.es", "acepto": "si"}
    sent = client.post("/contacto", data=right, headers=PERSON)
    assert (sent.status_code, sent.headers["Location"]) == (303, "/contacto?hecho=contacto")
    assert len(rows(database)) == 1


def test_a_page_in_english_asks_for_consent_in_english(client, database):
    page = client.get("/contacto", headers=PERSON | {"Accept-Language": "en"}).text
    assert f'<span lang="en">{TEXTS["2026-11-en"]}</span>' in page
    stamp = html.unescape(re.search(r'name="clave" value="([^"]+)"', page)[1])
    written = {"clave": stamp, "version": "2026-11-en", "acepto": "si"}
    sent = client.post(
        "/contacto", data=written | {"nombre": "Ann", "correo": "ann@example.com"}, headers=PERSON
    )
    assert sent.status_code == 303
    assert rows(database, "consent_version, consent_text") == [("2026-11-en", TEXTS["2026-11-en"])]
    assert 'lang="es"' in client.get("/contacto", headers=PERSON).text


def test_a_form_that_was_open_for_too_long_is_sent_again_with_a_new_key(client, database):
    stale = client.post("/contacto", data={"clave": "old", "version": CURRENT, "nombre": "Ana",
                        "correo": "ana@example.es", "acepto": "si"}, headers=PERSON)  # fmt: skip
    assert stale.status_code == 422
    assert 'value="old"' not in stale.text
    assert 'value="Ana"' in stale.text


def test_a_mail_asks_to_confirm_and_its_page_shows_exports_and_deletes(
    client, jobs, mailbox, database
):
    leave(client, name=HOSTILE, message="Texto mío")
    assert send_mails(jobs, "Masa Madre") == {"mailed": 1, "not_mailed": 0}
    assert send_mails(jobs, "Masa Madre") == {"mailed": 0, "not_mailed": 0}
    (sent,) = mailbox.mails
    assert (sent["To"], sent["From"]) == ("ana@example.es", "Masa Madre <demo@masamadre.example>")
    assert HOSTILE not in sent.as_string()
    assert "Texto" not in sent.get_content()
    path = link_in(mailbox)
    shown = client.get(path, headers=PERSON)
    assert "Texto mío" in shown.text
    assert HOSTILE not in shown.text
    assert (shown.headers["Cache-Control"], shown.headers["Referrer-Policy"]) == (
        "no-store",
        "same-origin",
    )
    assert rows(database, "confirmed_at") == [(None,)], (
        "reading it, as a program may, is not enough"
    )
    assert (
        client.post(f"{path}/confirmar").headers["Location"].endswith("hecho=contacto-confirmado")
    )
    assert rows(database, "confirmed_at IS NOT NULL") == [(True,)]
    document = client.get(f"{path}/datos.json").json
    assert (document["name"], document["message"]) == (HOSTILE, "Texto mío")
    assert document["consent_text"] == TEXTS[CURRENT]
    other = path[:-1] + ("b" if path.endswith("a") else "a")
    assert client.get(other).status_code == 404
    assert client.post(f"{path}/borrar").status_code == 303
    assert rows(database) == []
    assert [client.get(path).status_code, client.post(f"{path}/borrar").status_code] == [404, 404]


def test_a_stranger_gets_two_mails_a_day_whatever_is_sent(client, jobs, mailbox, database):
    for address in ("bea@example.es", "Bea+1@example.es", "bea+2@EXAMPLE.es", "bea@example.es"):
        assert leave(client, email=address).status_code == 201
    send_mails(jobs, "Masa Madre")
    assert len(mailbox.mails) == 2
    failures = sorted(str(row[0]) for row in rows(database, "mail_failure"))
    assert failures == ["None", "None", "mailbox_limit", "mailbox_limit"]


def test_an_hour_has_so_many_mails_and_the_others_wait(client, jobs, mailbox, monkeypatch):
    monkeypatch.setitem(jobs.settings.__dict__, "leads_mails_per_hour", 2)
    for number in range(4):
        leave(client, email=f"p{number}@example.es")
    assert send_mails(jobs, "Masa Madre")["mailed"] == 2
    assert send_mails(jobs, "Masa Madre")["mailed"] == 0
    monkeypatch.setitem(jobs.settings.__dict__, "leads_mails_per_hour", 100)
    assert send_mails(jobs, "Masa Madre")["mailed"] == 2


def test_a_mail_server_that_fails_is_tried_again_and_one_that_refuses_is_not(
    client, jobs, mailbox, database, monkeypatch
):
    leave(client, email="no@example.es")
    mailbox.refused["no@example.es"] = "550 no such mailbox"
    assert send_mails(jobs, "Masa Madre") == {"mailed": 0, "not_mailed": 1}
    assert rows(database, "mail_due_at, mail_failure") == [(None, "SMTPRecipientsRefused 550")]
    database.execute("TRUNCATE control.leads")
    leave(client)
    with monkeypatch.context() as away:
        away.setitem(jobs.settings.__dict__, "smtp_url", f"smtp://127.0.0.1:{free_port()}")
        assert send_mails(jobs, "Masa Madre") == {"mailed": 0, "not_mailed": 1}
    ((is_later, failure),) = rows(database, "mail_due_at > now(), mail_failure")
    assert (is_later, failure) == (True, "ConnectionRefusedError")
    database.execute("UPDATE control.leads SET mail_due_at = now()")
    assert send_mails(jobs, "Masa Madre") == {"mailed": 1, "not_mailed": 0}
    assert rows(database, "mail_failure") == [(None,)]
    database.execute(
        "UPDATE control.leads SET mailed_at = NULL, mail_due_at = now(), mail_attempts = %s",
        [mail.ATTEMPTS - 1],
    )
    mailbox.refused["ana@example.es"] = "451 later"
    send_mails(jobs, "Masa Madre")
    assert rows(database, "mail_due_at") == [(None,)], "not for ever"


def test_operators_see_leads_and_who_saw_them_is_noted(client, database):
    leave(client, name="=HYPERLINK(1)")
    (lead_id,) = rows(database, "id::text")[0]
    assert client.get("/ops/leads/").status_code == 401
    listed = client.get("/ops/leads/", auth=OPS).text
    assert lead_id[:8] in listed
    assert "ana@" not in listed
    assert "ana@example.es" in client.get(f"/ops/leads/{lead_id}", auth=OPS).text
    table = client.get("/ops/leads/leads.csv", auth=OPS).text
    assert "ana@example.es;El Trigal" in table
    assert ";'=HYPERLINK(1);" in table
    assert client.post(f"/ops/leads/{lead_id}/delete", auth=OPS).status_code == 303
    assert client.post(f"/ops/leads/{lead_id}/delete", auth=OPS).status_code == 404
    assert rows(database) == []
    noted = database.execute(
        "SELECT who, what, leads FROM control.lead_access ORDER BY id"
    ).fetchall()
    assert noted == [("ops", "read", 1), ("ops", "export", 1), ("ops", "delete", 1)]


def test_the_key_changes_without_losing_a_lead(client, services, settings, database):
    leave(client)
    both = Leads(services.engine, settings.model_copy(update={"leads_keys": ",".join(KEYS[::-1])}))
    new = Leads(services.engine, settings.model_copy(update={"leads_keys": KEYS[1]}))
    (lead_id,) = rows(database, "id")[0]
    assert both.find_ids("ANA@example.es") == [lead_id]
    assert new.read(lead_id, "test").contact is None
    assert new.find_ids("ana@example.es") == []
    assert reseal_leads(services.engine, new.sealing).unreadable == 1
    for _ in range(2):
        assert reseal_leads(services.engine, both.sealing).resealed == 1
    assert new.find_ids("ana@example.es") == [lead_id]
    assert new.read(lead_id, "test").contact.name == "Ana Pérez"
    with pytest.raises(Unreadable):
        Sealing([KEYS[0]]).open(rows(database, "sealed")[0][0])


def test_leads_are_deleted_when_their_time_is_over(client, services, database):
    for _ in range(3):
        leave(client)
    ids = [row[0] for row in rows(database, "id")]
    age = "UPDATE control.leads SET created_at = now() - make_interval(days => %s) WHERE id = %s"
    database.execute(age, [31, ids[0]])
    database.execute(age, [31, ids[1]])
    database.execute("UPDATE control.leads SET confirmed_at = now() WHERE id = %s", [ids[1]])
    assert services.leads.purge() == 1
    database.execute(age, [366, ids[1]])
    assert services.leads.purge() == 1
    assert [row[0] for row in rows(database, "id")] == [ids[2]]


def test_the_command_line_does_what_a_person_asks_for(client, app, database):
    leave(client)
    run = app.test_cli_runner().invoke
    assert "ana@example.es" in run(leads, ["show", "ana@example.es"]).output
    assert run(leads, ["reencrypt"]).output.startswith("1 leads")
    assert run(leads, ["delete", "ana@example.es"]).output.startswith("1 leads")
    assert rows(database) == []


def test_without_a_key_the_form_is_closed_with_a_sentence(settings, database):
    with made_app(settings.model_copy(update={"leads_keys": None})) as app:
        closed = app.test_client()
        page = closed.get("/contacto", headers=PERSON)
        assert page.status_code == 503
        assert "no podemos recibir mensajes" in page.text
        assert 'action="/contacto"' not in page.text
        assert closed.get("/api/demo/contact").json["code"] == "contact_closed"
        sent = closed.post("/contacto", data={"nombre": "Ana", "correo": "ana@example.es",
                           "acepto": "si", "version": CURRENT}, headers=PERSON)  # fmt: skip
        assert sent.status_code == 503
        told = app.test_cli_runner().invoke(leads, ["show", "ana@example.es"])
        assert (told.exit_code, "LEADS_KEYS" in told.output) == (1, True)
        assert "LEADS_KEYS is not set" in closed.get("/ops/leads/", auth=OPS).text
        assert rows(database) == []


def test_the_job_of_the_schedule_sends_what_is_due(client, settings, mailbox, monkeypatch):
    names = ("database_url", "redis_url", "jwt_secret", "leads_keys", "smtp_url", "smtp_from",
             "public_url")  # fmt: skip
    for name in names:
        monkeypatch.setenv(name.upper(), getattr(settings, name))
    job_services.cache_clear()
    leave(client)
    assert tasks.deliver()["mailed"] == 1
    assert len(mailbox.mails) == 1
    tasks.purge()
    services = job_services()
    services.engine.dispose()
    services.reset_engine.dispose()
    services.redis.close()
    job_services.cache_clear()
