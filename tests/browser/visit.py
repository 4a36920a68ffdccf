"""A visitor's browser for tests: opens pages and collects their errors."""

import re
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import ConsoleMessage, Locator, Page, Request, expect

LAPTOP = (1280, 800)
PHONE = (390, 844)
INSIDE = re.compile(r"/demo/$")
SERIOUS = {"serious", "critical"}


BLOCKED = "Service Worker registration blocked by Playwright"


@dataclass
class Visit:
    """A page that takes note of what a visitor should never see."""

    page: Page
    url: str
    complaints: list[str] = field(default_factory=list)
    strangers: list[str] = field(default_factory=list)

    def listen(self) -> None:
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", self._see)

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and BLOCKED not in message.text:
            self.complaints.append(message.text)

    def _see(self, request: Request) -> None:
        host = urlsplit(request.url)
        if host.netloc != urlsplit(self.url).netloc:
            self.strangers.append(request.url)

    def new_tab(self) -> "Visit":
        """One more tab of the same browser, on the same screen."""
        tab = Visit(self.page.context.new_page(), self.url, self.complaints, self.strangers)
        tab.listen()
        return tab

    def open(self, path: str = "/") -> None:
        self.page.goto(self.url + path)

    def begin(self, account_type: str) -> None:
        """Click «Probar demo» and wait for the bakery."""
        self.open()
        card = self.page.locator(f'[data-account="{account_type}"]')
        card.get_by_role("button", name="Probar demo").click()
        self.page.wait_for_url(re.compile(r"/demo/(\?|$)"), timeout=60_000)
        expect(self.page.get_by_role("heading", level=1)).to_contain_text("Hoy")

    def turn_to(self, section: str) -> None:
        self.page.get_by_role("navigation", name="Módulos").get_by_role(
            "link", name=section, exact=True
        ).click()
        expect(self.page.locator(".sections [aria-current]")).to_have_text(section)

    def sections(self) -> set[str]:
        links = self.page.get_by_role("navigation", name="Módulos").get_by_role("link")
        return set(links.all_inner_texts())

    @property
    def timer(self) -> Locator:
        """The countdown."""
        return self.page.get_by_role("timer")

    def extensions_left(self) -> int:
        return number_in(self.page.locator(".bar .bar-left").text_content() or "", after="quedan")

    def session_link(self, name: str) -> None:
        """Choose from the menu of the session, and say yes."""
        self.page.get_by_text("Tu demo", exact=True).click()
        self.page.get_by_role("link", name=name).click()
        self.page.get_by_role("button", name=re.compile("^Sí, ")).click()

    def ensure_no_sideways_scrolling(self) -> None:
        wide = "document.documentElement.scrollWidth - window.innerWidth"
        assert self.page.evaluate(wide) <= 0, f"{self.page.url} is wider than the screen"

    def ensure_accessible(self) -> None:
        """Let axe look at the page: it finds nothing that is serious."""
        found = Axe().run(self.page).response["violations"]
        serious = [
            (each["id"], [node["html"][:200] for node in each["nodes"]][:3])
            for each in found
            if each["impact"] in SERIOUS
        ]
        assert serious == [], f"{self.page.url}: {serious}"

    def ensure_clean(self) -> None:
        assert self.complaints == [], self.complaints
        assert self.strangers == []


def number_in(text: str, after: str = "") -> int:
    found = re.search(r"\d+", text.partition(after)[2] if after else text)
    assert found is not None, f"no number in {text!r}"
    return int(found.group())
