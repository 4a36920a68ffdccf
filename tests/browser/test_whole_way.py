"""The whole way of a prospect, in a real browser: from the landing page to a word with a person.

Every button is clicked twice, as people do, and acts once.
"""

import re

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.test_prospects import another
from tests.browser.visit import LAPTOP, PHONE, Visit, number_in

COMMON = {"Hoy", "Caja", "Inventario", "Ventas", "Previsiones"}
MODELS = {
    "individual_bakery": {"Producción", "Recetas"},
    "central_baker": {"Pedidos", "Compras", "Proveedores"},
}
SOLD = re.compile(r"^Ticket n\.º \d+: ")

pytestmark = [
    pytest.mark.browser,
    pytest.mark.parametrize("postgres", ["18"], indirect=True),
]


@pytest.mark.parametrize(
    ("account_type", "screen"),
    [("individual_bakery", PHONE), ("central_baker", LAPTOP)],
    ids=["individual-phone", "central-laptop"],
)
def test_a_prospect_goes_the_whole_way(visit: Visit, browser: Browser, account_type: str) -> None:
    visit.begin(account_type)
    page = visit.page
    assert COMMON | MODELS[account_type] <= visit.sections()
    page.get_by_role("button", name="Empezar el recorrido").dblclick()
    expect(page.get_by_text("Recorrido: paso 1 de")).to_be_visible()
    page.get_by_role("button", name="Dejar el recorrido").first.click()
    sell(visit)
    if account_type == "central_baker":
        order_and_deliver(visit)
    visit.turn_to("Previsiones")
    expect(page.get_by_text("Por qué las previsiones no están en la demo")).to_be_visible()
    visit.open("/demo/recorrido")
    expect(page.locator(".checklist .checked").first).to_be_visible()

    left = visit.extensions_left()
    page.locator(".bar").get_by_role("button", name="Ampliar").dblclick()
    expect(page.get_by_text("tienes más tiempo")).to_be_visible()
    assert visit.extensions_left() == left - 1
    share(visit, browser)
    visit.session_link("Empezar de nuevo")
    expect(page.get_by_text("Datos como nuevos")).to_be_visible()
    visit.session_link("Terminar")
    see_the_end(visit, account_type)
    talk_to_someone(visit)


def sell(visit: Visit) -> None:
    """Sell a piece by three taps; it leaves the stock once."""
    visit.turn_to("Caja")
    page = visit.page
    product = page.locator(".product:not(.product-out)").first
    product_id, before = product.get_attribute("data-product"), product.get_attribute("data-stock")
    product.get_by_role("button").click()
    expect(page.locator("#ticket-total")).to_be_in_viewport()
    expect(page.locator("#ticket-lines li")).to_be_in_viewport()
    total = page.locator("#ticket-total").inner_text()
    page.get_by_role("button", name="Tarjeta").dblclick()
    sold = page.get_by_text(SOLD)
    expect(sold).to_contain_text(total)
    number = number_in(sold.inner_text())
    now = page.locator(f'[data-product="{product_id}"]')
    expect(now).to_have_attribute("data-stock", str(int(str(before)) - 1))
    page.get_by_role("link", name="Ver el recibo").click()
    expect(page.get_by_text(f"Ticket n.º {number}")).to_be_visible()
    page.go_back()
    expect(sold).to_be_visible()
    page.get_by_role("link", name="Tickets", exact=True).first.click()
    expect(page.get_by_role("row").nth(1)).to_contain_text(f"N.º {number}")
    expect(page.get_by_role("row").nth(2)).not_to_contain_text(f"N.º {number}")
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_have_text("Tickets")


