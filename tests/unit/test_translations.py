"""Each text of the pages has its translation, and a request gets the language that it asks for."""

import re
from collections import Counter

import pytest
from babel.messages.catalog import Message
from flask import Flask
from flask.testing import FlaskClient

from app import create_app
from app.http.error_pages import find_error_page
from app.language.catalogues import SPANISH, codes_in, read_language
from app.language.texts import gettext, ngettext
from app.settings.table import Settings
from tests import translations
from tests.translations import FOLDER

NOWHERE = "127.0.0.1:1"
"""An address without a server: these pages need neither Postgres nor Redis."""
CODES = codes_in(FOLDER)
PERSON = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
PARTS = re.compile(r"%\(\w+\)[a-z]|\{\w*\}|</?\w+[^>]*>")
"""What a translation has to keep: the places of values, and the tags."""


@pytest.fixture(scope="module")
def app() -> Flask:
    settings = Settings(
        _env_file=None,
        database_url=f"postgresql://none@{NOWHERE}/none",
        redis_url=f"redis://{NOWHERE}/0",
        jwt_secret="s" * 32,
        cookie_secure=False,
    )
    return create_app(settings)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.mark.parametrize("code", CODES)
def test_a_catalogue_has_the_texts_of_the_code_and_no_others(code: str) -> None:
    kept, wanted = translations.read(code), translations.texts_of_code()
    assert not kept.obsolete
    assert {message.id for message in kept} - {message.id for message in wanted} == set()
    assert {message.id for message in wanted} - {message.id for message in kept} == set()
    assert translations.untranslated(kept) == []
    assert [message.id for message in kept if message.id and message.fuzzy] == []


@pytest.mark.parametrize("code", CODES)
def test_a_translation_has_the_values_and_the_tags_of_its_text(code: str) -> None:
    assert [each.id for each in translations.read(code) if each.id and _parts_differ(each)] == []


def _parts_differ(message: Message) -> bool:
    if isinstance(message.id, str):
        return Counter(PARTS.findall(message.id)) != Counter(PARTS.findall(str(message.string)))
    wanted = set(PARTS.findall(message.id[-1]))
    return any(not set(PARTS.findall(form)) <= wanted for form in message.string)


@pytest.mark.parametrize(
    ("accepted", "code"),
    [
        ("", "es"),
        ("es-ES,es;q=0.9,en;q=0.8", "es"),
        ("en-US,en;q=0.9,es;q=0.8", "en"),
        ("de,en;q=0.7", "en"),
        ("ca,es;q=0.9,en;q=0.8", "es"),
        ("de,fr", "es"),
        ("*", "es"),
    ],
)
def test_a_page_is_in_the_language_that_its_browser_prefers(
    client: FlaskClient, accepted: str, code: str
) -> None:
    page = client.get("/entrar", headers={"Accept-Language": accepted})
    assert f'<html lang="{code}">' in page.text
    assert page.headers["Content-Language"] == code
    assert {"Accept-Language", "Cookie"} <= set(page.headers["Vary"].split(", "))


def test_the_switch_keeps_a_language_and_leads_back(client: FlaskClient) -> None:
    page = client.get("/entrar?modelo=central_baker&hecho=x").text
    assert '<button class="button button-plain button-small" type="submit" name="idioma"' in page
    assert 'name="vuelta" value="/entrar?modelo=central_baker"' in page
    chosen = client.post("/idioma", data={"idioma": "en", "vuelta": "/entrar?modelo=x"})
    assert (chosen.status_code, chosen.headers["Location"]) == (303, "/entrar?modelo=x")
    assert {"HttpOnly", "SameSite=Lax"} <= set(chosen.headers["Set-Cookie"].split("; "))
    assert '<html lang="en">' in client.get("/entrar", headers={"Accept-Language": "es"}).text
    client.post("/idioma", data={"idioma": "es"})
    assert '<html lang="es">' in client.get("/entrar", headers={"Accept-Language": "en"}).text


@pytest.mark.parametrize(
    "back", ["//evil.example/", "https://evil.example/", "/\\evil.example", ""]
)
def test_the_switch_leads_to_no_other_host(client: FlaskClient, back: str) -> None:
    answer = client.post("/idioma", data={"idioma": "xx", "vuelta": back})
    assert answer.headers["Location"] == "/"
    assert "Set-Cookie" not in answer.headers


def test_what_programs_read_stays_in_spanish(client: FlaskClient) -> None:
    english = {"Accept-Language": "en"}
    wrong = client.post("/api/demo/session/create", json={}, headers=english).get_json()
    assert wrong["errors"]["json"]["demo_account_type"] == ["Falta este dato."]
    for headers, code in ((english, "en"), ({}, "es")):
        reference = client.get("/docs", headers=headers).text
        assert f'<html lang="{code}">' in reference
        assert "<h1>Referencia de la API</h1>" in reference
    assert client.get("/openapi.json", headers=english).data == client.get("/openapi.json").data


@pytest.mark.parametrize(("accepted", "title"), [("en", "We cannot find that page"), ("es", "No")])
def test_an_error_of_the_gateway_is_in_the_language_of_its_visitor(
    app: Flask, accepted: str, title: str
) -> None:
    environ = {"HTTP_ACCEPT": PERSON, "PATH_INFO": "/x", "HTTP_ACCEPT_LANGUAGE": accepted}
    sentence = "Aquí no hay nada. Revisa la dirección."
    page = find_error_page(app, environ, 404, "not_found", sentence, {})
    assert page is not None
    assert title in page.get_data(as_text=True)
    assert (sentence in page.get_data(as_text=True)) == (accepted == "es")
    assert page.headers["Content-Language"] == accepted


def test_texts_outside_of_a_page_are_in_spanish() -> None:
    assert gettext("Idioma") == "Idioma"
    assert gettext("100 %") == "100 %"
    assert gettext("") == ""
    assert ngettext("%(num)s pedido de %(who)s", "%(num)s pedidos", 1, who="Ana") == (
        "1 pedido de Ana"
    )


def test_languages_call_themselves_by_their_own_name() -> None:
    assert SPANISH.name == "Español"
    assert read_language(FOLDER, "en").name == "English"
