"""The pages as the server sends them: complete, and allowed by a strict content security policy."""

import gzip
import json
import re
from decimal import Decimal

import brotli
import pytest
from flask import Flask
from flask.testing import FlaskClient

from app import create_app
from app.errors import MESSAGES
from app.http.error_pages import find_error_page
from app.settings.table import Settings
from app.web.parts.charts import AREA, bar_chart
from app.web.parts.notices import NOTICES
from tests.fixtures.demo import DEMO

PAGES = (
    "/",
    "/sin-conexion",
    "/docs",
    "/entrar",
    "/contacto",
    "/privacidad",
    "/aviso-legal",
    "/estilo",
)
NOWHERE = "127.0.0.1:1"
"""An address without a server: these pages need neither Postgres nor Redis."""
PERSON = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
LARGEST_PAGE = 100_000


@pytest.fixture(scope="module")
def app() -> Flask:
    settings = Settings(
        _env_file=None,
        database_url=f"postgresql://none@{NOWHERE}/none",
        redis_url=f"redis://{NOWHERE}/0",
        jwt_secret="s" * 32,
        leads_keys="k" * 32,
        demo_session_duration_minutes=45,
        cookie_secure=False,
    )
    return create_app(settings)


@pytest.fixture(scope="module")
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def loaded_by(html: str) -> list[str]:
    return re.findall(r"""<(?:link|script|img)[^>]*(?:src|href)=["']([^"']+)""", html)


@pytest.mark.parametrize("path", PAGES)
def test_a_page_allows_what_this_host_serves_and_nothing_else(
    client: FlaskClient, path: str
) -> None:
    policy = client.get(path).headers["Content-Security-Policy"].split("; ")
    assert {"default-src 'self'", "script-src 'self'", "style-src 'self'"} <= set(policy)
    assert not any("unsafe" in rule or "http" in rule or "data:" in rule for rule in policy)


@pytest.mark.parametrize("path", PAGES)
def test_a_page_has_no_inline_code_and_names_no_other_host(client: FlaskClient, path: str) -> None:
    html = client.get(path).text
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=", html)
    assert not re.search(r"""(?:src|href)=["'](?:https?:)?//""", html)


@pytest.mark.parametrize("path", PAGES)
def test_everything_that_a_page_loads_is_there_and_kept_for_a_year(
    client: FlaskClient, path: str
) -> None:
    loaded = loaded_by(client.get(path).text)
    assert loaded
    for address in loaded:
        with client.get(address) as answer:
            assert answer.status_code == 200, address
            assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"


def test_the_service_worker_keeps_a_public_page_and_its_files(client: FlaskClient) -> None:
    worker = client.get("/sw.js")
    assert worker.mimetype == "text/javascript"
    assert worker.headers["Cache-Control"] == "no-cache"
    assert "Set-Cookie" not in client.get("/sin-conexion").headers
    [kept] = re.findall(r"FILES = (\[.*?\])", worker.text)
    html = client.get("/sin-conexion").text
    used = {each for each in loaded_by(html) if each.endswith((".css", ".js"))}
    assert used <= set(json.loads(kept))
    assert all(client.get(address).status_code == 200 for address in json.loads(kept))


def test_an_asset_is_compressed_and_of_an_older_page_it_is_not_kept(client: FlaskClient) -> None:
    address = next(each for each in loaded_by(client.get("/").text) if each.endswith("site.css"))
    plain = client.get(address).data
    by_brotli = client.get(address, headers={"Accept-Encoding": "gzip, br"})
    by_gzip = client.get(address, headers={"Accept-Encoding": "gzip, br;q=0"})
    assert (by_brotli.headers["Content-Encoding"], by_brotli.headers["Vary"]) == (
        "br",
        "Accept-Encoding",
    )
    assert brotli.decompress(by_brotli.data) == gzip.decompress(by_gzip.data) == plain
    assert len(by_brotli.data) < len(plain) / 3
    older = re.sub(r"/assets/\w+/", "/assets/0123456789ab/", address)
    assert client.get(older).headers["Cache-Control"] == "no-cache"
    assert client.get(re.sub("site.css", "none.css", address)).status_code == 404


@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_small_when_compressed(client: FlaskClient, path: str) -> None:
    answer = client.get(path, headers={"Accept-Encoding": "br"})
    assert answer.headers["Content-Encoding"] == "br"
    assert len(answer.data) < LARGEST_PAGE


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


def test_the_site_can_be_installed_and_shared(client: FlaskClient) -> None:
    html = client.get("/").text
    manifest = re.findall(r'rel="manifest" href="([^"]+)', html)[0]
    answer = client.get(manifest)
    assert answer.mimetype == "application/manifest+json"
    sizes = {icon["sizes"]: icon["src"] for icon in answer.get_json(force=True)["icons"]}
    for size in (192, 512):
        with client.get(manifest.replace("site.webmanifest", sizes[f"{size}x{size}"])) as icon:
            assert icon.data[16:24] == size.to_bytes(4) * 2, "a PNG begins with its measures"
    shared = re.findall(r'og:image" content="http://localhost([^"]+)', html)[0]
    pictures = [shared, *re.findall(r'<img[^>]*src="([^"]+\.webp)', html)]
    assert len(pictures) == 1 + len(DEMO.accounts)
    for address in pictures:
        with client.get(address) as picture:
            assert picture.mimetype.startswith("image/")
            assert len(picture.data) <= 60_000


