"""Prospect links: made by operators, opened by a button, counted exactly, revoked."""

import re

import pytest

from app.control.models import SessionStatus
from app.insights.links.cli import link as cli
from tests.integration.control.steps import VISITOR, at_once
from tests.integration.insights.conftest import OPS, PERSON

pytestmark = pytest.mark.parametrize("postgres", ["18"], indirect=True)

KIND = "individual_bakery"
HOSTILE = "<script>alert(1)</script>"
WANTED = {
    "title": "Feria",
    "model": f"{KIND}/navidad",
    "bakery_name": "Hornos Gil",
    "features": "pos, recipes",
    "minutes": "90",
    "language": "en",
    "days": "7",
    "max_uses": "2",
    "greeting": HOSTILE,
}


@pytest.fixture
def client(app, database):
    database.execute("TRUNCATE control.prospect_links")
    return app.test_client()


@pytest.fixture
def templates(database):
    """A template of the model and of its scenario, of which nothing is cloned here."""
    database.execute("TRUNCATE control.demo_sessions, control.tenants CASCADE")
    for key in (KIND, f"{KIND}__navidad"):
        database.execute(
            "INSERT INTO control.tenants (name, schema_name, account_type, is_demo,"
            " is_demo_template, state, template_version)"
            " VALUES (%s, %s, %s, false, true, 'ready', 3)",
            [key, f"template_{key}", key],
        )


def make(client, **fields):
    made = client.post("/ops/links/", data=WANTED | fields, auth=OPS)
    assert made.status_code == 303, made.text
    return made.headers["Location"].rpartition("=")[2]


def one(database, what="*"):
    return database.execute(f"SELECT {what} FROM control.prospect_links").fetchone()


def test_operators_make_a_link_and_its_page_opens_nothing(client, database, services):
    code = make(client)
    assert re.fullmatch("[a-z2-9]{12}", code)
    listed = client.get("/ops/links/", auth=OPS).text
    assert f"https://demo.example/d/{code}" in listed
    link = services.links.fetch(code)
    assert (link.minutes, link.max_uses, link.language, link.state) == (90, 2, "en", "open")
    assert (link.features, link.personal) == (("pos", "recipes"), {"bakery_name": "Hornos Gil"})
    page = client.get(f"/d/{code}", headers=PERSON | {"Accept-Language": "es"})
    assert (page.status_code, page.headers["Cache-Control"]) == (200, "no-store")
    assert "Hornos Gil" in page.text
    assert "Open the demo" in page.text
    assert HOSTILE not in page.text
    assert client.head(f"/d/{code}").status_code == 200
    assert one(database, "uses") == (0,)


def test_the_list_says_what_came_of_a_link(client, database, services):
    codes = [make(client) for _ in range(2)]
    for day, landed in ((0, 2), (40, 7)):
        database.execute(
            "INSERT INTO control.visit_margins (day, account_type, dimension, value, landed,"
            " created) VALUES (current_date - %s, %s, 'source', %s, %s, 4)",
            [day, KIND if day else "", f"link:{codes[0]}", landed],
        )
    results = services.links.results(services.links.newest())
    found = [[str(cell) for cell in results[code].values()] for code in codes]
    assert found == [["9", "8", "0", "0", "0"], ["0"] * 5]
    database.execute("TRUNCATE control.visit_margins")
    assert client.get("/ops/links/", auth=OPS).text.count("<td") == 2 * 10


@pytest.mark.parametrize(
    ("fields", "place"),
    [
        ({"title": ""}, "title"),
        ({"minutes": "100000"}, "minutes"),
        ({"max_uses": "0"}, "max_uses"),
        ({"days": "-1"}, "days"),
        ({"model": f"{KIND}/no-hay"}, "scenario"),
        ({"model": "other/"}, "demo_account_type"),
        ({"features": "rockets"}, "features"),
        ({"greeting": "x" * 501}, "greeting"),
    ],
)
def test_what_the_demo_does_not_have_makes_no_link(client, database, fields, place):
    refused = client.post("/ops/links/", data=WANTED | fields, auth=OPS)
    assert refused.status_code == 422
    assert f"<li>{place}: " in refused.text
    assert 'value="Hornos Gil"' in refused.text
    assert one(database) is None


def test_a_link_opens_the_session_that_it_prepared(client, database, services, templates):
    code = make(client)
    opened = client.post(f"/d/{code}", headers=PERSON)
    assert (opened.status_code, opened.headers["Location"]) == (303, "/demo/espera")
    assert any(cookie.startswith("idioma=en") for cookie in opened.headers.getlist("Set-Cookie"))
    kind, details, minutes = database.execute(
        "SELECT demo_account_type, metadata, extract(epoch FROM expires_at - created_at) / 60"
        " FROM control.demo_sessions"
    ).fetchone()
    assert (kind, round(minutes)) == (KIND, 90)
    assert details == {
        "scenario": "navidad", "features": ["pos", "recipes"], "minutes": 90.0, "link": code,
        "personal": {"bakery_name": "Hornos Gil"},
    }  # fmt: skip
    assert one(database, "uses") == (1,)


