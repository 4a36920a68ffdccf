"""A visitor's browser for tests: opens pages and collects their errors."""

import re
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from playwright.sync_api import ConsoleMessage, Locator, Page, Request, expect

LAPTOP = (1280, 800)
PHONE = (390, 844)


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
        if message.type in ("error", "warning"):
            self.complaints.append(message.text)

    def _see(self, request: Request) -> None:
        host = urlsplit(request.url)
        if host.scheme != "data" and host.netloc != urlsplit(self.url).netloc:
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
        self.page.wait_for_url(re.compile(r"/demo$"), timeout=60_000)
        expect(self.page.get_by_role("tablist")).to_be_visible()

    def turn_to(self, tab: str) -> None:
        self.page.get_by_role("tab", name=tab, exact=True).click()
        self.page.wait_for_load_state("networkidle")

    def tabs(self) -> list[str]:
        return self.page.get_by_role("tab").all_inner_texts()

    @property
    def timer(self) -> Locator:
        """The countdown."""
        return self.page.get_by_role("timer")

    def adjust(self, ingredient: str, quantity: int) -> None:
        """Correct the stock of an ingredient."""
        page = self.page
        page.get_by_label("Ingrediente", exact=True).select_option(label=ingredient)
        page.get_by_label("Cantidad", exact=True).fill(str(quantity))
        page.get_by_label("Motivo").fill("Recuento de la despensa")
        page.get_by_role("button", name="Guardar ajuste").click()
        expect(page.get_by_text("Ajuste guardado")).to_be_visible()

    def add_sugar(self) -> tuple[Locator, str]:
        """Add to the stock of sugar, and see it; its row, and what that said before."""
        sugar = self.page.get_by_role("row").filter(has_text="Azúcar blanco")
        before = sugar.inner_text()
        self.adjust("Azúcar blanco", 5)
        expect(sugar).not_to_have_text(before, use_inner_text=True)
        return sugar, before

    def start_again(self) -> None:
        """Ask for the data of the beginning."""
        self.page.get_by_role("button", name="Empezar de nuevo").click()
        self.page.get_by_role("dialog").get_by_role("button", name="Empezar de nuevo").click()
        expect(self.page.get_by_text("Datos como nuevos")).to_be_visible()

    def extensions_left(self) -> int:
        """The text of the button that extends the session."""
        extend = self.page.get_by_role("button", name="Ampliar")
        return number_in(extend.inner_text().partition("queda")[2])

    def finish(self) -> None:
        self.page.get_by_role("button", name="Terminar").click()
        self.page.get_by_role("dialog").get_by_role("button", name="Terminar").click()
        self.page.wait_for_url(re.compile(r"/$"))

    def ensure_no_sideways_scrolling(self, where: str) -> None:
        wide = "document.documentElement.scrollWidth - window.innerWidth"
        assert self.page.evaluate(wide) <= 0, f"{where} is wider than the screen"

    def ensure_clean(self) -> None:
        assert self.complaints == []
        assert self.strangers == []


def number_in(text: str) -> int:
    found = re.search(r"\d+", text)
    assert found is not None, f"no number in {text!r}"
    return int(found.group())
