"""Every text of a page goes through the catalogue, and the bakery's data does not."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from psycopg import sql

from app.web.routes import ADDRESSES
from tests.acceptance.page_client import Reader
from tests.acceptance.page_texts import demo_in_brackets, not_ours
from tests.acceptance.test_pages import SECTIONS
from tests.acceptance.test_visit import ready_pool
from tests.fixtures.demo import DEMO

pytestmark = pytest.mark.parametrize("postgres", ["18"], indirect=True)


def data_of(database_url: str) -> set[str]:
    """What the bakeries' tables say, and the public accounts."""
    columns = """
    SELECT DISTINCT table_schema, table_name, column_name FROM information_schema.columns
     WHERE table_schema LIKE 'template%' AND data_type IN ('text', 'character varying', 'ARRAY')
    """
    found = {text for each in DEMO.accounts for text in (each.name, each.email, each.password)}
    with psycopg.connect(database_url) as owner:
        for schema, table, column in owner.execute(columns).fetchall():
            statement = sql.SQL("SELECT DISTINCT {} FROM {}").format(
                sql.Identifier(column), sql.Identifier(schema, table)
            )
            for (value,) in owner.execute(statement):
                texts = [value] if isinstance(value, str) else value or []
                found |= {text for text in texts if isinstance(text, str)}
    return found


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
def test_every_text_of_a_page_is_of_the_catalogue_or_data(
    bracketed: Reader, live_system: Any, account_type: str
) -> None:
    data = data_of(live_system.database_url)
    pages = bracketed.open(account_type).crawl()
    pages |= {path: bracketed.get(path) for path in ADDRESSES}
    bracketed.post("/demo/sesion/terminar")
    pages |= {f"{path} after the end": bracketed.get(path) for path in ("/demo/caja", "/nada")}
    found = {
        kind: texts
        for kind, page in pages.items()
        if "text/html" in page.headers["Content-Type"] and (texts := set(not_ours(page.text, data)))
    }
    assert found == {}