def test_a_session_that_waited_gets_the_length_of_its_link(client, database, services, templates):
    code = make(client)
    client.post(f"/d/{code}", headers=PERSON)
    database.execute(
        "UPDATE control.tenants SET state = 'ready', template_version = 3 WHERE state = 'cloning'"
    )
    (served,) = services.pool.serve_waiting()
    assert served.status is SessionStatus.ACTIVE
    seconds = database.execute(
        "SELECT extract(epoch FROM t.demo_expires_at - now()),"
        " extract(epoch FROM s.expires_at - now())"
        " FROM control.tenants AS t JOIN control.demo_sessions AS s ON s.virtual_tenant_id = t.id"
    ).fetchone()
    assert [round(float(each) / 60) for each in seconds] == [90, 90]


def test_the_api_takes_a_link_and_what_the_visitor_says_wins(client, database, templates):
    code = make(client)
    body = {"demo_account_type": KIND, "link": code.upper(), "bakery_name": "La mía"}
    answer = client.post("/api/demo/session/create", json=body)
    assert answer.status_code == 201
    assert answer.json["scenario"] == "navidad"
    assert answer.json["personal"] == {"bakery_name": "La mía"}
    other = client.post(
        "/api/demo/session/create", json=body | {"demo_account_type": "central_baker"}
    )
    assert (other.status_code, other.json["code"]) == (422, "link_mismatch")
    none = client.post("/api/demo/session/create", json=body | {"link": "none"})
    assert (none.status_code, none.json["code"]) == (404, "link_unknown")
    assert one(database, "uses") == (1,)


def test_a_link_is_used_up_revoked_or_over(client, database, templates):
    code = make(client)
    statuses = [client.post(f"/d/{code}", headers=PERSON).status_code for _ in range(3)]
    assert statuses == [303, 303, 410]
    assert one(database, "uses") == (2,)
    page = client.get(f"/d/{code}", headers=PERSON)
    assert (page.status_code, '<form method="post" action="/d/' in page.text) == (410, False)
    body = {"demo_account_type": KIND, "link": code}
    refused = client.post("/api/demo/session/create", json=body)
    assert (refused.status_code, refused.json["code"]) == (409, "link_closed")
    for change in ("expires_at = now()", "expires_at = NULL, revoked_at = now()"):
        database.execute(f"UPDATE control.prospect_links SET max_uses = NULL, {change}")
        assert client.post(f"/d/{code}", headers=PERSON).status_code == 410
    assert one(database, "uses") == (2,)
    revoked = make(client)
    for _ in range(2):
        assert client.post(f"/ops/links/{revoked}/revoke", auth=OPS).status_code == 303
    assert client.post(f"/d/{revoked}", headers=PERSON).status_code == 410


def test_a_session_that_is_not_opened_uses_nothing(
    client, database, services, templates, monkeypatch
):
    code = make(client)
    monkeypatch.setitem(services.settings.__dict__, "demo_max_sessions", 0)
    refused = client.post(f"/d/{code}", headers=PERSON)
    assert refused.status_code == 503
    assert 'action="/d/' in refused.text
    assert one(database, "uses") == (0,)


def test_fifty_at_once_get_as_many_sessions_as_the_link_has_uses(
    client, database, services, templates, monkeypatch
):
    monkeypatch.setitem(services.settings.__dict__, "demo_sessions_per_address", 0)
    choices = services.links.choices_of(services.links.fetch(make(client, max_uses="7")))
    opened, refused = at_once(50, lambda: services.sessions.open(KIND, VISITOR, choices))
    assert len(opened) == 7
    assert {error.error_code for error in refused} == {"link_closed"}
    assert one(database, "uses") == (7,)
    kept = database.execute("SELECT count(*) FROM control.demo_sessions WHERE metadata ? 'link'")
    assert kept.fetchone() == (7,)


def test_a_creation_that_is_repeated_uses_a_link_once(client, database, templates):
    code = make(client, max_uses="1")
    body, key = {"demo_account_type": KIND, "link": code}, {"Idempotency-Key": "k" * 20}
    answers = [client.post("/api/demo/session/create", json=body, headers=key) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert len({answer.json["session_id"] for answer in answers}) == 1
    assert one(database, "uses") == (1,)


def test_scenarios_are_listed_and_a_preview_opens_once(client, database, services, templates):
    page = client.get("/ops/scenarios/", auth=OPS).text
    assert "individual_bakery · navidad" in page
    assert "not loaded yet" in page
    asked = {"account_type": KIND, "scenario": "navidad"}
    led = client.post("/ops/links/preview", data=asked, auth=OPS)
    link = services.links.fetch(led.headers["Location"].rpartition("/")[2])
    assert (link.scenario, link.max_uses, link.expires_at is not None) == ("navidad", 1, True)
    wrong = client.post("/ops/links/preview", data=asked | {"scenario": "none"}, auth=OPS)
    assert wrong.status_code == 422


def test_the_command_line_makes_lists_and_revokes(client, app, services):
    run = app.test_cli_runner().invoke
    made = run(
        cli, ["create", KIND, "--title", "CLI", "--uses", "3", "--personal", "bakery_name=Gil"]
    )
    code = made.output.strip().rpartition("/")[2]
    assert services.links.fetch(code).personal == {"bakery_name": "Gil"}
    assert code in run(cli, ["list", "--json"]).output
    assert run(cli, ["revoke", code]).exit_code == 0
    assert services.links.fetch(code).state == "revoked"
    assert run(cli, ["create", "rockets", "--title", "No"]).exit_code == 2
    assert run(cli, ["revoke", "none"]).exit_code == 1
