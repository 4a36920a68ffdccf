"""The operators' dashboard of jobs works under its content security policy."""

import re

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("postgres", ["18"], indirect=True)
def test_the_dashboard_of_jobs_fills_its_tables(browser, live_system):
    credentials = {"username": "ops", "password": "ops-password-for-tests"}
    with browser.new_context(http_credentials=credentials) as context:
        page = context.new_page()
        faults = []
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.goto(f"{live_system.url}/ops/rq/")
        expect(page.locator("table").first).to_contain_text(re.compile("maintenance|pool"))
        assert faults == []
