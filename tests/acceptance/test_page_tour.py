"""The guided tour without a script: begun, left, taken up again, and ticked off by what is done."""

import re
from typing import Any

import psycopg
import pytest

from app.demo import load_demo
from app.web.inside.navigation import place_of
from tests.acceptance.page_client import Reader
from tests.acceptance.test_pages import HOSTILE, SECTIONS, api
from tests.acceptance.test_visit import ready_pool

PAGE = "/demo/recorrido"
WHOLE = load_demo()

pytestmark = pytest.mark.parametrize("postgres", ["18"], indirect=True)


@pytest.fixture
def reader(live_system: Any, live_url: str) -> Reader:
    ready_pool(live_system)
    return Reader(live_url)


def go(reader: Reader, **fields: str) -> str:
    """Send the tour's form; gives where it leads."""
    answer = reader.post(PAGE, fields)
    assert answer.status_code == 303
    return str(answer.headers["Location"])


def ticked(reader: Reader) -> set[str]:
    """The lines of the checklist that are done."""
    page = reader.get(PAGE).text
    found = re.findall(r'<li class="checked"><span[^>]*>✓</span> ([^<]+)<span', page)
    return set(found)


@pytest.mark.parametrize("account_type", SECTIONS)
def test_every_step_leads_to_a_page_that_has_what_it_speaks_of(
    reader: Reader, account_type: str
) -> None:
    reader.open(account_type)
    modules = api(reader, "/api/tenant").json()["modules"]
    steps = {
        (step.path, step.anchor)
        for template in WHOLE.templates
        if template.account.account_type == account_type
        for step in WHOLE.guides.by_template[template.key].steps_for(account_type)
    }
    shown = 0
    for path, anchor in sorted(steps):
        if place_of(path.partition("?")[0])[0].module not in modules:
            continue  # the tour leaves the step out
        page = reader.get(path)
        assert page.status_code == 200, path
        assert f'id="{anchor}"' in page.text, (path, anchor)
        shown += 1
    assert shown >= 8


def test_a_tour_is_begun_left_taken_up_again_and_finished(reader: Reader) -> None:
    reader.open("individual_bakery")
    assert "Empezar el recorrido" in reader.get("/demo/").text
    assert 'id="paso"' not in reader.get("/demo/caja").text

    first = go(reader, accion="empezar")
    assert first == "/demo/#paso"
    page = reader.get("/demo/").text
    assert "paso 1 de 7" in page
    assert 'data-anchor="cifras"' in page
    second = re.search(r'name="paso" value="([^"]+)">Siguiente', page)
    assert second is not None
    assert go(reader, paso=second[1]) == "/demo/caja#paso"
    elsewhere = reader.get("/demo/ventas").text
    assert "Ir a la página de este paso" in elsewhere
    assert 'data-anchor=""' in elsewhere

    assert go(reader, accion="dejar", vuelta="/demo/ventas") == "/demo/ventas"
    assert go(reader, accion="dejar", vuelta="//evil.example/demo/") == "/demo/"
    assert 'id="paso"' not in reader.get("/demo/caja").text
    assert "Empezar el recorrido" not in reader.get("/demo/").text
    assert "Seguir por «Cobra tu primera venta»" in reader.get(PAGE).text
    assert go(reader, accion="seguir") == "/demo/caja#paso"

    assert go(reader, accion="terminar") == f"{PAGE}?hecho=recorrido"
    assert "Has llegado al final" in reader.get(f"{PAGE}?hecho=recorrido").text
    assert 'id="paso"' not in reader.get("/demo/caja").text
    assert go(reader, paso=HOSTILE) == "/demo/ventas/comparacion#paso"
    assert HOSTILE not in reader.get("/demo/caja").text


def test_the_checklist_notices_what_was_done_by_a_page_and_by_the_api(
    reader: Reader, live_system: Any
) -> None:
    reader.open("central_baker")
    product = api(reader, "/api/pos/products?sort=-stock").json()["items"][0]["id"]
    refused = reader.post("/demo/caja", {f"u-{product}": "9000", "pago": "cash"})
    assert refused.status_code in (409, 422)
    assert ticked(reader) == set()

    sale = {"lines": [{"product_id": product, "quantity": 1}], "payment_method": "card"}
    headers = {"Accept": "application/json", "Sec-Fetch-Site": "same-origin"}
    sold = reader.http.post(f"{reader.url}/api/pos/sales", json=sale, headers=headers)
    assert sold.status_code == 201
    assert ticked(reader) == {"Tu primera venta"}
    sugar = api(reader, "/api/inventory/ingredients?q=azucar").json()["items"][0]["id"]
    adjusted = {"ingrediente": sugar, "cantidad": "1", "motivo": "Recuento"}
    assert reader.post("/demo/inventario/ajustes", adjusted).status_code == 303
    first = api(reader, "/api/procurement/suggestions").json()["items"][0]["ingredient_id"]
    assert reader.post("/demo/compras", {"ingrediente": first}).status_code == 303
    done = {"Tu primera venta", "Un ajuste de existencias", "Una ronda de compras"}
    assert ticked(reader) == done

    go(reader, paso="venta")
    assert "Hecho: Tu primera venta" in reader.get("/demo/caja").text
    go(reader, accion="dejar")
    assert "3 de 5" in reader.get("/demo/").text
    with psycopg.connect(live_system.database_url) as connection:
        kept = connection.execute(
            "SELECT metadata -> 'tour' FROM control.demo_sessions WHERE session_id = %s",
            [api(reader, "/api/demo/session/current").json()["session_id"]],
        ).fetchone()
    assert kept is not None
    assert kept[0]["done"] == ["sale", "adjustment", "purchase"]


def test_a_tour_has_the_steps_of_the_modules_that_a_visitor_chose(reader: Reader) -> None:
    asked = {"modelo": "individual_bakery", "features": ["recipes"]}
    assert reader.post("/demo/abrir", asked).status_code == 303
    go(reader, accion="empezar")
    assert "paso 1 de 2" in reader.get("/demo/").text
    recipe = reader.get("/demo/recetas/1")
    assert "Ir a la página de este paso" in recipe.text
    assert ticked(reader) == {"Una receta, con lo que cuesta"}
    assert reader.get(PAGE).text.count('name="paso"') == 2


def test_no_other_site_moves_a_tour(reader: Reader) -> None:
    reader.open("individual_bakery")
    answer = reader.post(PAGE, {"paso": "venta"}, **{"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403
    assert "Empezar el recorrido" in reader.get("/demo/").text
