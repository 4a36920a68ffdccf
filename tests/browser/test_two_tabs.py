"""Tabs of one browser share a session by its cookie and follow each other's changes."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.visit import PHONE, Visit

WARNING = "Tu demo termina en menos de dos minutos: amplíala si quieres seguir."
TWO_MINUTES, HALF_AN_HOUR, AN_HOUR = map(re.compile, ("^01:", "^(29|30):", "^(59|60):"))
NEAR_THE_END = re.compile(r'data-seconds="\d+"')

pytestmark = [
    pytest.mark.browser,
    pytest.mark.parametrize("postgres", ["18"], indirect=True),
]


@pytest.mark.parametrize("screen", [PHONE], ids=["phone"])
@pytest.mark.parametrize("service_workers", ["block"])
def test_a_second_tab_counts_down_warns_and_extends_for_every_tab(visit: Visit) -> None:
    visit.begin("individual_bakery")
    start, second = visit.new_tab(), visit.new_tab()  # in front: the last one
    start.open()
    expect(start.page.get_by_role("link", name="Volver a mi demo")).to_be_visible()
    expect(visit.timer).to_have_text(HALF_AN_HOUR)

    def near_the_end(route):
        html = NEAR_THE_END.sub('data-seconds="115"', route.fetch().text())
        route.fulfill(body=html, content_type="text/html")

    second.page.route("**/demo/inventario", near_the_end, times=1)
    second.open("/demo/inventario")
    expect(second.timer).to_have_text(TWO_MINUTES)
    warning = second.page.get_by_text(WARNING)
    expect(warning).to_be_in_viewport()
    second.ensure_no_sideways_scrolling()
    before = second.extensions_left()

    second.page.get_by_role("button", name="Seguir un rato más").click()

    expect(second.page).to_have_url(re.compile("/demo/inventario$"))
    expect(second.page.get_by_text("tienes más tiempo")).to_be_visible()
    for tab in (visit, second):
        expect(tab.timer).to_have_text(AN_HOUR)
    assert second.extensions_left() == before - 1
    expect(warning).to_be_hidden()
    visit.ensure_clean()


def test_a_reset_or_the_end_in_one_tab_is_shown_in_the_others(visit: Visit) -> None:
    visit.begin("individual_bakery")
    page = visit.page
    visit.turn_to("Inventario")
    sugar = page.get_by_role("row").filter(has_text="Azúcar blanco")
    before = sugar.get_by_role("cell").nth(1).inner_text()
    sugar.get_by_text("Ajustar").click()
    sugar.get_by_label("Cuánto").fill("5,5")
    sugar.get_by_label("Por qué").fill("Recuento de la despensa")
    sugar.get_by_role("button", name="Guardar").dblclick()
    expect(page.get_by_text("Ajuste guardado")).to_be_visible()
    expect(sugar.get_by_role("cell").nth(1)).not_to_have_text(before)
    start, second = visit.new_tab(), visit.new_tab()  # in front: the last one
    start.open()
    second.open("/demo/")

    second.session_link("Empezar de nuevo")

    expect(second.page.get_by_text("Datos como nuevos")).to_be_visible()
    expect(page.get_by_text("Has empezado de nuevo en otra pestaña")).to_be_visible()
    expect(sugar.get_by_role("cell").nth(1)).to_have_text(before)
    visit.ensure_clean()

    expect(start.page.get_by_role("link", name="Volver a mi demo")).to_be_visible()
    second.session_link("Terminar")

    expect(page.get_by_role("heading", name="Tu demo ha terminado")).to_be_visible()
    expect(start.page.get_by_role("link", name="Volver a mi demo")).to_have_count(0)


def test_today_moves_when_something_is_sold_in_another_tab(visit: Visit) -> None:
    page = visit.page
    with page.expect_request(re.compile("/events\\?until=end$")):
        visit.begin("individual_bakery")
    sold = page.locator(".tile").filter(has_text="Vendido hoy").locator("dd")
    before = sold.inner_text()
    token = {"Sec-Fetch-Site": "same-origin"}
    product = page.request.get(f"{visit.url}/api/pos/products?sort=-stock").json()["items"][0]
    sale = {"lines": [{"product_id": product["id"], "quantity": 1}], "payment_method": "card"}
    made = page.request.post(f"{visit.url}/api/pos/sales", data=sale, headers=token)
    assert made.status == 201
    expect(sold).not_to_have_text(before, timeout=60_000)
    visit.ensure_clean()
