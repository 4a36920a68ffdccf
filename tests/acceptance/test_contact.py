"""The contact form through the gateway, and who may not send it."""

import re
from html import unescape

import psycopg
import pytest

from tests.acceptance.page_client import Reader
from tests.acceptance.test_visit import ready_pool

pytestmark = pytest.mark.parametrize("postgres", ["18"], indirect=True)

WRITTEN = {"nombre": "Ana", "correo": "ana@example.es", "acepto": "si", "version": "2026-11"}
OPS = ("ops", "ops-password-for-tests")


def test_a_visitor_leaves_an_address_from_a_demo(live_system, live_url):
    ready_pool(live_system)
    reader = Reader(live_url).open("individual_bakery")
    page = reader.get("/contacto").text
    assert 'href="/demo/"' in page
    stamp = re.search(r'name="clave" value="([^"]+)"', page)
    written = WRITTEN | {"clave": unescape(stamp[1])}
    assert reader.post("/contacto", written, **{"Sec-Fetch-Site": "cross-site"}).status_code == 403
    soon = reader.post("/contacto", written)
    assert (soon.status_code, "demasiado deprisa" in soon.text) == (422, True)
    with psycopg.connect(live_system.database_url) as connection:
        assert connection.execute("SELECT count(*) FROM control.leads").fetchone() == (0,)


def test_no_other_site_uses_the_operators_password(live_url):
    reader = Reader(live_url)
    reader.http.auth = OPS
    nothing = "/ops/leads/00000000-0000-4000-8000-000000000000/delete"
    assert reader.get("/ops/leads/").status_code == 200
    assert reader.post(nothing, **{"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert reader.post(nothing).status_code == 404
