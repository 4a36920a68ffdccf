"""Records and comparisons as pages: what the API says of them, and what a demo may not do."""

import re
from typing import Any

import pytest

from tests.acceptance.page_client import HEADERS, Reader
from tests.acceptance.test_pages import api
from tests.acceptance.test_visit import ready_pool

pytestmark = pytest.mark.parametrize("postgres", ["18"], indirect=True)


@pytest.fixture
def reader(live_system: Any, live_url: str) -> Reader:
    ready_pool(live_system)
    return Reader(live_url)


def test_a_recipe_is_scaled_by_its_address(reader: Reader) -> None:
    reader.open("individual_bakery")
    cost = api(reader, "/api/recipes/1?quantity=480").json()["cost"]
    page = reader.get("/demo/recetas/1?quantity=480").text
    assert "Ingredientes para 480 piezas" in page
    assert f"{cost:.2f}".replace(".", ",") in page
    wrong = reader.get("/demo/recetas/1?quantity=0")
    assert wrong.status_code == 422
    assert "No se ha podido hacer." in wrong.text


def test_a_lot_and_its_batches_lead_to_each_other(reader: Reader) -> None:
    reader.open("individual_bakery")
    done = api(reader, "/api/production/batches?status=completed&per_page=1").json()["items"][0]
    trace = api(reader, f"/api/production/batches/{done['id']}/trace").json()
    batch = reader.get(f"/demo/produccion/hornadas/{done['id']}").text
    lots = {int(lot) for lot in re.findall(r'"/demo/inventario/lotes/(\d+)"', batch)}
    assert lots == {lot["lot_id"] for lot in trace["lots"]} != set()
    back = reader.get(f"/demo/inventario/lotes/{lots.pop()}").text
    assert f'"/demo/produccion/hornadas/{done["id"]}"' in back


def test_a_delivered_order_has_a_delivery_note_and_others_have_none(reader: Reader) -> None:
    reader.open("central_baker")
    note = api(reader, "/api/delivery-notes?per_page=1").json()["items"][0]
    path = f"/demo/pedidos/{note['order_id']}"
    assert f'"{path}/albaran"' in reader.get(path).text
    page = reader.get(f"{path}/albaran").text
    assert note["note_number"] in page
    assert "IVA incluido" in page
    ahead = api(reader, "/api/orders?sort=-due_on&per_page=1").json()["items"][0]
    assert ahead["status"] != "delivered"
    assert reader.get(f"/demo/pedidos/{ahead['id']}/albaran").status_code == 404


@pytest.mark.parametrize(
    ("page", "of_api"),
    [
        ("ventas/comparacion", "sales/comparison?sort=-day"),
        ("ventas/tiendas", "sales/locations"),
        ("compras/pedidos", "procurement/orders"),
        ("inventario/mermas", "inventory/waste"),
    ],
)
def test_tables_of_pages_are_those_of_the_api(reader: Reader, page: str, of_api: str) -> None:
    reader.open("central_baker")
    table = reader.get(f"/demo/{page}.csv")
    assert table.content == api(reader, f"/api/{of_api}", Accept="text/csv").content


def test_what_a_demo_refuses_stands_on_the_page_in_the_same_words(reader: Reader) -> None:
    reader.open("individual_bakery")
    headers = HEADERS | {"Accept": "application/json", "Sec-Fetch-Site": "same-origin"}
    for page, method, path in (
        ("/demo/recetas/1", "PUT", "/api/recipes/1"),
        ("/demo/produccion", "POST", "/api/production/batches"),
        ("/demo/inventario/valor", "POST", "/api/inventory/counts"),
        ("/demo/previsiones", "GET", "/api/forecasting/models"),
    ):
        refused = reader.http.request(method, reader.url + path, json={}, headers=headers)
        assert refused.status_code == 403
        shown = reader.get(page).text
        assert "En tu cuenta" in shown
        assert refused.json()["detail"] in shown, page


def test_the_error_of_forecasts_is_read_by_week_without_the_chart(reader: Reader) -> None:
    reader.open("individual_bakery")
    answer = reader.get("/demo/previsiones")
    page = answer.text
    assert answer.status_code == 200, page
    assert 'id="weeks"' in page, page
    table = page[page.index('id="weeks"') : page.index('id="models"')]
    weeks = re.findall(r'<tr><th scope="row">([^<]+)</th>.*?<strong>([^<]+)</strong>', table)
    assert 4 <= len(weeks) <= 6
    titles = re.findall(r"<title>semana del ([^:]+): ([^<]+)</title>", table)
    assert titles == weeks[::-1], "the bars say the same as the table"
    assert "prophet" in page
    assert "En tu cuenta" in page


def test_a_receipt_has_its_text_as_a_code(reader: Reader) -> None:
    reader.open("individual_bakery")
    sale = api(reader, "/api/pos/sales?per_page=1").json()["items"][0]
    page = reader.get(f"/demo/caja/tickets/{sale['id']}/recibo").text
    code = page[page.index("receipt-code") : page.index("</svg>")]
    assert "Código QR" in code
    assert '<svg viewBox="0 0 ' in code
    assert "style" not in code
