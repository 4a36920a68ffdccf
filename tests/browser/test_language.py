"""A visitor whose browser speaks English sells in English, and switches."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.visit import PHONE, Visit

pytestmark = [
    pytest.mark.browser,
    pytest.mark.parametrize("postgres", ["18"], indirect=True),
]


@pytest.fixture
def visitor(browser: Browser, live_url: str) -> Iterator[Visit]:
    width, height = PHONE
    context = browser.new_context(viewport={"width": width, "height": height}, locale="en-GB")
    context.set_default_timeout(60_000)
    visit = Visit(context.new_page(), live_url.rstrip("/"))
    visit.listen()
    yield visit
    context.close()


def test_the_till_in_english_and_the_switch_to_spanish(visitor: Visit) -> None:
    page = visitor.page
    visitor.open()
    page.get_by_role("button", name="Try the demo").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Today, ")
    page.get_by_role("navigation", name="Modules").get_by_role("link", name="Till").click()
    product = page.locator(".product-add:enabled").first
    product.click()
    expect(page.get_by_role("button", name=re.compile("^Remove one "))).to_be_visible()
    expect(page.locator("#ticket-total")).to_have_text(re.compile(r"^€\d+\.\d\d$"))
    page.get_by_label("Cash given").fill("0.01")
    expect(page.locator("#change")).to_have_text(re.compile(r"^€\d+\.\d\d short$"))
    page.get_by_label("Cash given").fill("1,000.50")
    expect(page.locator("#change")).to_have_text(re.compile(r"^Change: €9\d\d\.\d\d$"))
    visitor.ensure_accessible()
    page.get_by_role("button", name="Cash").click()
    expect(page.locator(".sold")).to_contain_text(re.compile(r"^Receipt no\. \d+: €"))

    page.get_by_text("Your demo", exact=True).click()
    page.get_by_role("button", name="Español").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Caja")
    expect(page.locator("html")).to_have_attribute("lang", "es")
    expect(page.locator("#ticket-total")).to_have_text("0,00\xa0€")
    visitor.ensure_clean()
