"""A prospect's first visit, in a real browser: from the landing page and back to it."""

import re
from typing import Any

import pytest
from playwright.sync_api import Route, expect

from tests.browser.visit import LAPTOP, PHONE, Visit, number_in

MODELS = {
    "individual_bakery": ("Panadería San Pablo", {"Producción", "Recetas"}),
    "central_baker": ("Panadería La Espiga", {"Pedidos", "Proveedores"}),
}
SHORTER = "Hecho: tienes 15 minutos más."
COMMON_TABS = {"Inventario", "Ventas (TPV)", "Ventas por día"}

pytestmark = [
    pytest.mark.browser,
    pytest.mark.parametrize("postgres", ["18"], indirect=True),
]
on_both_screens = pytest.mark.parametrize("screen", [LAPTOP, PHONE], ids=["laptop", "phone"])
each_model = pytest.mark.parametrize("account_type", MODELS)


@on_both_screens
@each_model
def test_a_prospect_tries_a_bakery_sells_bread_and_leaves(visit: Visit, account_type: str) -> None:
    name, own_tabs = MODELS[account_type]
    visit.begin(account_type)
    page = visit.page

    expect(page.get_by_role("heading", level=1)).to_have_text(name)
    expect(page.get_by_role("timer")).to_have_text(re.compile(r"^\d{2}:\d{2}$"))
    assert set(visit.tabs()) == COMMON_TABS | own_tabs
    ingredients = page.get_by_role("table", name="Ingredientes").locator("tbody tr")
    expect(ingredients).to_have_count(25)

    visit.turn_to("Ventas (TPV)")
    product = page.locator(".product:enabled").first
    product_id = product.get_attribute("data-product")
    before = number_in(product.locator(".product-stock").inner_text())
    product.click()
    total = page.locator(".ticket-total output").inner_text()
    page.get_by_role("group", name="Cobrar").get_by_role("button", name="Tarjeta").click()

    message = page.get_by_text(re.compile(r"Ticket n\.º \d+ cobrado"))
    expect(message).to_be_visible()
    number = number_in(message.inner_text())
    newest = page.get_by_role("table", name="Tickets de hoy").locator("tbody tr").first
    expect(newest).to_contain_text(f"N.º {number}")
    expect(newest).to_contain_text("Tarjeta")
    expect(newest).to_contain_text(total)
    stock = page.locator(f'[data-product="{product_id}"] .product-stock')
    expect(stock).to_have_text(re.compile(rf"\b{before - 1}$" if before > 1 else "Agotado"))

    visit.finish()
    expect(page.get_by_text("Tu demo ha terminado")).to_be_visible()
    expect(page.get_by_role("button", name="Probar demo")).to_have_count(2)
    visit.ensure_clean()


@on_both_screens
@each_model
def test_no_page_scrolls_sideways(visit: Visit, account_type: str) -> None:
    visit.open()
    visit.ensure_no_sideways_scrolling("the landing page")
    visit.open("/docs")
    visit.ensure_no_sideways_scrolling("the API reference")
    visit.begin(account_type)
    for tab in visit.tabs():
        visit.turn_to(tab)
        visit.ensure_no_sideways_scrolling(tab)
    visit.ensure_clean()


def test_an_adjustment_changes_the_stock_and_a_reset_takes_it_back(visit: Visit) -> None:
    visit.begin("individual_bakery")
    sugar, before = visit.add_sugar()

    visit.start_again()
    expect(sugar).to_have_text(before, use_inner_text=True)
    visit.ensure_clean()


def test_a_demo_can_be_extended_and_the_button_says_how_often(visit: Visit) -> None:
    visit.begin("individual_bakery")
    before = visit.extensions_left()
    visit.page.get_by_role("button", name="Ampliar").click()
    expect(visit.page.get_by_text("tienes más tiempo")).to_be_visible()
    assert visit.extensions_left() == before - 1
    visit.page.route("**/api/demo/session/extend", near_capacity)
    visit.page.get_by_role("button", name="Ampliar").click()
    expect(visit.page.get_by_text(SHORTER)).to_be_visible()
    visit.ensure_clean()


def near_capacity(route: Route) -> None:
    """Answer as the server does when few places are left."""
    answer = route.fetch()
    route.fulfill(response=answer, json=answer.json() | {"notice": SHORTER})


def test_the_back_office_without_a_demo_leads_back_to_the_landing_page(visit: Visit) -> None:
    visit.open("/demo")
    visit.page.get_by_role("link", name="Volver al inicio").click()
    expect(visit.page.get_by_role("button", name="Probar demo")).to_have_count(2)


def test_a_demo_that_was_ended_elsewhere_says_so(visit: Visit) -> None:
    visit.begin("central_baker")
    headers = {"Sec-Fetch-Site": "same-origin"}
    ended = visit.page.request.post(
        f"{visit.url}/api/demo/session/destroy", data={}, headers=headers
    )
    assert ended.ok
    visit.page.get_by_role("tab", name="Pedidos").click()
    expect(visit.page.get_by_text("Tu demo ha terminado")).to_be_visible()
    expect(visit.page.get_by_role("link", name="Volver al inicio")).to_be_visible()


def test_a_prospect_who_waits_sees_progress_though_the_stream_is_refused(visit: Visit) -> None:
    answers: list[dict[str, Any]] = []

    def hold_back(route: Route) -> None:
        """Give the session as pending, until it has been asked for twice."""
        answer = route.fetch().json()
        answers.append(answer)
        if len(answers) < 3:
            progress = {"phase": "rows", "table": "ingredients", "percent": 40.0}
            answer |= {"status": "pending", "progress": progress}
        route.fulfill(status=201 if len(answers) == 1 else 200, json=answer)

    visit.open()
    page = visit.page
    page.route("**/api/demo/session/create", hold_back)
    page.route(re.compile(r"/api/demo/session/demo_[^/]+$"), hold_back)
    page.route("**/events", lambda route: route.fulfill(status=503, json={"code": "too_many"}))
    page.get_by_role("button", name="Probar demo").first.click()
    expect(page.get_by_role("progressbar")).to_have_js_property("value", 40)
    expect(page.get_by_text("Trayendo la harina")).to_be_visible()
    page.wait_for_url(re.compile(r"/demo$"))
    expect(page.get_by_role("tablist")).to_be_visible()


@pytest.mark.parametrize("status", [429, 503])
def test_a_refusal_is_shown_and_can_be_tried_again(visit: Visit, status: int) -> None:
    sentence = "Ahora mismo hay demasiadas demos abiertas."
    problem = {"status": status, "code": "full", "detail": sentence}
    visit.open()
    page = visit.page
    page.route(
        "**/api/demo/session/create",
        lambda route: route.fulfill(
            status=status, json=problem, content_type="application/problem+json"
        ),
        times=1,
    )
    page.get_by_role("button", name="Probar demo").first.click()
    expect(page.get_by_role("alert")).to_contain_text(sentence)
    page.get_by_role("button", name="Reintentar").click()
    page.wait_for_url(re.compile(r"/demo$"))
