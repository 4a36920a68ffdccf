"""Every endpoint that reads has a page, and what a demo refuses is said on one."""

import re
import tomllib
from pathlib import Path

import pytest
from flask import Flask

from app import create_app
from app.settings.table import Settings
from tests.fixtures.demo import DEMO

ROOT = Path(__file__).parents[2]
TEMPLATES = ROOT / "app/web/templates"
PAGES = {
    "/api/tenant": "negocio",
    "/api/tenant/team": "negocio/equipo",
    "/api/tenant/roles": "negocio/funciones",
    "/api/auth/me": "negocio",
    "/api/inventory/ingredients": "inventario",
    "/api/inventory/ingredients/*": "inventario/*",
    "/api/inventory/stock": "inventario/lotes",
    "/api/inventory/summary": "inventario",
    "/api/inventory/movements": "inventario/movimientos",
    "/api/inventory/adjustments": "inventario/movimientos",
    "/api/inventory/waste": "inventario/mermas",
    "/api/inventory/valuation": "inventario/valor",
    "/api/inventory/counts": "inventario/recuentos",
    "/api/inventory/counts/*": "inventario/recuentos/*",
    "/api/recipes": "recetas",
    "/api/recipes/*": "recetas/*",
    "/api/recipes/*/versions": "recetas/*",
    "/api/production/plan": "produccion",
    "/api/production/proposal": "produccion/propuesta",
    "/api/production/batches": "produccion/hornadas",
    "/api/production/batches/*": "produccion/hornadas/*",
    "/api/production/batches/*/trace": "produccion/hornadas/*",
    "/api/production/lots/*/trace": "inventario/lotes/*",
    "/api/pos/products": "productos",
    "/api/pos/products/*": "productos/*",
    "/api/pos/session": "caja/arqueo",
    "/api/pos/sales": "caja/tickets",
    "/api/pos/sales/*": "caja/tickets/*",
    "/api/orders": "pedidos",
    "/api/orders/*": "pedidos/*",
    "/api/orders/*/delivery-note": "pedidos/*/albaran",
    "/api/delivery-notes": "pedidos/albaranes",
    "/api/standing-orders": "pedidos/fijos",
    "/api/customers": "clientes",
    "/api/customers/*": "clientes/*",
    "/api/suppliers": "proveedores",
    "/api/suppliers/*": "proveedores/*",
    "/api/procurement/suggestions": "compras",
    "/api/procurement/runs": "compras/rondas",
    "/api/procurement/runs/*": "compras/rondas/*",
    "/api/procurement/orders": "compras/pedidos",
    "/api/procurement/orders/*": "compras/pedidos/*",
    "/api/sales/daily": "ventas",
    "/api/sales/hourly": "ventas/horas",
    "/api/sales/products": "ventas/productos",
    "/api/sales/locations": "ventas/tiendas",
    "/api/sales/comparison": "ventas/comparacion",
    "/api/forecasting/models": "previsiones",
}
"""What the API reads, with the page that shows it."""
WITHOUT = {
    "/api/tenant/team/*": "the list has all of a person",
    "/api/forecasting/predictions": "closed to every demo; its page says why",
}


@pytest.fixture(scope="module")
def app() -> Flask:
    return create_app(
        Settings(
            database_url="postgresql://nobody@127.0.0.1:1/nothing",
            redis_url="redis://127.0.0.1:1",
            jwt_secret="s" * 32,
            ops_password="ops",
        )
    )


def reads(app: Flask, prefix: str) -> set[str]:
    rules = (rule for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ()))
    paths = (re.sub("<[^>]*>", "*", rule.rule) for rule in rules)
    return {path for path in paths if path.startswith(prefix)}


def test_every_endpoint_that_reads_has_a_page(app: Flask) -> None:
    of_engine = {path for path in reads(app, "/api/") if path.startswith("/api/demo/")}
    assert reads(app, "/api/") - of_engine == set(PAGES) | set(WITHOUT)
    assert {f"/demo/{page}" for page in PAGES.values()} <= reads(app, "/demo/")


def test_what_a_demo_refuses_is_said_on_a_page() -> None:
    text = "".join(file.read_text(encoding="utf-8") for file in TEMPLATES.rglob("*.html"))
    shown = set(re.findall(r'ui\.refused\([^\n]*?, "([A-Z ]+ /[^"]+)"\)', text))
    rules = tomllib.loads(DEMO.policy.read_text(encoding="utf-8"))["rules"]
    refused = {f"{row['methods']} {row['path']}" for row in rules if "message" in row}
    unsaid = {
        "ANY /api/billing/**": "there is no such module",
        "ANY /api/auth/credentials*/**": "said of passwords",
        "DELETE /**": "no page deletes",
    }
    assert shown <= refused
    assert refused - shown == set(unsaid)
