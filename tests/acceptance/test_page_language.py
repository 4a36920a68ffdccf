"""Every page of a demo, walked through: it is there, it is safe, and its texts are translated."""

import re
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from psycopg import sql

from app.web.routes import ADDRESSES
from tests.acceptance.page_client import Reader, key_of
from tests.acceptance.page_texts import demo_in_brackets, not_ours
from tests.acceptance.test_pages import SECTIONS, api
from tests.acceptance.test_visit import ready_pool
from tests.fixtures.demo import DEMO

LARGEST_PAGE = 100_000

pytestmark = pytest.mark.parametrize("postgres", ["18"], indirect=True)


COLUMNS = """
SELECT DISTINCT table_schema, table_name, column_name FROM information_schema.columns
 WHERE table_schema LIKE %s
   AND data_type IN ('text', 'character varying', 'ARRAY', 'jsonb')
"""
OWN_SCHEMA = """
SELECT schema_name FROM control.tenants AS tenant
  JOIN control.demo_sessions AS session ON session.virtual_tenant_id = tenant.id
 WHERE session.session_id = %s
"""


@pytest.fixture(scope="module")
def data(live_system: Any) -> set[str]:
    """What the bakeries' tables say, and the public accounts."""
    found = {text for each in DEMO.accounts for text in (each.name, each.email, each.password)}
    with psycopg.connect(live_system.database_url) as owner:
        return found | texts_of(owner, "template%")


def texts_of(owner: psycopg.Connection, schemas: str) -> set[str]:
    """What the tables of the schemas of this pattern say."""
    found: set[str] = set()
    for schema, table, column in owner.execute(COLUMNS, [schemas]).fetchall():
        statement = sql.SQL("SELECT DISTINCT {} FROM {}").format(
            sql.Identifier(column), sql.Identifier(schema, table)
        )
        found |= {text for (value,) in owner.execute(statement) for text in texts_in(value)}
    return found


def own_texts(live_system: Any, reader: Reader) -> set[str]:
    """What a visitor's own tables say: time passed in them since the template was made."""
    session = api(reader, "/api/demo/session/current").json()["session_id"]
    with psycopg.connect(live_system.database_url) as owner:
        (schema,) = owner.execute(OWN_SCHEMA, [session]).fetchone()
        return texts_of(owner, schema)


def texts_in(value: object) -> Iterator[str]:
    match value:
        case str():
            yield value
        case list():
            yield from (text for each in value for text in texts_in(each))
        case dict():
            yield from texts_in(list(value.values()))


@pytest.fixture(scope="module")
def bracketed_url(live_system: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A web server of the same system, whose pages have each text of ours in brackets."""
    file = demo_in_brackets(tmp_path_factory.mktemp("translations"))
    with live_system.web(DEMO_FILE=str(file)) as url:
        yield url


@pytest.fixture
def bracketed(live_system: Any, bracketed_url: str) -> Reader:
    ready_pool(live_system)
    reader = Reader(bracketed_url)
    reader.http.headers["Accept-Language"] = "xx"
    return reader


@pytest.mark.parametrize("account_type", SECTIONS)
def test_every_page_that_links_lead_to_is_there_and_safe_and_says_what_the_catalogue_has(
    live_system: Any, bracketed: Reader, data: set[str], account_type: str
) -> None:
    pages = bracketed.open(account_type).crawl()
    data = data | own_texts(live_system, bracketed)
    assert {kind: page.status_code for kind, page in pages.items()} == dict.fromkeys(pages, 200)
    everywhere = {path for own in SECTIONS.values() for path in own}
    linked = set(re.findall(r'<li><a href="([^"]+)"', pages["/demo/"].text))
    assert linked & everywhere == SECTIONS[account_type]
    for kind, page in pages.items():
        if "text/html" in page.headers["Content-Type"]:
            ensure_safe(kind, page, bracketed.http.cookies["demo_session"])

    pages |= {path: bracketed.get(path) for path in ADDRESSES}
    bracketed.post("/demo/sesion/terminar")
    pages |= {f"{path} after the end": bracketed.get(path) for path in ("/demo/fin", "/nada")}
    found = {
        kind: texts
        for kind, page in pages.items()
        if "text/html" in page.headers["Content-Type"]
        and (texts := list(not_ours(page.text, data)))
    }
    assert found == {}


def ensure_safe(kind: str, page: Any, secret: str) -> None:
    assert page.text.count("<h1") == 1, kind
    assert page.headers["Cache-Control"] == "no-store"
    assert "unsafe" not in page.headers["Content-Security-Policy"]
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=", page.text)
    assert int(page.headers["Content-Length"]) < LARGEST_PAGE
    assert secret not in page.text
    assert not re.search(r"demo_[A-Za-z0-9_-]{16,}", page.text), kind
    assert not re.search(r"""(>|value=")\s*(None|undefined|NaN)\s*["<]""", page.text), kind


def test_what_is_refused_is_said_in_english_and_stays_spanish_in_the_api(
    live_system: Any, live_url: str
) -> None:
    ready_pool(live_system)
    reader = Reader(live_url)
    reader.http.headers["Accept-Language"] = "en-US,en;q=0.9"
    reader.open("individual_bakery")
    product = api(reader, "/api/pos/products?sort=-stock").json()["items"][0]
    sale = {f"u-{product['id']}": "1900", "pago": "cash"}
    many = reader.post("/demo/caja", sale | {"clave": key_of(reader.get("/demo/caja").text)})
    assert many.status_code == 422
    assert "It must be " in many.text
    few = reader.post("/demo/caja", {f"u-{product['id']}": "900", "pago": "cash"})
    assert few.status_code == 409
    assert f"There is not enough: {product['stock']:.0f} left of “{product['name']}”" in few.text
    missing = reader.get("/demo/recetas/999")
    assert missing.status_code == 404
    assert "There is no such recipe." in missing.text
    assert "The recipe book is fixed in the demo." in reader.get("/demo/recetas/1").text
    assert api(reader, "/api/recipes/999").json()["detail"] == "No existe esa receta."
    assert reader.post("/idioma", {"idioma": "es"}).status_code == 303
    assert "No existe esa receta." in reader.get("/demo/recetas/999").text
    assert "<h1>No encontramos esa página</h1>" in reader.get("/nada").text
