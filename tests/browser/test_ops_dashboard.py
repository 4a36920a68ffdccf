"""The operators' dashboard of jobs works under the policy that browsers are told."""

import re

import pytest
from playwright.sync_api import expect, sync_playwright

from tests.browser.test_first_page import ARGUMENTS, CHROMIUM

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("postgres", ["18"], indirect=True)
@pytest.mark.skipif(not CHROMIUM.exists(), reason="Chromium is not on this machine")
def test_the_dashboard_of_jobs_fills_its_tables(live_system):
    credentials = {"username": "ops", "password": "ops-password-for-tests"}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(ARGUMENTS))
        page = browser.new_context(http_credentials=credentials).new_page()
        faults = []
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.goto(f"{live_system.url}/ops/rq/")
        expect(page.locator("table").first).to_contain_text(re.compile("maintenance|pool"))
        assert faults == []
        browser.close()