def order_and_deliver(visit: Visit) -> None:
    """Make an order, change it, and move it along to its delivery note."""
    page = visit.page
    visit.open("/demo/pedidos/nuevo")
    page.get_by_label("Cliente").select_option(index=1)
    page.locator(".order-lines input").first.fill("60")
    total = page.locator("#order-total output").inner_text()
    page.get_by_role("button", name="Crear el pedido").dblclick()
    expect(page.get_by_text("Pedido creado.")).to_be_visible()
    expect(page.locator("main")).to_contain_text(total)  # at the customer's prices, as it was told
    page.get_by_role("link", name="Cambiar el pedido").click()
    page.get_by_label("Notas").fill("Sin sésamo")
    page.get_by_role("button", name="Guardar los cambios").dblclick()
    expect(page.get_by_text("Sin sésamo")).to_be_visible()
    for step in ("Confirmar", "Ya está preparado"):
        page.get_by_role("button", name=step).dblclick()
        expect(page.get_by_text("El pedido ha cambiado de estado")).to_be_visible()
        visit.open(page.url.removeprefix(visit.url))  # without the notice of this step
    page.get_by_role("link", name="Entregar menos de lo pedido").click()
    page.locator("main input[type=number]").first.fill("1")
    page.get_by_role("button", name="Entregar").dblclick()
    expect(page.get_by_text("Albarán").first).to_be_visible()
    expect(page.get_by_text("1 entregada")).to_be_visible()


def share(visit: Visit, browser: Browser) -> None:
    """Let a colleague look, who changes nothing, and close the link again."""
    page = visit.page
    page.get_by_text("Tu demo", exact=True).click()
    page.get_by_role("link", name="Compartir").click()
    page.get_by_role("button", name="Crear el enlace").dblclick()
    link = page.get_by_label("Cópialo y envíalo")
    expect(link).to_be_visible()
    links = page.get_by_role("button", name="Cerrar el enlace")
    expect(links).to_have_count(1)
    visit.ensure_no_sideways_scrolling()
    visit.ensure_accessible()
    with another(browser, visit.url) as guest:
        look_around(guest, link.input_value().removeprefix(visit.url))
        links.dblclick()
        expect(page.get_by_text("Nadie más puede entrar en tu demo")).to_be_visible()
        guest.open("/demo/caja")
        expect(guest.page.get_by_role("heading", level=1)).to_have_text(
            "La demo ya no está abierta"
        )
        assert guest.strangers == []


def look_around(guest: Visit, path: str) -> None:
    """Enter by a link, and find that nothing can be changed."""
    guest.open(path)
    guest.ensure_accessible()
    guest.page.get_by_role("button", name="Entrar a mirar").dblclick()
    expect(guest.page.get_by_text("Estás mirando la demo de otra persona")).to_be_visible()
    guest.ensure_accessible()
    guest.turn_to("Caja")
    expect(guest.page.locator(".product-add").first).to_be_disabled()
    expect(guest.page.get_by_role("button", name="Tarjeta")).to_be_disabled()
    expect(guest.page.get_by_role("button", name="Ampliar")).to_have_count(0)
    guest.ensure_clean()


def see_the_end(visit: Visit, account_type: str) -> None:
    """See what the visit was in numbers; Back leads to the same page."""
    page = visit.page
    heading = page.get_by_role("heading", name="Tu demo ha terminado")
    expect(heading).to_be_visible()
    expect(tile(page, "Has cobrado")).to_contain_text("1 ticket")
    if account_type == "central_baker":
        expect(tile(page, "Has creado")).to_contain_text("1 pedido")
    expect(tile(page, "Has visto")).to_contain_text("Previsiones")
    visit.ensure_no_sideways_scrolling()
    visit.ensure_accessible()
    visit.ensure_clean()
    page.go_back()
    expect(heading).to_be_visible()
    expect(page.get_by_role("button", name="Abrir otra igual")).to_be_visible()


def tile(page: Page, label: str) -> Locator:
    return page.locator(".tile").filter(has_text=label)


def talk_to_someone(visit: Visit) -> None:
    """Leave an address."""
    page = visit.page
    page.get_by_role("link", name="Quiero hablar con alguien").click()
    # As people type: who fills in a form in an instant is no person.
    page.get_by_label("Tu nombre").press_sequentially("Ana Ruiz", delay=150)
    page.get_by_label("Tu correo").press_sequentially("ana@example.com", delay=150)
    page.locator("#acepto").check()
    page.get_by_role("button", name="Enviar").click()
    expect(page.get_by_text("Gracias:")).to_be_visible()
