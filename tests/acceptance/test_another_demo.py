"""The engine serves a demo other than the bakery: one account type, one table, two rules."""

import psycopg
import pytest
from sqlalchemy import create_engine

from app.control.sessions.accounts import ensure_accounts
from app.database.engines import engine_url
from app.database.isolation import open_template
from app.demo import load_demo
from app.migrations import upgrade_control
from tests.acceptance.client import Prospect
from tests.conftest import Postgres, new_database, scratch_directory
from tests.fixtures.live import ROOT, running_system

HOME = ROOT / "tests" / "fixtures" / "notes"
LOGIN = {"email": "ada@notes.example", "password": "a public password"}
TEMPLATE = """
CREATE SCHEMA template_notes;
CREATE TABLE template_notes.notes (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, body text);
INSERT INTO template_notes.notes (body) VALUES ('the first');
INSERT INTO control.tenants
       (name, schema_name, account_type, is_demo, is_demo_template, state, template_version)
VALUES ('Notes', 'template_notes', 'notes', false, true, 'ready', 1);
"""


def make_template(database_url):
    engine = create_engine(engine_url(database_url))
    with engine.begin() as connection:
        upgrade_control(connection)
    ensure_accounts(engine, load_demo(HOME / "demo.toml"))
    engine.dispose()
    with psycopg.connect(database_url) as owner:
        owner.execute(TEMPLATE)
        open_template(owner, "template_notes")


@pytest.fixture(scope="module")
def notes(postgres: Postgres):
    settings = {"DEMO_FILE": str(HOME / "demo.toml"), "PYTHONPATH": str(HOME)}
    with (
        new_database(postgres) as url,
        scratch_directory("notes-") as home,
        running_system(url, home, make_template, **settings) as system,
    ):
        yield system


def test_a_visit_to_another_demo_from_create_to_destroy(notes):
    visitor = Prospect(notes.url).open("notes")
    assert visitor.get("/api/notes").json == ["the first"]
    assert visitor.post("/api/notes", {"body": "mine"}).status == 201
    assert visitor.get("/api/notes").json == ["the first", "mine"]

    refused = visitor.request("DELETE", "/api/notes")
    assert (refused.status, refused.code) == (403, "demo_restriction")
    assert visitor.get("/api/notes").json == ["the first", "mine"]

    other = Prospect(notes.url).open("notes")
    assert other.get("/api/notes").json == ["the first"]
    for one in (visitor, other):
        assert one.post("/api/demo/session/destroy").json["status"] == "destroyed"
        assert one.get("/api/notes").code == "session_destroyed"


def test_the_public_account_of_another_demo_opens_a_session(notes):
    visitor = Prospect(notes.url)
    opened = visitor.post("/api/auth/login", LOGIN)
    assert (opened.status, opened.json["demo_account_type"]) == (201, "notes")
    visitor.session, visitor.token = opened.json, opened.json["session_token"]
    assert visitor.wait_until_active().post("/api/demo/session/reset").status == 200


def test_the_engine_knows_its_account_types_and_no_others(notes):
    visitor = Prospect(notes.url)
    (account,) = visitor.get("/api/demo/accounts").json["accounts"]
    (ordinary,) = account.pop("scenarios")
    assert (ordinary["name"], ordinary["description"]) == ("base", "One table, a few notes.")
    assert account == {
        "account_type": "notes",
        "name": "The notebook",
        "title": "Notebook",
        "description": "One table, a few notes.",
        "features": [],
        "modules": {},
        **LOGIN,
    }
    answer = visitor.post("/api/demo/session/create", {"demo_account_type": "individual_bakery"})
    assert answer.status == 422
    assert answer.json["errors"]["json"]["demo_account_type"] == [
        "Debe ser uno de estos valores: 'notes'."
    ]
    document = visitor.get("/openapi.json").json
    create = document["components"]["schemas"]["CreateIn"]
    assert create["properties"]["demo_account_type"]["enum"] == ["notes"]
    assert document["info"]["title"] == "Notes"
    assert "bakery_name" not in create["properties"]
    named = visitor.post(
        "/api/demo/session/create", {"demo_account_type": "notes", "features": ["pos"]}
    )
    assert named.json["errors"]["json"]["features"] == [
        "'pos' no es un módulo de este modelo; hay: ninguno."
    ]


def test_nothing_of_the_bakery_is_served(notes):
    visitor = Prospect(notes.url).open("notes")
    for path in ("/", "/docs", "/static/css/masa-madre.css", "/api/orders"):
        assert visitor.get(path).code == "demo_restriction", path
    assert not [path for path in visitor.get("/openapi.json").json["paths"] if "orders" in path]


def test_operators_see_sessions_of_another_demo(notes):
    basic = {"Authorization": "Basic b3BzOm9wcy1wYXNzd29yZC1mb3ItdGVzdHM="}
    for path in ("/ops/", "/ops/live"):
        page = Prospect(notes.url).request("GET", path, headers=basic)
        assert page.status == 200
    assert "notes" in page.json
