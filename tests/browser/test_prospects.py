"""Prospects as they are: side by side, without a mouse, and up to no good."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.visit import LAPTOP, Visit

HOSTILE = '<img src=x onerror="hacked=1">\'"--'
MOST_STEPS = 120
SOLD = re.compile(r"^Ticket n\.º \d+: ")
FORMS = (
    "/", "/demo/caja", "/demo/caja/arqueo", "/demo/inventario/1", "/demo/compras",
    "/demo/pedidos/nuevo", "/demo/pedidos",
)  # fmt: skip

pytestmark = [
    pytest.mark.browser,
    pytest.mark.parametrize("postgres", ["18"], indirect=True),
]


@contextmanager
def another(browser: Browser, url: str) -> Iterator[Visit]:
    width, height = LAPTOP
    context = browser.new_context(viewport={"width": width, "height": height}, locale="es-ES")
    context.set_default_timeout(60_000)
    visit = Visit(context.new_page(), url)
    visit.listen()
    yield visit
    context.close()


def sell_one(visit: Visit) -> str:
    """Sell a piece; gives what the page says of it."""
    visit.open("/demo/caja")
    visit.page.locator(".product-add:enabled").first.click()
    visit.page.get_by_role("button", name="Tarjeta").click()
    sold = visit.page.get_by_text(SOLD)
    expect(sold).to_be_visible()
    return sold.inner_text()


def newest_ticket(visit: Visit) -> str:
    visit.open("/demo/caja/tickets")
    return visit.page.get_by_role("row").nth(1).inner_text()


def test_two_prospects_side_by_side_see_their_own_bakery_only(
    visit: Visit, browser: Browser
) -> None:
    with another(browser, visit.url) as other:
        visit.begin("individual_bakery")
        other.begin("individual_bakery")
        before = newest_ticket(other)
        sold = sell_one(visit)
        assert newest_ticket(other) == before
        assert newest_ticket(visit) != before
        theirs = sell_one(other)
        assert theirs.partition(":")[0] == sold.partition(":")[0], "each counts its own tickets"
        other.session_link("Terminar")
        visit.open("/demo/caja/tickets")
        expect(visit.page.get_by_role("heading", level=1)).to_have_text("Tickets")
        visit.ensure_clean()
        other.ensure_clean()


def walk_to(page: Page, wanted: Locator) -> None:
    """Press Tab until something has the focus, which must show."""
    for _ in range(MOST_STEPS):
        page.keyboard.press("Tab")
        if wanted.evaluate("node => node === document.activeElement"):
            outline = wanted.evaluate("node => getComputedStyle(node).outlineStyle")
            assert outline != "none", "the focus is seen"
            return
    pytest.fail(f"Tab does not come to {wanted}")


def test_a_sale_needs_no_mouse(visit: Visit) -> None:
    page = visit.page
    visit.open()
    card = page.locator('[data-account="individual_bakery"]')
    walk_to(page, card.get_by_role("button", name="Probar demo"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Hoy")
    walk_to(page, page.get_by_role("navigation", name="Módulos").get_by_role("link", name="Caja"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Caja")
    walk_to(page, page.get_by_role("link", name="Saltar al contenido"))
    page.keyboard.press("Enter")
    several = page.locator('.product:not([data-stock="1"]) .product-add:enabled')
    walk_to(page, several.first)
    page.keyboard.press("Enter")
    page.keyboard.press("Space")
    expect(page.locator("#ticket-lines li")).to_contain_text("2 ×")
    walk_to(page, page.get_by_label("Te dan"))
    page.keyboard.type("200")
    expect(page.locator("#change")).to_contain_text("Cambio:")
    walk_to(page, page.get_by_role("button", name="Efectivo"))
    page.keyboard.press("Enter")
    expect(page.locator(".sold")).to_contain_text("Cambio:")
    visit.ensure_clean()


def test_the_till_says_when_the_shelf_has_no_more(visit: Visit) -> None:
    visit.begin("individual_bakery")
    visit.open("/demo/caja")
    product = visit.page.locator(".product:has(.product-add:enabled)").first
    name, stock = product.get_attribute("data-name"), int(product.get_attribute("data-stock") or 0)
    for _ in range(stock):
        product.get_by_role("button").press("Enter")
    said = visit.page.get_by_role("status").filter(has_text=f"No quedan más: {name}")
    expect(visit.page.locator("#ticket-lines li")).to_contain_text(f"{stock} × {name}")
    expect(said).to_have_count(0)
    product.get_by_role("button").press("Enter")
    expect(said).to_be_visible()
    expect(visit.page.locator("#ticket-lines li")).to_contain_text(f"{stock} × {name}")
    visit.page.get_by_role("button", name=f"Quitar una de {name}").press("Enter")
    expect(said).to_have_count(0)
    visit.ensure_clean()


def test_hostile_text_in_any_field_stays_text(visit: Visit) -> None:
    visit.begin("central_baker")
    page = visit.page
    page.on("dialog", lambda dialog: visit.complaints.append(dialog.message))
    fill = """(form, text) => {
      for (const field of form.querySelectorAll("input, textarea")) {
        if (["text", "search", "email", "password", "textarea"].includes(field.type)) field.value = text;
        if (field.type === "number" && !field.disabled) field.value = 1;
        if (field.type === "checkbox") field.checked = true;
      }
      form.noValidate = true;
      form.requestSubmit(form.querySelector("[type=submit]"));
    }"""  # noqa: E501
    for path in FORMS:
        page.goto(visit.url + path, wait_until="domcontentloaded")
        with page.expect_navigation(wait_until="domcontentloaded") as sent:
            page.locator("main form").last.evaluate(fill, HOSTILE)
        assert sent.value is not None
        assert sent.value.status < 500, path
        assert page.evaluate("window.hacked") is None
        assert page.locator("img[src=x]").count() == 0
    refused = "Failed to load resource"
    assert [each for each in visit.complaints if refused not in each] == []
    assert visit.strangers == []
