"""Operators' pages of leads, links, webhooks and scenarios in a browser, for both roles."""

import json
from contextlib import contextmanager

import pytest
from playwright.sync_api import expect

from tests.browser.visit import PHONE, Visit

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("postgres", ["18"], indirect=True)]

PAGES = ("/ops/leads/", "/ops/links/", "/ops/webhooks/", "/ops/scenarios/")
PASSWORDS = {"ops": "ops-password-for-tests", "marketing": "marketing-password-for-tests"}


@pytest.fixture(scope="module")
def url(live_system):
    """A web server that both roles have a password for."""
    with live_system.web(MARKETING_PASSWORD=PASSWORDS["marketing"]) as url:
        yield url


@contextmanager
def operator(browser, url, role):
    """A browser with a role's password."""
    credentials = {"username": role, "password": PASSWORDS[role]}
    with browser.new_context(http_credentials=credentials) as context:
        operator = Visit(context.new_page(), url)
        operator.listen()
        yield operator


def test_pages_are_closed_without_credentials(browser, url):
    with browser.new_context() as context:
        for path in PAGES:
            answer = context.request.get(f"{url}{path}")
            assert answer.status == 401
            assert json.loads(answer.text())["code"] == "ops_required"


@pytest.mark.parametrize("role", PASSWORDS)
def test_pages_are_sound_on_a_screen_and_on_a_phone(browser, url, role):
    with operator(browser, url, role) as visit:
        for path in PAGES:
            visit.open(path)
            expect(visit.page.locator(".ops-who")).to_contain_text(role)
            visit.ensure_accessible()
            visit.page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
            visit.ensure_no_sideways_scrolling()
            visit.page.set_viewport_size({"width": 1280, "height": 800})
        visit.ensure_clean()


def test_marketing_makes_a_link_that_opens_its_page_and_revokes_it(browser, url):
    with operator(browser, url, "marketing") as visit:
        visit.open("/ops/links/")
        title = visit.page.get_by_label("Title")
        if not title.is_visible():  # the form is folded where there are links
            visit.page.get_by_text("Make a link", exact=True).click()
        title.fill("Feria")
        visit.page.get_by_label("Greeting").fill("<b>Hola</b>")
        visit.page.get_by_role("button", name="Make the link").click()
        address = visit.page.get_by_role("status").get_by_role("link").get_attribute("href")
        visit.page.get_by_role("button", name="Revoke Feria").first.click()
        expect(visit.page.locator("tbody tr").first).to_contain_text("revoked")
        visit.ensure_clean()
        assert visit.page.request.get(address).status == 410


def test_marketing_cannot_change_webhooks(browser, url):
    with operator(browser, url, "marketing") as visit:
        refused = visit.page.request.post(f"{url}/ops/webhooks/", headers={"Origin": url})
        assert refused.status == 403
        assert json.loads(refused.text())["code"] == "role_required"


def test_an_operator_adds_a_webhook_and_reads_its_secret_once(browser, url):
    with operator(browser, url, "ops") as visit:
        visit.open("/ops/webhooks/")
        page = visit.page
        page.get_by_role("textbox", name="Title").fill("CRM")
        page.get_by_role("textbox", name="Address").fill("https://crm.example/hook")
        page.get_by_label("session.converted").check()
        page.get_by_role("button", name="Add", exact=True).click()
        secret = page.get_by_role("status").locator("code").inner_text()
        assert secret.startswith("whsec_")
        visit.open("/ops/webhooks/")
        expect(page.locator("tbody tr").first).to_contain_text("session.converted")
        assert secret not in page.content()
        visit.ensure_accessible()
        page.get_by_role("button", name="Delete CRM").click()
        expect(page.get_by_role("button", name="Delete CRM")).to_have_count(0)
        visit.ensure_clean()
