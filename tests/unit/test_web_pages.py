"""The pages as the server sends them: complete, and allowed by a strict content security policy."""

import re

import pytest
from flask.testing import FlaskClient

from app import create_app
from app.config import Settings
from tests.fixtures.demo import DEMO

PAGES = ("/", "/demo", "/docs")
NOWHERE = "127.0.0.1:1"
"""An address without a server: these pages need neither Postgres nor Redis."""


@pytest.fixture(scope="module")
def client() -> FlaskClient:
    settings = Settings(
        _env_file=None,
        database_url=f"postgresql://none@{NOWHERE}/none",
        redis_url=f"redis://{NOWHERE}/0",
        jwt_secret="s" * 32,
        demo_session_duration_minutes=45,
    )
    return create_app(settings).test_client()


@pytest.mark.parametrize("path", PAGES)
def test_a_page_allows_what_this_host_serves_and_nothing_else(
    client: FlaskClient, path: str
) -> None:
    policy = client.get(path).headers["Content-Security-Policy"].split("; ")
    assert {"default-src 'self'", "script-src 'self'", "style-src 'self'"} <= set(policy)
    assert not any("unsafe" in rule or "http" in rule for rule in policy)


@pytest.mark.parametrize("path", PAGES)
def test_a_page_has_no_inline_code_and_names_no_other_host(client: FlaskClient, path: str) -> None:
    html = client.get(path).text
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=", html)
    assert not re.search(r"""(?:src|href)=["'](?:https?:)?//""", html)


@pytest.mark.parametrize("path", PAGES)
def test_everything_that_a_page_loads_is_there(client: FlaskClient, path: str) -> None:
    html = client.get(path).text
    loaded = re.findall(r"""<(?:link|script|img)[^>]*(?:src|href)=["']([^"']+)""", html)
    assert loaded
    for address in loaded:
        with client.get(address) as answer:
            assert answer.status_code == 200, address


def test_the_landing_page_shows_both_business_models(client: FlaskClient) -> None:
    html = client.get("/").text
    told = [
        word
        for account in DEMO.accounts
        for word in (account.name, account.title, account.email, account.password)
    ]
    assert [word for word in told if word not in html] == []
    assert html.count(">Probar demo<") == len(DEMO.accounts)
    assert "45 minutos" in html


def test_the_reference_shows_every_path_of_the_api(client: FlaskClient) -> None:
    html = client.get("/docs").text
    paths = client.get("/openapi.json").get_json()["paths"]
    assert [path for path in paths if f"<code>{path}</code>" not in html] == []


def test_the_old_icon_name_leads_to_the_icon(client: FlaskClient) -> None:
    with client.get("/favicon.ico", follow_redirects=True) as answer:
        assert answer.mimetype == "image/svg+xml"
