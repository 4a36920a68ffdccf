"""A visit's events come from the pages and the API into the figures, without personal data."""

import http.cookiejar
import urllib.error
import urllib.parse
import urllib.request

import psycopg
import pytest

from tests.support.waiting import wait_until

CHROME = "Mozilla/5.0 (X11; Linux x86_64) Chrome/140.0 Safari/537.36"


@pytest.fixture
def browser():
    """A client with cookies and the headers of a browser."""
    opener = urllib.request.build_opener(
        urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
    )
    opener.addheaders = [
        ("User-Agent", CHROME),
        ("Accept", "text/html"),
        ("Accept-Language", "es-ES"),
    ]
    return opener


def post(browser, url, path, **form):
    data = urllib.parse.urlencode(form).encode()
    request = urllib.request.Request(f"{url}{path}", data, {"Origin": url})
    return browser.open(request, timeout=30)


def visit_of(database, source):
    return database.execute(
        "SELECT account_type, campaign, language, device, counts, modules, last_page, session"
        " FROM control.visits WHERE source = %s",
        [source],
    ).fetchone()


def test_a_visit_is_followed_from_the_landing_page_to_its_end(live_system, browser):
    url = live_system.url
    page = browser.open(f"{url}/?utm_source=Feria&utm_campaign=Mayo+26&x=carmen@a.es").read()
    assert b'name="origen" value="source=feria&amp;campaign=mayo+26"' in page
    origin = "source=feria&campaign=mayo+26"
    post(browser, url, "/demo/abrir", modelo="individual_bakery", origen=origin)
    wait_until(lambda: b"data-seconds" in browser.open(f"{url}/demo/").read(), "the demo", 40)
    browser.open(f"{url}/demo/caja/tickets?q=Carmen").read()
    for method, path in (("DELETE", "/api/pos/products/1"), ("GET", "/api/forecasting/models")):
        with pytest.raises(urllib.error.HTTPError, match="403"):
            browser.open(urllib.request.Request(f"{url}{path}", method=method))
    post(browser, url, "/demo/sesion/terminar")
    with psycopg.connect(live_system.database_url, autocommit=True) as database:
        wait_until(
            lambda: (found := visit_of(database, "feria")) and found[4].get("ended"), "its end", 40
        )
        account, campaign, language, device, counts, modules, last, session = visit_of(
            database, "feria"
        )
        assert (account, campaign, language, device) == (
            "individual_bakery",
            "mayo 26",
            "es",
            "computer",
        )
        assert counts["created"] == 1
        assert modules["pos"] == [1, 0]
        assert last == "/demo/caja/tickets"
        kept = database.execute(
            "SELECT string_agg(details::text, ' ') FROM control.events WHERE session = %s",
            [session],
        ).fetchone()[0]
        assert "armen" not in kept
        refused = database.execute(
            "SELECT array_agg(details ->> 'reason' ORDER BY happened_at) FROM control.events"
            " WHERE session = %s AND kind = 'refused'",
            [session],
        ).fetchone()[0]
        assert refused == ["demo_restriction", "forecast_unavailable"]
        landed = database.execute(
            "SELECT landed FROM control.visit_totals WHERE source = 'feria' AND landed > 0"
        ).fetchall()
        assert landed == [(1,)]


def test_a_browser_that_wants_no_record_leaves_none(live_system, browser):
    browser.addheaders.append(("Sec-GPC", "1"))
    url = live_system.url
    post(browser, url, "/demo/abrir", modelo="individual_bakery", origen="source=privado")
    browser.open(f"{url}/demo/caja").read()
    with psycopg.connect(live_system.database_url, autocommit=True) as database:

        def untracked():
            return database.execute(
                "SELECT sum(untracked)::int FROM control.visit_totals WHERE source = 'privado'"
            ).fetchone()[0]

        wait_until(lambda: untracked() == 1, "its count", 40)
        assert visit_of(database, "privado") is None
