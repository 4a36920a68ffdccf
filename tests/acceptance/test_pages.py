"""The pages of a demo, read and used without JavaScript: one truth with the API, and safe."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from typing import Any

import pytest

from app.web.parts.formats import euros
from tests.acceptance.page_client import HEADERS, Reader, key_of
from tests.acceptance.test_visit import ready_pool
from tests.fixtures.demo import DEMO

HOSTILE = "<script>alert(1)</script>\"'&"
SECTIONS = {
    "individual_bakery": {"/demo/produccion", "/demo/recetas"},
    "central_baker": {"/demo/pedidos", "/demo/compras", "/demo/proveedores"},
}

pytestmark = pytest.mark.parametrize("postgres", ["18"], indirect=True)


@pytest.fixture
def reader(live_system: Any, live_url: str) -> Reader:
    ready_pool(live_system)
    return Reader(live_url)


def api(reader: Reader, path: str, **headers: str) -> Any:
    own = {"Accept": "application/json", "Sec-Fetch-Site": "same-origin"}
    return reader.http.get(reader.url + path, headers=own | headers)


def test_the_till_works_without_a_script_and_a_form_sent_twice_sells_once(reader: Reader) -> None:
    reader.open("individual_bakery")
    till = reader.get("/demo/caja").text
    product = re.search(r'data-product="(\d+)"[^>]*data-stock="([1-9]\d*)"', till)
    assert product is not None
    product_id, stock = int(product[1]), int(product[2])
    sale = {"clave": key_of(till), f"u-{product_id}": "1", "pago": "card"}
    before = api(reader, "/api/pos/sales").json()["total"]

    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda _: reader.post("/demo/caja", sale), range(2)))
    answers.append(reader.post("/demo/caja", sale))

    assert {answer.status_code for answer in answers} == {303}
    assert len({answer.headers["Location"] for answer in answers}) == 1
    assert api(reader, "/api/pos/sales").json()["total"] == before + 1
    assert api(reader, f"/api/pos/products/{product_id}").json()["stock"] == stock - 1
    shown = reader.get(answers[0].headers["Location"]).text
    ticket = re.search(r'href="(/demo/caja/tickets/[^"/]+)"', shown)
    assert ticket is not None
    receipt = reader.get(f"{ticket[1]}/recibo")
    assert receipt.status_code == 200
    other = reader.post("/demo/caja", sale | {f"u-{product_id}": "2"})
    assert other.status_code == 409, "the key is used, the values are others"

    corrected = reader.post(ticket[1], {f"u-{product_id}": "1", "pago": "cash"})
    assert corrected.status_code == 303
    assert "Corregido" in reader.get(ticket[1]).text


def test_what_cannot_be_sold_is_said_and_the_form_keeps_its_values(reader: Reader) -> None:
    reader.open("individual_bakery")
    product = api(reader, "/api/pos/products?sort=-stock").json()["items"][0]
    asked = {f"u-{product['id']}": "900", "pago": "cash"}
    before = api(reader, "/api/pos/sales").json()["total"]
    refused = reader.post("/demo/caja", asked | {"clave": key_of(reader.get("/demo/caja").text)})
    assert refused.status_code == 409
    assert "No hay bastante" in refused.text
    assert 'value="900"' in refused.text
    assert reader.post("/demo/caja", {"pago": "cash"}).status_code == 422
    assert api(reader, "/api/pos/sales").json()["total"] == before


def test_an_order_is_made_changed_and_delivered_and_texts_stay_texts(reader: Reader) -> None:
    reader.open("central_baker")
    customer = api(reader, "/api/customers").json()["items"][0]
    product = api(reader, "/api/pos/products?active=true").json()["items"][0]
    form = reader.get("/demo/pedidos/nuevo").text
    order = {
        "clave": key_of(form),
        "cliente": customer["id"],
        "entrega": date(2020, 1, 1).isoformat(),
        f"u-{product['id']}": "7",
        "notas": HOSTILE,
    }
    refused = reader.post("/demo/pedidos", order)
    assert refused.status_code == 422
    assert "La fecha de entrega ya ha pasado." in refused.text
    assert HOSTILE not in refused.text
    assert "&lt;script&gt;" in refused.text

    tomorrow = (DEMO.now().date() + timedelta(days=2)).isoformat()
    made = reader.post("/demo/pedidos", order | {"entrega": tomorrow})
    path = made.headers["Location"].partition("?")[0]
    page = reader.get(path).text
    assert HOSTILE not in page
    assert "&lt;script&gt;" in page
    change = {"entrega": tomorrow, f"u-{product['id']}": "9", "notas": ""}
    assert reader.post(path, change).status_code == 303
    for status in ("confirmed", "ready", "delivered"):
        assert reader.post(path, {"estado": status}).status_code == 303
    assert reader.post(path, {"estado": "cancelled"}).status_code == 409
    found = api(reader, f"/api/orders/{path.rpartition('/')[2]}").json()
    assert (found["status"], found["pieces"], found["notes"]) == ("delivered", 9, None)


def test_stock_is_adjusted_from_the_list_and_from_its_own_page(reader: Reader) -> None:
    reader.open("central_baker")
    sugar = api(reader, "/api/inventory/ingredients?q=azucar").json()["items"][0]
    asked = {"ingrediente": sugar["id"], "cantidad": "1,5", "motivo": HOSTILE, "desde": "lista"}
    assert reader.post("/demo/inventario/ajustes", asked).status_code == 303
    now = api(reader, f"/api/inventory/ingredients/{sugar['id']}").json()
    assert now["quantity"] == pytest.approx(sugar["quantity"] + 1.5)
    assert HOSTILE not in reader.get(f"/demo/inventario/{sugar['id']}").text
    waste = {"ingrediente": sugar["id"], "cantidad": "1", "motivo": "x", "tipo": "waste"}
    assert reader.post("/demo/inventario/ajustes", waste).status_code == 303
    wasted = api(reader, f"/api/inventory/ingredients/{sugar['id']}").json()
    assert wasted["quantity"] == pytest.approx(now["quantity"] - 1), "waste needs no minus"
    wrong = reader.post("/demo/inventario/ajustes", waste | {"cantidad": "algo"})
    assert wrong.status_code == 422
    assert "Cantidad: Debe ser un número." in wrong.text


def test_purchases_are_ordered_from_the_suggestions(reader: Reader) -> None:
    reader.open("central_baker")
    first = api(reader, "/api/procurement/suggestions").json()["items"][0]
    made = reader.post("/demo/compras", {"ingrediente": first["ingredient_id"], "notas": "Prueba"})
    assert made.status_code == 303
    assert first["ingredient_name"] in reader.get(made.headers["Location"]).text
    assert reader.post("/demo/compras", {"ingrediente": 999_999}).status_code == 422


def test_a_list_filters_sorts_pages_and_saves_as_the_api_does(reader: Reader) -> None:
    reader.open("individual_bakery")
    query = "q=harina&sort=-quantity"
    table = reader.get(f"/demo/inventario.csv?{query}")
    of_api = api(reader, f"/api/inventory/ingredients?{query}", Accept="text/csv")
    assert table.content == of_api.content
    assert "attachment" in table.headers["Content-Disposition"]
    page = reader.get(f"/demo/inventario?{query}").text
    names = re.findall(r'href="/demo/inventario/\d+">([^<]+)', page)
    items = api(reader, f"/api/inventory/ingredients?{query}").json()["items"]
    assert names == [item["name"] for item in items]
    assert 'aria-sort="descending"' in page
    wrong = reader.get("/demo/inventario?sort=nonsense&page=x")
    assert wrong.status_code == 422
    assert "No se ha podido hacer." in wrong.text
    assert reader.get("/demo/inventario?page=99").status_code == 404


def test_the_session_is_extended_reset_and_ended_by_forms(reader: Reader) -> None:
    reader.open("individual_bakery")
    extended = reader.post("/demo/sesion/ampliar", {"vuelta": "/demo/caja"})
    assert extended.headers["Location"] == "/demo/caja?hecho=ampliada"
    elsewhere = reader.post("/demo/sesion/ampliar", {"vuelta": "//evil.example/demo/"})
    assert elsewhere.headers["Location"] == "/demo/?hecho=ampliada"
    assert "(quedan 1)" in reader.get("/demo/caja").text
    assert reader.post("/demo/sesion/reiniciar").status_code == 303
    product = api(reader, "/api/pos/products?per_page=1&sort=-stock").json()["items"][0]
    reader.get("/demo/caja")
    assert reader.post("/demo/caja", {f"u-{product['id']}": "1", "pago": "card"}).status_code == 303
    ended = reader.post("/demo/sesion/terminar")
    assert ended.headers["Location"] == "/demo/fin?hecho=terminada"

    for path in ("/demo/caja", "/demo/espera", "/demo/sesion/terminar"):
        assert reader.get(path).headers["Location"] == "/demo/fin"
    over = reader.get("/demo/fin")
    assert over.status_code == 200
    assert "Tu demo ha terminado" in over.text
    assert re.search(r"1 ticket\s*<small>" + re.escape(euros(product["price"])), over.text)
    assert re.search(r"1 módulo\s*<small>Caja<", over.text)
    assert Reader(reader.url).get("/demo/fin").headers["Location"] == "/"
    program = reader.get("/demo/caja", Accept="*/*")
    assert (program.status_code, program.json()["code"]) == (401, "session_destroyed")


def test_a_public_account_logs_in_by_a_form(reader: Reader) -> None:
    asked = {"correo": "demo.central@panaderialaespiga.com", "clave": "DemoLaEspiga2024!"}
    wrong = reader.post("/entrar", asked | {"clave": "no"})
    assert wrong.status_code == 401
    assert "no son correctos" in wrong.text
    assert reader.post("/entrar", asked).status_code == 303
    assert "Panadería La Espiga" in reader.get("/demo/").text


def test_a_bakery_has_the_names_that_its_visitor_gave_and_the_modules(reader: Reader) -> None:
    asked = {"modelo": "individual_bakery", "bakery_name": HOSTILE, "city": "Soria"}
    wrong = reader.post("/demo/abrir", asked | {"scenario": "no-hay"})
    assert wrong.status_code == 422
    assert "Soria" in wrong.text
    assert HOSTILE not in wrong.text
    assert reader.post("/demo/abrir", asked).status_code == 303
    first = reader.get("/demo/").text
    assert HOSTILE not in first
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in first


def test_a_visitor_chooses_modules_and_a_colour_and_no_link_leads_elsewhere(
    reader: Reader,
) -> None:
    asked = {"modelo": "individual_bakery", "logo_color": "red", "features": ["recipes"]}
    refused = reader.post("/demo/abrir", asked)
    assert refused.status_code == 422
    assert refused.text.count('name="features" value="recipes" checked') == 1
    assert reader.post("/demo/abrir", asked | {"logo_color": "#0a7d55"}).status_code == 303
    pages = reader.crawl()
    assert {kind: page.status_code for kind, page in pages.items()} == dict.fromkeys(pages, 200)
    sections = re.findall(r'<li><a href="([^"]+)"', pages["/demo/"].text)
    assert sections == ["/demo/", "/demo/recetas"]
    assert 'fill="#0a7d55"' in pages["/demo/recetas/1"].text

    every = api(reader, "/api/demo/accounts").json()["accounts"][0]["modules"]
    usual = {"modelo": "individual_bakery", "features": list(every), "logo_color": "#84430f"}
    assert reader.post("/demo/abrir", usual).status_code == 303
    whole = reader.get("/demo/").text
    assert set(every) <= set(api(reader, "/api/tenant").json()["modules"])
    assert "<circle" not in whole


def test_without_a_demo_a_page_leads_to_the_landing_page(reader: Reader) -> None:
    away = reader.get("/demo/pedidos")
    assert (away.status_code, away.headers["Location"]) == (303, "/?hecho=sin-demo")
    assert "primero abre una demo" in reader.get(away.headers["Location"]).text
    assert reader.get("/demo", Accept="application/json").status_code == 401


def test_what_a_model_lacks_and_what_is_not_there_are_pages(reader: Reader) -> None:
    reader.open("central_baker")
    for path in ("/demo/recetas", "/demo/inventario/999999", "/demo/nada"):
        answer = reader.get(path)
        assert answer.status_code == 404, path
        assert 'href="/demo/"' in answer.text, path
    outside = reader.get("/nada")
    assert outside.status_code == 404
    assert "Aquí no hay nada" in outside.text
    assert reader.post("/demo/previsiones").status_code == 403


@pytest.mark.parametrize("site", ["cross-site", "same-site", "none"])
def test_no_other_site_opens_or_changes_a_demo(reader: Reader, site: str) -> None:
    reader.open("individual_bakery")
    for path in ("/demo/abrir", "/demo/caja", "/demo/sesion/terminar", "/entrar"):
        answer = reader.post(path, **{"Sec-Fetch-Site": site})
        assert answer.status_code == 403, path
    as_json = {"Content-Type": "application/json", "Sec-Fetch-Site": "same-origin"}
    answer = reader.http.post(
        f"{reader.url}/demo/sesion/terminar", data="{}", headers=HEADERS | as_json
    )
    assert answer.status_code == 403
    assert reader.get("/demo/").status_code == 200
