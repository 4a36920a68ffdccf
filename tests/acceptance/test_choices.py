"""What a visitor chooses when they open a session: a scenario, modules, and their own names."""

import shutil
from datetime import timedelta

import psycopg
import pytest
from sqlalchemy import create_engine

from app.database.engines import engine_url
from app.demo import load_demo
from seeds import ensure_templates
from tests.acceptance.client import Prospect
from tests.acceptance.test_visit import ready_pool, wait_for
from tests.fixtures.demo import DEMO
from tests.fixtures.live import ROOT

MANIFEST = """
title = "Feria"
description = "La semana de la feria: el doble de clientes."
look_at = ["Las ventas por hora"]
account_types = ["individual_bakery"]

[story]
weeks = 1
demand = 3
"""
NAMES = {
    "bakery_name": "Horno de Teresa",
    "city": "Teruel",
    "logo_color": "#8a4b1f",
    "visitor_name": "Teresa",
}


PATHS = (
    "app/bakery/policy.toml", "app/bakery/events.toml", "app/web/static", "app/web/translations",
    "app/migrations/tenant", "seeds/tours",
)  # fmt: skip
"""What `demo.toml` names beside itself."""


@pytest.fixture(scope="module")
def fair(live_system, tmp_path_factory):
    """The URL of a web server of a demo with one more scenario: a folder, and nothing else."""
    home = tmp_path_factory.mktemp("demo")
    folder = home / "scenarios" / "feria"
    folder.mkdir(parents=True)
    (folder / "scenario.toml").write_text(MANIFEST, encoding="utf-8")
    text = (ROOT / "demo.toml").read_text(encoding="utf-8")
    for path in PATHS:
        text = text.replace(f'"{path}"', f'"{ROOT / path}"')
    file = home / "demo.toml"
    file.write_text(text.replace("seeds/scenarios", str(home / "scenarios")), encoding="utf-8")
    engine = create_engine(engine_url(live_system.database_url))
    demo = load_demo(file, DEMO.scale)
    loaded = ensure_templates(engine, demo, demo.now())
    engine.dispose()
    assert [one.schema_name for one in loaded if one.changed] == [
        "template_individual_bakery__feria"
    ]
    with live_system.web(DEMO_FILE=str(file), DEMO_SCENARIOS="all") as url:
        yield url
    shutil.rmtree(home)


def test_a_scenario_is_a_folder_and_a_session_begins_in_it(live_system, fair):
    ready_pool(live_system)
    offered = {
        account["account_type"]: {one["name"]: one for one in account["scenarios"]}
        for account in Prospect(fair).get("/api/demo/accounts").json["accounts"]
    }
    assert set(offered["central_baker"]) == {"base"}
    scenario = offered["individual_bakery"]["feria"]
    assert scenario["description"].startswith("La semana de la feria")
    assert scenario["look_at"] == ["Las ventas por hora"]
    assert 1 < scenario["megabytes"] < 20

    busy = Prospect(fair).open("individual_bakery", scenario="feria")
    usual = Prospect(fair).open("individual_bakery")
    assert (busy.session["scenario"], usual.session["scenario"]) == ("feria", "base")
    assert busy.session["demo_account_type"] == "individual_bakery"

    def taken(visitor):
        today = DEMO.today()
        period = f"from={today - timedelta(days=7)}&to={today - timedelta(days=1)}"
        days = visitor.get(f"/api/sales/daily?{period}").json["items"]
        return sum(day["amount"] for day in days)

    assert taken(busy) > 1.3 * taken(usual)
    sold = busy.sellable()
    line = {"product_id": sold["id"], "quantity": 1}
    sale = busy.post("/api/pos/sales", {"lines": [line], "payment_method": "card"})
    assert sale.status == 201
    assert busy.post("/api/demo/session/reset").status in (200, 202)
    assert wait_for(lambda: busy.get(f"/api/pos/sales/{sale.json['id']}").status == 404)
    assert taken(busy) > 1.3 * taken(usual)
    for visitor in (busy, usual):
        visitor.post("/api/demo/session/destroy")


def test_the_bakery_has_the_names_that_its_visitor_gave(live_system, live_url):
    ready_pool(live_system)
    mine = Prospect(live_url).open("individual_bakery", **NAMES)
    other = Prospect(live_url).open("individual_bakery")
    bakery, me = mine.get("/api/tenant").json, mine.get("/api/auth/me").json
    assert {key: bakery[key] for key in NAMES if key in bakery} | {
        "bakery_name": bakery["name"]
    } == NAMES
    assert {place["city"] for place in bakery["locations"]} == {"Teruel"}
    assert (me["full_name"], me["business_name"]) == ("Teresa", "Horno de Teresa")
    assert mine.get("/api/demo/session/current").json["personal"] == NAMES
    assert other.get("/api/tenant").json["name"] == "Panadería San Pablo"

    mine.post("/api/demo/session/destroy")
    other.post("/api/demo/session/destroy")
    with psycopg.connect(live_system.database_url) as connection:
        kept = "".join(row[0] for row in connection.execute(
            "SELECT s::text FROM control.demo_sessions AS s"
        ))  # fmt: skip
    assert "Teresa" not in kept


def test_a_visitor_sees_the_modules_that_they_chose(live_system, live_url):
    ready_pool(live_system)
    visitor = Prospect(live_url).open("individual_bakery", features=["pos", "sales"])
    assert visitor.get("/api/tenant").json["modules"] == ["auth", "business", "pos", "sales"]
    assert visitor.get("/api/pos/products").status == 200
    hidden = visitor.get("/api/recipes")
    assert (hidden.status, hidden.code) == (404, "module_unavailable")
    assert "No elegiste" in hidden.json["detail"]
    visitor.post("/api/demo/session/destroy")


@pytest.mark.parametrize(
    ("choice", "field", "told"),
    [
        ({"scenario": "verano"}, "scenario", "uno de estos valores"),
        ({"features": ["orders"]}, "features", "no es un módulo"),
        ({"features": []}, "features", "Añade al menos 1."),
        ({"bakery_name": "x" * 61}, "bakery_name", "demasiado largo"),
        ({"bakery_name": "  "}, "bakery_name", "demasiado corto"),
        ({"city": 7}, "city", "Debe ser un texto"),
        ({"logo_color": "rojo"}, "logo_color", "#8a4b1f"),
        ({"visitor_name": "a\0b"}, "visitor_name", "no son texto"),
    ],
)
def test_a_choice_that_cannot_be_is_refused_by_its_field(live_url, choice, field, told):
    body = {"demo_account_type": "individual_bakery", **choice}
    refused = Prospect(live_url).post("/api/demo/session/create", body)
    assert (refused.status, refused.code) == (422, "validation_error")
    assert told in refused.json["errors"]["json"][field][0]


def test_all_wrong_choices_are_told_together(live_url):
    body = {"demo_account_type": "individual_bakery", "scenario": "x", "logo_color": "x"}
    refused = Prospect(live_url).post("/api/demo/session/create", body)
    assert set(refused.json["errors"]["json"]) == {"scenario", "logo_color"}
