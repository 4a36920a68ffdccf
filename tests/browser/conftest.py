"""One Chromium for all tests in a browser, and a visitor with a profile of its own."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from tests.browser.visit import LAPTOP, Visit

CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if not CHROMIUM.exists():
        pytest.skip(f"{CHROMIUM} is missing: the Debian package chromium brings it.")
    expect.set_options(timeout=30_000)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def screen() -> tuple[int, int]:
    return LAPTOP


@pytest.fixture
def service_workers() -> str:
    """«block» where a test puts an answer of its own in the place of the server's."""
    return "allow"


@pytest.fixture
def visit(
    browser: Browser, live_url: str, screen: tuple[int, int], service_workers: Any
) -> Iterator[Visit]:
    width, height = screen
    context = browser.new_context(
        viewport={"width": width, "height": height},
        locale="es-ES",
        timezone_id="Europe/Madrid",
        service_workers=service_workers,
    )
    context.set_default_timeout(60_000)
    visit = Visit(context.new_page(), live_url.rstrip("/"))
    visit.listen()
    yield visit
    visit.page.unroute_all(behavior="ignoreErrors")
    context.close()
