"""Operators in a browser: their pages look as the product does, and a visitor hears from them."""

import pytest
from playwright.sync_api import expect

from tests.browser.visit import PHONE, Visit

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("postgres", ["18"], indirect=True)]


@pytest.fixture
def operator(browser, live_url):
    """A browser with the operators' password."""
    credentials = {"username": "ops", "password": "ops-password-for-tests"}
    with browser.new_context(http_credentials=credentials) as context:
        operator = Visit(context.new_page(), live_url.rstrip("/"))
        operator.listen()
        yield operator


def test_an_operator_speaks_to_a_visitor_and_every_page_is_sound(operator, visit):
    visit.begin("individual_bakery")
    operator.open("/ops/live")
    row = operator.page.locator("tbody tr", has=operator.page.get_by_role("button", name="Send"))
    row.first.get_by_label("Message to the visitor").fill("¿Te echamos una mano?")
    row.first.get_by_role("button", name="Send").click()
    expect(operator.page.locator("[data-live=actions]")).to_contain_text("message: done")
    said = visit.page.locator("#dicho")
    # A page that gets no stream, because those of others still hold the places, asks every 20 s.
    expect(said).to_contain_text("¿Te echamos una mano?", timeout=90_000)
    expect(said).to_be_visible()
    for path in ("/ops/", "/ops/live", "/ops/sessions/"):
        operator.open(path)
        look = "getComputedStyle(document.querySelector('h1')).fontFamily"
        assert "Georgia" in operator.page.evaluate(look)
        operator.ensure_accessible()
        operator.page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
        operator.ensure_no_sideways_scrolling()
        operator.page.set_viewport_size({"width": 1280, "height": 800})
    operator.ensure_clean()
