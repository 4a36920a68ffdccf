"""Counts, purchases by hand, deliveries and versions as pages: nothing is lost or half-made."""

import re
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest

from tests.acceptance.page_client import HEADERS, Reader, key_of
from tests.acceptance.test_pages import HOSTILE, api
from tests.acceptance.test_visit import ready_pool
from tests.fixtures.demo import DEMO
from tests.support.purchases import send_an_order

pytestmark = pytest.mark.parametrize("postgres", ["18"], indirect=True)
JSON = HEADERS | {"Accept": "application/json", "Sec-Fetch-Site": "same-origin"}


@pytest.fixture
def reader(live_system: Any, live_url: str) -> Reader:
    ready_pool(live_system)
    return Reader(live_url)


def put(reader: Reader, path: str, body: dict[str, Any]) -> dict[str, Any]:
    """Change something as a colleague does, by the API."""
    answer = reader.http.put(reader.url + path, json=body, headers=JSON)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def new_order(reader: Reader, pieces: int = 9) -> dict[str, Any]:
    customer = api(reader, "/api/customers").json()["items"][0]["id"]
    product = api(reader, "/api/pos/products?active=true").json()["items"][0]["id"]
    order = {
        "customer_id": customer,
        "due_on": (DEMO.now().date() + timedelta(days=2)).isoformat(),
        "lines": [{"product_id": product, "quantity": pieces}],
    }
    made = reader.http.post(f"{reader.url}/api/orders", json=order, headers=JSON)
    assert made.status_code == 201, made.text
    return dict(made.json())


def version_in(html: str) -> str:
    found = re.search(r'name="version" value="([0-9a-f]{32})"', html)
    assert found is not None
    return found[1]


def test_counts_are_shown_as_the_api_has_them(reader: Reader) -> None:
    reader.open("individual_bakery")
    count = api(reader, "/api/inventory/counts?per_page=1").json()["items"][0]
    assert (
        f"/demo/inventario/recuentos/{count['id']}" in reader.get("/demo/inventario/recuentos").text
    )
    page = reader.get(f"/demo/inventario/recuentos/{count['id']}").text
    lines = api(reader, f"/api/inventory/counts/{count['id']}").json()["lines"]
    assert [line["ingredient_name"] in page for line in lines] == [True] * len(lines) != []
    assert f"{abs(count['difference_value']):.2f}".replace(".", ",") in page
    table = reader.get("/demo/inventario/recuentos.csv").content
    assert table == api(reader, "/api/inventory/counts", Accept="text/csv").content


def test_a_count_is_tried_out_and_nothing_of_it_is_kept(reader: Reader) -> None:
    reader.open("central_baker")
    flour = api(reader, "/api/inventory/ingredients?category=flour").json()["items"][0]
    lots = api(reader, f"/api/inventory/stock?ingredient_id={flour['id']}").json()["items"]
    there = sum(lot["quantity"] for lot in lots if lot["location_name"] == "Obrador central")
    counts = api(reader, "/api/inventory/counts").json()["total"]
    counted = f"{there - 1:.3f}".replace(".", ",")
    sheet = "/demo/inventario/recuentos/nuevo?categoria=flour"
    assert "Lo que encontraría" not in reader.get(sheet).text

    shown = reader.get(f"{sheet}&c-{flour['id']}={counted}").text
    assert "−1\N{NO-BREAK SPACE}kg" in shown
    assert "En tu cuenta" in shown
    prefilled = re.search(r'href="(/demo/inventario/\d+\?cantidad=[^"#]+)', shown)
    assert prefilled is not None
    assert 'value="-1"' in reader.get(prefilled[1].replace("&amp;", "&")).text
    assert api(reader, "/api/inventory/counts").json()["total"] == counts
    after = api(reader, f"/api/inventory/ingredients/{flour['id']}").json()
    assert after["quantity"] == pytest.approx(flour["quantity"])

    wrong = reader.get(f"{sheet}&c-{flour['id']}=-3")
    assert wrong.status_code == 422
    assert "No se ha podido hacer." in wrong.text
    assert 'value="-3"' in wrong.text
    assert reader.get(f"{sheet}&c-{quote(HOSTILE)}=1&ubicacion=x").status_code == 422


