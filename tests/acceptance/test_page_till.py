"""A till's day by its pages: cash with change, a count, returns, and their papers."""

import re
from typing import Any

import pytest

from tests.acceptance.page_client import Reader, key_of
from tests.acceptance.test_pages import api
from tests.acceptance.test_visit import ready_pool

pytestmark = pytest.mark.parametrize("postgres", ["18"], indirect=True)


@pytest.fixture
def reader(live_system: Any, live_url: str) -> Reader:
    ready_pool(live_system)
    return Reader(live_url).open("individual_bakery")


def sell(reader: Reader, **fields: str) -> str:
    """Sell two pieces and return the ticket's path."""
    product = api(reader, "/api/pos/products?sort=-stock").json()["items"][0]
    sold = reader.post("/demo/caja", {f"u-{product['id']}": "2", "pago": "cash"} | fields)
    assert sold.status_code == 303, sold.text
    found = re.search("ticket=([0-9a-f-]{36})", sold.headers["Location"])
    assert found is not None
    return f"/demo/caja/tickets/{found[1]}"


def test_cash_gives_change_and_the_papers_have_vat_and_number(reader: Reader) -> None:
    path = sell(reader, recibido="50,00")
    sale = api(reader, f"/api/pos/sales/{path.rpartition('/')[2]}").json()
    assert sale["cash_received"] == 50
    for page in (reader.get(path).text, reader.get(f"{path}/recibo").text):
        assert sale["invoice_number"] in page
        assert "50,00" in page
        assert "IVA incluido" in page
        assert f"{sale['vat'][0]['vat_percent']:g}\N{NO-BREAK SPACE}%" in page
    paid_by_card = api(reader, f"/api/pos/sales/{sell(reader, pago='card', recibido='50')[-36:]}")
    assert paid_by_card.json()["cash_received"] is None


def test_a_till_is_counted_once_and_opened_again(reader: Reader) -> None:
    ticket = sell(reader, recibido="20")
    till = api(reader, "/api/pos/session").json()
    form = reader.get("/demo/caja/arqueo").text
    assert f"{till['expected_cash']:.2f}".replace(".", ",") not in form, "it is counted unseen"
    counted = f"{till['expected_cash'] - 2:.2f}".replace(".", ",")
    count = {"clave": key_of(form), "tienda": str(till["location_id"]), "cash": counted}
    assert reader.post("/demo/caja/cerrar", count | {"cash": "mucho"}).status_code == 422
    for _ in range(2):
        assert reader.post("/demo/caja/cerrar", count).status_code == 303
    assert reader.post("/demo/caja/cerrar", count | {"clave": ""}).status_code == 409
    shown = reader.get("/demo/caja/arqueo").text
    assert "−2,00\N{NO-BREAK SPACE}€" in shown
    assert "Falta" in shown

    assert "Guardar la corrección" not in reader.get(ticket).text, "its till was counted"
    assert "la primera venta la abre con 150,00" in reader.get("/demo/caja").text
    opened = reader.post("/demo/caja/abrir", {"tienda": till["location_id"], "cambio": "99,50"})
    assert opened.status_code == 303
    assert api(reader, "/api/pos/session").json()["opening_cash"] == 99.5


def test_a_ticket_comes_back_in_parts_and_not_twice(reader: Reader) -> None:
    path = sell(reader)
    page = reader.get(path).text
    field = re.search(r'name="(d-\d+)"', page)
    assert field is not None
    back = {"razon": "faulty", "como": "card"}
    assert reader.post(f"{path}/devolver", back).status_code == 422
    assert reader.post(f"{path}/devolver", back | {field[1]: "3"}).status_code == 422
    made = reader.post(f"{path}/devolver", back | {field[1]: "1"})
    assert made.status_code == 303
    returned = reader.get(made.headers["Location"]).text
    assert "Defectuoso" in returned
    assert "/devolver" not in returned, "a return is not returned"
    assert reader.post(f"{path}/devolver", back | {"todo": "1"}).status_code == 303
    assert reader.post(f"{path}/devolver", back | {"todo": "1"}).status_code == 409
    assert "/devolver" not in reader.get(path).text
    of_api = api(reader, f"/api/pos/sales/{path.rpartition('/')[2]}").json()
    assert [line["returned"] for line in of_api["lines"]] == [2]
    assert len(of_api["returns"]) == 2
