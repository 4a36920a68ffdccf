"""The guided tour without a mouse, and the pages that came with it in both themes."""

import re
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.test_prospects import walk_to
from tests.browser.visit import PHONE, Visit
from tests.support.purchases import send_an_order

NEW_PAGES = (
    "/demo/negocio", "/demo/negocio/equipo", "/demo/negocio/funciones",
    "/demo/inventario/recuentos/nuevo?categoria=flour&c-1=10", "/demo/pedidos/fijos",
    "/demo/compras/pedidos/nuevo?p-1=2&proveedor=1", "/demo/previsiones", "/demo/recorrido",
)  # fmt: skip
"""The pages of a central baker that the tour may lead to, full of what they show."""

pytestmark = [
    pytest.mark.browser,
    pytest.mark.parametrize("postgres", ["18"], indirect=True),
]


def test_a_tour_needs_no_mouse_and_is_told_to_screen_readers(visit: Visit) -> None:
    page = visit.page
    visit.begin("individual_bakery")
    walk_to(page, page.get_by_role("button", name="Empezar el recorrido"))
    page.keyboard.press("Enter")
    expect(page.locator("#paso")).to_be_focused()
    expect(page.locator(".tour-place")).to_have_attribute("aria-describedby", "paso")
    walk_to(page, page.get_by_role("button", name="Siguiente", exact=True))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Caja")
    panel = page.get_by_role("region", name="Cobra tu primera venta")
    expect(panel).to_contain_text("paso 2 de 7")
    expect(panel).to_contain_text("Por hacer: Tu primera venta")
    walk_to(page, panel.get_by_role("link", name="Ver dónde"))
    page.keyboard.press("Enter")
    expect(page.locator("#till")).to_be_focused()

    walk_to(page, page.locator(".product-add:enabled").first)
    page.keyboard.press("Enter")
    walk_to(page, page.get_by_role("button", name="Tarjeta"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").filter(has_text="Hecho: Tu primera venta")).to_be_visible()

    walk_to(page, panel.get_by_role("button", name="Anterior"))
    page.keyboard.press("Escape")
    expect(panel).to_have_count(0)
    expect(page.get_by_role("heading", level=1)).to_have_text("Caja")
    page.get_by_role("link", name=re.compile("San Pablo")).click()
    expect(page.get_by_role("region", name="Tus primeros pasos")).to_contain_text("1 de 6")
    visit.ensure_clean()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_new_pages_are_accessible_in_both_themes_and_fit_a_phone(
    visit: Visit, live_system: Any, scheme: str
) -> None:
    page = visit.page
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    visit.begin("central_baker")
    page.get_by_role("button", name="Empezar el recorrido").click()
    expect(page.locator("#paso")).to_be_visible()
    for path in NEW_PAGES:
        visit.open(path)
        visit.ensure_no_sideways_scrolling()
        visit.ensure_accessible()
    send_an_order(live_system.database_url)
    visit.open("/demo/compras/pedidos?status=sent")
    page.locator("tbody th a").first.click()
    page.get_by_role("link", name="Ver qué entraría al recibirlo").click()
    page.get_by_role("button", name="Ver qué entraría").click()
    expect(page.get_by_role("heading", name="Lo que entraría en el almacén")).to_be_visible()
    visit.ensure_no_sideways_scrolling()
    visit.ensure_accessible()
    visit.ensure_clean()