def test_a_purchase_by_hand_is_worked_out_and_not_made(reader: Reader) -> None:
    reader.open("central_baker")
    supplier = api(reader, "/api/suppliers?active=true").json()["items"][0]
    price = api(reader, f"/api/suppliers/{supplier['id']}").json()["prices"][0]
    orders = api(reader, "/api/procurement/orders").json()["total"]
    form = f"/demo/compras/pedidos/nuevo?proveedor={supplier['id']}"
    shown = reader.get(f"{form}&p-{price['ingredient_id']}=3").text
    total = f"{3 * price['pack_price']:,.2f}".translate(str.maketrans(",.", ".,"))
    assert f"<strong>{total}" in shown
    refused = reader.http.post(f"{reader.url}/api/procurement/orders", json={}, headers=JSON)
    assert refused.json()["detail"] in shown
    wrong = reader.get(f"{form}&p-{price['ingredient_id']}=muchos")
    assert wrong.status_code == 422
    assert "muchos" in wrong.text
    assert reader.get("/demo/compras/pedidos/nuevo?proveedor=x&p-999999=1").status_code == 422
    assert api(reader, "/api/procurement/orders").json()["total"] == orders


def test_a_delivery_is_tried_out_lot_by_lot_and_steps_are_locked(
    reader: Reader, live_system: Any
) -> None:
    reader.open("central_baker")
    number = send_an_order(live_system.database_url)
    listed = api(reader, "/api/procurement/orders?status=sent").json()["items"]
    assert number in [each["id"] for each in listed]
    order = api(reader, f"/api/procurement/orders/{number}").json()
    page = f"/demo/compras/pedidos/{order['id']}"
    whole = reader.get(page).text
    assert re.search(r"<button[^>]* disabled[^>]*>Anular</button>", whole)
    assert f"{page}/recibir" in whole
    line = order["lines"][0]
    key = f"c-{line['ingredient_id']}"
    asked = f"{page}/recibir?{key}=1&l-{line['ingredient_id']}=MOLINO-7"
    shown = reader.get(asked).text
    assert "MOLINO-7" in shown
    assert "Lo que entraría" in shown
    assert "recibido en parte" in shown
    assert "recibido." in reader.get(f"{asked}&cerrar=1").text
    too_much = reader.get(f"{page}/recibir?{key}={int(line['quantity']) + 1000}")
    assert too_much.status_code == 422
    assert "no pueden llegar más" in too_much.text
    assert api(reader, f"/api/procurement/orders/{order['id']}").json() == order

    draft = api(reader, "/api/procurement/suggestions").json()["items"][0]["ingredient_id"]
    reader.post("/demo/compras", {"ingrediente": draft})
    drafts = api(reader, "/api/procurement/orders?status=draft").json()["items"]
    closed = reader.get(f"/demo/compras/pedidos/{drafts[0]['id']}/recibir?{key}=1")
    assert "Solo se recibe un pedido que se ha enviado" in closed.text


def test_less_is_delivered_than_was_ordered(reader: Reader) -> None:
    reader.open("central_baker")
    order = new_order(reader)
    path, field = f"/demo/pedidos/{order['id']}", f"e-{order['lines'][0]['product_id']}"
    assert "no está preparado" in reader.get(f"{path}/entregar").text
    for status in ("confirmed", "ready"):
        put(reader, f"/api/orders/{order['id']}", {"status": status})
    assert f'"{path}/entregar"' in reader.get(path).text
    form = reader.get(f"{path}/entregar").text
    sent = {"clave": key_of(form), "version": version_in(form), "estado": "delivered"}
    refused = reader.post(path, sent | {field: "99"})
    assert refused.status_code == 422
    assert "Se pidieron 9: no se pueden entregar más." in refused.text
    assert 'value="99"' in refused.text
    assert reader.post(path, sent | {field: ""}).status_code == 422

    done = reader.post(path, sent | {field: "7"})
    assert done.status_code == 303
    again = reader.post(path, sent | {field: "7"})
    assert again.headers["Location"] == done.headers["Location"], "sent twice, it acts once"
    found = api(reader, f"/api/orders/{order['id']}").json()
    assert (found["status"], found["lines"][0]["delivered"]) == ("delivered", 7)
    note = reader.get(f"{path}/albaran").text
    assert found["note_number"] in note


