"""A prospect's pages in a real browser: accessible, without a script, without a connection."""

import contextlib
import re
from typing import Any

import pytest
from playwright.sync_api import Browser, Error, expect

from tests.acceptance.client import Prospect
from tests.browser.visit import PHONE, Visit

pytestmark = [
    pytest.mark.browser,
    pytest.mark.parametrize("postgres", ["18"], indirect=True),
]


PAGES = {
    "individual_bakery": (
        "/demo/", "/demo/caja", "/demo/caja/arqueo", "/demo/inventario", "/demo/inventario/1",
        "/demo/inventario/lotes/1", "/demo/produccion/propuesta", "/demo/ventas/comparacion",
        "/demo/recetas/1", "/demo/ventas", "/demo/previsiones", "/demo/sesion/terminar",
        "/", "/entrar", "/privacidad", "/estilo", "/docs", "/nada",
    ),
    "central_baker": (
        "/demo/", "/demo/caja", "/demo/caja/tickets", "/demo/pedidos", "/demo/pedidos/nuevo",
        "/demo/compras/pedidos", "/demo/clientes/1", "/demo/proveedores/1", "/demo/ventas/tiendas",
        "/demo/pedidos/albaranes", "/demo/inventario/valor",
    ),
}  # fmt: skip


@pytest.mark.parametrize("account_type", PAGES)
def test_every_kind_of_page_is_accessible_and_fits_a_phone(visit: Visit, account_type: str) -> None:
    scheme = "dark" if account_type == "central_baker" else "light"
    page = visit.page
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    visit.begin(account_type)
    for path in PAGES[account_type]:
        visit.open(path)
        visit.ensure_no_sideways_scrolling()
        visit.ensure_accessible()
    assert [each for each in visit.complaints if "404" not in each] == []
    assert visit.strangers == []


KEPT = """async () => {
  const names = await caches.keys();
  const requests = await Promise.all(names.map(async (name) => (await caches.open(name)).keys()));
  return requests.flat().map((request) => new URL(request.url).pathname);
}"""


def test_a_ticket_without_a_connection_is_rung_up_once_when_it_is_back(visit: Visit) -> None:
    visit.begin("individual_bakery")
    visit.turn_to("Caja")
    page = visit.page
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    first = page.locator(".product:not(.product-out)").first
    before = first.get_attribute("data-stock")
    product = page.locator(f'[data-product="{first.get_attribute("data-product")}"]')
    product.get_by_role("button").click()
    page.context.set_offline(True)
    page.get_by_role("button", name="Efectivo").click()
    expect(page.get_by_text("Sin conexión: tu ticket está a salvo")).to_be_visible()
    other = visit.new_tab()
    with contextlib.suppress(Error):  # the service worker answers in the network's place
        other.open("/demo/pedidos")
    expect(other.page.get_by_role("heading", level=1)).to_have_text("Sin conexión")
    other.ensure_accessible()
    kept = other.page.evaluate(KEPT)
    page.context.set_offline(False)
    expect(other.page.get_by_role("heading", level=1)).not_to_have_text("Sin conexión")
    assert kept
    assert [path for path in kept if not path.startswith(("/assets/", "/sin-conexion"))] == []
    page.bring_to_front()
    expect(page.get_by_text(re.compile(r"^Ticket n\.º \d+: "))).to_be_visible()
    expect(product).to_have_attribute("data-stock", str(int(str(before)) - 1))


def test_a_demo_works_without_javascript(browser: Browser, live_url: str) -> None:
    context = browser.new_context(
        java_script_enabled=False,
        viewport={"width": PHONE[0], "height": PHONE[1]},
        locale="es-ES",
    )
    context.set_default_timeout(60_000)
    visit = Visit(context.new_page(), live_url.rstrip("/"))
    visit.begin("individual_bakery")
    visit.turn_to("Caja")
    page = visit.page
    product = page.locator(".product:not(.product-out)").first
    product.get_by_role("spinbutton").fill("1")
    page.get_by_role("button", name="Tarjeta").click()
    expect(page.get_by_text(re.compile(r"^Ticket n\.º \d+: "))).to_be_visible()
    page.locator(".bar").get_by_role("button", name="Ampliar").click()
    expect(page.get_by_text("tienes más tiempo")).to_be_visible()
    page.get_by_text("Tu demo", exact=True).click()
    page.get_by_role("link", name="Terminar").click()
    page.get_by_role("button", name="Sí, terminar la demo").click()
    expect(page.get_by_role("heading", name="Tu demo ha terminado")).to_be_visible()
    expect(page.get_by_text("1 ticket")).to_be_visible()
    context.close()


def test_a_prospect_who_waits_is_told_so_and_let_in(visit: Visit, live_url: str) -> None:
    """Sessions are opened until the pool has none left: the last one waits for its clone."""
    waiting = Prospect(live_url).open("central_baker", wait=False)
    while waiting.session["status"] != "pending":
        waiting = Prospect(live_url).open("central_baker", wait=False)
    cookie: Any = {"name": "demo_session", "value": str(waiting.token), "url": visit.url}
    visit.page.context.add_cookies([cookie])
    visit.open("/demo/caja")
    expect(visit.page.get_by_role("heading", level=1)).to_have_text(
        re.compile("Estamos preparando tu panadería|Hoy")
    )
    expect(visit.page.get_by_role("heading", level=1)).to_contain_text("Hoy", timeout=60_000)
    visit.ensure_clean()