def test_a_notice_is_one_of_ours_and_no_text_of_an_address(client: FlaskClient) -> None:
    assert NOTICES["terminada"] in client.get("/?hecho=terminada").text
    assert "Llama al 900" not in client.get("/?hecho=Llama+al+900").text


def test_the_reference_shows_every_path_of_the_api(client: FlaskClient) -> None:
    html = client.get("/docs").text
    paths = client.get("/openapi.json").get_json()["paths"]
    assert [path for path in paths if f"<code>{path}</code>" not in html] == []


def test_search_engines_are_led_to_the_public_pages(client: FlaskClient) -> None:
    robots, sitemap = client.get("/robots.txt").text, client.get("/sitemap.xml").text
    assert "Disallow: /\n" in robots
    assert "Sitemap: http://localhost/sitemap.xml" in robots
    addresses = re.findall("<loc>http://localhost(.*)</loc>", sitemap)
    assert [client.get(address).status_code for address in addresses] == [200] * len(addresses)


def test_the_old_icon_name_leads_to_the_icon(client: FlaskClient) -> None:
    with client.get("/favicon.ico", follow_redirects=True) as answer:
        assert answer.mimetype == "image/svg+xml"


def test_components_are_not_shown_to_visitors_of_a_secure_site(client: FlaskClient) -> None:
    assert client.get("/estilo", base_url="https://localhost").status_code == 404


@pytest.mark.parametrize("status", sorted(set(MESSAGES) | {403, 409, 503}))
def test_an_error_is_a_page_for_a_person_with_a_way_on(app: Flask, status: int) -> None:
    environ = {"HTTP_ACCEPT": PERSON["Accept"], "PATH_INFO": "/demo/pedidos/<b>"}
    page = find_error_page(app, environ, status, "code", "Frase <b>.", {"Retry-After": "5"})
    assert page is not None
    assert page.status_code == status
    html = page.get_data(as_text=True)
    assert page.headers["Retry-After"] == "5"
    assert "script-src 'self'" in page.headers["Content-Security-Policy"]
    assert "Frase &lt;b&gt;." in html
    assert "<b>" not in html
    assert 'href="/demo/"' in html
    again = find_error_page(app, environ | {"REQUEST_METHOD": "GET"}, status, "code", "Frase.", {})
    assert ("Volver a intentarlo" in again.get_data(as_text=True)) == (status >= 429)
    assert "Volver a intentarlo" not in html
    assert 'href="/"' in html


@pytest.mark.parametrize(
    ("accept", "path"),
    [
        ("*/*", "/demo/pedidos"),
        ("application/json", "/demo/pedidos"),
        ("application/json, text/html;q=0.9", "/demo/pedidos"),
        ("", "/demo/pedidos"),
        (PERSON["Accept"], "/api/orders"),
        (PERSON["Accept"], "/ops/rq/"),
    ],
)
def test_an_error_is_json_for_a_program(app: Flask, accept: str, path: str) -> None:
    environ = {"HTTP_ACCEPT": accept, "PATH_INFO": path}
    assert find_error_page(app, environ, 404, "not_found", "Frase.", {}) is None


@pytest.mark.parametrize(
    ("code", "status", "leads_to"),
    [
        ("session_required", 303, "/?hecho=sin-demo"),
        ("session_pending", 303, "/demo/espera"),
        ("session_expired", 303, "/demo/fin"),
        ("session_destroyed", 303, "/demo/fin"),
        ("session_failed", 303, "/demo/fin"),
        ("share_closed", 410, "Probar la mía"),
        ("session_gone", 410, 'href="/"'),
        ("token_invalid", 410, 'href="/"'),
    ],
)
def test_a_session_that_is_not_there_leads_on(
    app: Flask, code: str, status: int, leads_to: str
) -> None:
    environ = {"HTTP_ACCEPT": PERSON["Accept"], "PATH_INFO": "/demo/caja"}
    page = find_error_page(app, environ, 401, code, "Frase.", {})
    assert page is not None
    assert page.status_code == status
    assert leads_to in page.headers.get("Location", page.get_data(as_text=True))
    assert page.headers["Cache-Control"] == "no-store"


def test_the_bars_of_a_chart_stand_under_a_round_number() -> None:
    points = [("a", "a", Decimal(0)), ("b", "b", Decimal("37.5")), ("c", "c", Decimal(81))]
    chart = bar_chart(points, chosen=2)
    assert chart.top == 100
    assert [bar.at.height for bar in chart.bars] == [
        0,
        AREA.height * 0.375,
        round(AREA.height * 0.81, 1),
    ]
    assert [bar.chosen for bar in chart.bars] == [False, False, True]
    assert chart.labels == ("a", "b", "c")
    assert bar_chart([]).bars == ()