def test_what_a_colleague_changed_meanwhile_is_not_overwritten_and_nothing_is_lost(
    reader: Reader,
) -> None:
    reader.open("central_baker")
    order = new_order(reader)
    api_path, path = f"/api/orders/{order['id']}", f"/demo/pedidos/{order['id']}"
    field = f"u-{order['lines'][0]['product_id']}"
    form = reader.get(f"{path}/cambiar").text
    assert version_in(form) == api(reader, api_path).headers["ETag"].strip('"')
    steps = reader.get(path).text
    put(reader, api_path, {"notes": "Del compañero"})

    mine = {"entrega": order["due_on"], field: "12", "notas": "La mía"}
    mine |= {"clave": key_of(form), "version": version_in(form)}
    refused = reader.post(path, mine)
    assert refused.status_code == 409
    assert "Alguien ha cambiado esto mientras tanto." in refused.text
    assert "Del compañero" in refused.text
    assert 'value="12"' in refused.text
    assert ">La mía</textarea>" in refused.text
    assert api(reader, api_path).json()["notes"] == "Del compañero"
    step = {"estado": "confirmed", "version": version_in(steps), "clave": key_of(steps)}
    assert reader.post(path, step).status_code == 409
    assert api(reader, api_path).json()["status"] == "pending"

    again = mine | {"clave": key_of(refused.text), "version": version_in(refused.text)}
    assert reader.post(path, again).status_code == 303
    assert api(reader, api_path).json()["notes"] == "La mía"


def test_a_ticket_that_was_corrected_meanwhile_is_shown_before_it_is_changed(
    reader: Reader,
) -> None:
    reader.open("individual_bakery")
    product = api(reader, "/api/pos/products?sort=-stock").json()["items"][0]["id"]
    lines = [{"product_id": product, "quantity": 2}]
    sale = {"lines": lines, "payment_method": "card"}
    made = reader.http.post(f"{reader.url}/api/pos/sales", json=sale, headers=JSON).json()
    path = f"/demo/caja/tickets/{made['id']}"
    form = reader.get(path).text
    put(reader, f"/api/pos/sales/{made['id']}", {"lines": [{"product_id": product, "quantity": 1}]})
    mine = {f"u-{product}": "3", "pago": "cash", "version": version_in(form)}
    refused = reader.post(path, mine)
    assert refused.status_code == 409
    assert 'value="3"' in refused.text
    back = {"todo": "1", "razon": "unwanted", "como": "card", "version": version_in(form)}
    assert reader.post(f"{path}/devolver", back).status_code == 409
    assert api(reader, f"/api/pos/sales/{made['id']}").json()["returns"] == []
    assert reader.post(path, mine | {"version": version_in(refused.text)}).status_code == 303


def test_the_team_and_its_roles_are_those_of_the_api(reader: Reader) -> None:
    reader.open("central_baker")
    table = reader.get("/demo/negocio/equipo.csv").content
    assert table == api(reader, "/api/tenant/team", Accept="text/csv").content
    page = reader.get("/demo/negocio/funciones").text
    roles = api(reader, "/api/tenant/roles").json()["roles"]
    assert [role["name"] in page for role in roles] == [True] * len(roles)
    works = sum(len(set(role["writes"]) - {"auth", "business"}) for role in roles)
    assert page.count("<td>Trabaja</td>") == works
    business = reader.get("/demo/negocio").text
    tenant = api(reader, "/api/tenant").json()
    assert [place["name"] in business for place in tenant["locations"]] == [True] * 4
    fixed = reader.get("/demo/pedidos/fijos.csv?weekday=2").content
    assert fixed == api(reader, "/api/standing-orders?weekday=2", Accept="text/csv").content
