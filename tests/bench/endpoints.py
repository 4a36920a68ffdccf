"""Every operation of the bakery's API as a request that succeeds on the seeds' bakeries.

An address and a body name things in braces: `NAMES` finds them in the tenant's tables, and
`PREPARATIONS` makes those that the seeds do not have at every hour, as an order that is open.
"""

from dataclasses import dataclass, field
from typing import Any

INDIVIDUAL, CENTRAL = "individual_bakery", "central_baker"

NAMES = {
    "today": "SELECT (now() AT TIME ZONE 'Europe/Madrid')::date::text",
    "tomorrow": "SELECT ((now() AT TIME ZONE 'Europe/Madrid')::date + 1)::text",
    "month_ago": "SELECT ((now() AT TIME ZONE 'Europe/Madrid')::date - 29)::text",
    "year_ago": "SELECT ((now() AT TIME ZONE 'Europe/Madrid')::date - 365)::text",
    "shop": "SELECT location_id FROM till_sessions WHERE closed_at IS NULL ORDER BY 1 LIMIT 1",
    "other": "SELECT location_id FROM till_sessions ORDER BY 1 DESC LIMIT 1",
    "store": "SELECT location_id FROM stock_lots WHERE quantity > 5 ORDER BY id DESC LIMIT 1",
    "product": """
        SELECT product_id FROM product_stock WHERE quantity > 10 AND location_id =
               (SELECT min(location_id) FROM till_sessions WHERE closed_at IS NULL)
         ORDER BY quantity DESC, 1 LIMIT 1""",
    "ingredient": "SELECT ingredient_id FROM stock_lots WHERE quantity > 5 ORDER BY id DESC"
    " LIMIT 1",
    "lot": "SELECT lot_id FROM stock_movements WHERE kind = 'production' AND lot_id IS NOT NULL"
    " ORDER BY id DESC LIMIT 1",
    "customer": "SELECT min(id) FROM customers WHERE kind = 'business'",
    "recipe": "SELECT min(id) FROM recipes",
    "baked": "SELECT max(id) FROM production_batches WHERE status = 'completed'",
    "count": "SELECT id::text FROM stock_counts ORDER BY counted_at DESC LIMIT 1",
    "delivered": "SELECT id::text FROM orders WHERE note_number IS NOT NULL ORDER BY due_on DESC"
    " LIMIT 1",
    "run": "SELECT max(id) FROM procurement_runs",
    "supplier": "SELECT supplier_id FROM supplier_prices ORDER BY id LIMIT 1",
    "priced": "SELECT ingredient_id FROM supplier_prices ORDER BY id LIMIT 1",
}  # fmt: skip


@dataclass(frozen=True)
class Endpoint:
    """An operation by its method and rule, and a request for it."""

    operation: str
    address: str = ""
    body: dict[str, Any] | None = None
    model: str = CENTRAL
    in_demo: bool = True
    """The gateway lets a demo's visitor do it."""
    query: dict[str, Any] = field(default_factory=dict)

    @property
    def method(self) -> str:
        """The request's method."""
        return self.operation.split()[0]

    @property
    def path(self) -> str:
        """The address with names in braces."""
        return "/api" + (self.address or self.operation.split()[1].removeprefix("/api"))

    @property
    def title(self) -> str:
        """The request for a table's line."""
        return self.operation + "".join(f" {name}={value}" for name, value in self.query.items())


def _gets(*paths: str, **more: Any) -> list[Endpoint]:
    return [Endpoint(f"GET /api{path}", **more) for path in paths]


LINE = {"product_id": "{product}", "quantity": 1}
SALE = {"lines": [LINE], "payment_method": "card", "location_id": "{shop}"}
ORDER = {"customer_id": "{customer}", "due_on": "{tomorrow}", "lines": [LINE | {"quantity": 60}]}
BATCH = {"recipe_id": "{recipe}", "quantity_planned": 10}
RECIPE = {
    "name": "Hogaza de prueba", "category": "Panes", "yield_quantity": 10,
    "preparation_minutes": 1, "fermentation_minutes": 0, "baking_minutes": 1, "oven_celsius": 200,
    "instructions": "", "ingredients": [{"ingredient_id": "{ingredient}", "quantity": 0.5}],
}  # fmt: skip
PURCHASE = {
    "supplier_id": "{supplier}", "lines": [{"ingredient_id": "{priced}", "packs": 40}],
}  # fmt: skip
CUSTOMER = {
    "name": "Café de prueba", "kind": "business", "email": "prueba@example.com", "phone": "1",
    "address": "x", "city": "x",
}  # fmt: skip
COUNT = {
    "location_id": "{store}", "lines": [{"ingredient_id": "{ingredient}", "quantity": 3}],
}  # fmt: skip
ADJUSTMENT = {"ingredient_id": "{ingredient}", "quantity": 1, "reason": "recuento"}
TRANSFER = {
    "from_location_id": "{store}", "to_location_id": "{other}",
    "lines": [{"ingredient_id": "{ingredient}", "quantity": 1}],
}  # fmt: skip
WASTE = {
    "ingredient_id": "{ingredient}", "quantity": 1, "reason": "roto", "location_id": "{store}",
}  # fmt: skip
CLOSED_TILL = {"opening_cash": 100, "location_id": "{other}"}

PREPARATIONS = {
    CENTRAL: (
        ("sale", "/api/pos/sales", SALE),
        ("order", "/api/orders", ORDER),
        ("purchase", "/api/procurement/orders", PURCHASE),
        ("to_send", "/api/procurement/orders", PURCHASE),
        ("sent", "/api/procurement/orders/{to_send}/send", {}),
        ("closed", "/api/pos/session/close", {"cash": 100, "location_id": "{other}"}),
    ),
    INDIVIDUAL: (
        ("batch", "/api/production/batches", BATCH),
        ("to_begin", "/api/production/batches", BATCH),
        ("begun", "/api/production/batches/{to_begin}/start", {}),
    ),
}
"""What is made before: a name for its id, where, and of what."""

_READS = [
    *_gets(
        "/tenant", "/tenant/team", "/tenant/roles", "/auth/me", "/inventory/ingredients",
        "/inventory/stock", "/inventory/movements", "/inventory/adjustments", "/inventory/counts",
        "/inventory/waste", "/inventory/summary", "/inventory/valuation", "/pos/products",
        "/pos/sales", "/pos/session", "/sales/daily", "/sales/hourly", "/sales/products",
        "/sales/comparison", "/sales/locations", "/customers", "/orders", "/standing-orders",
        "/delivery-notes", "/suppliers", "/procurement/suggestions", "/procurement/runs",
        "/procurement/orders",
    ),
    *_gets("/forecasting/models", "/forecasting/predictions", in_demo=False),
    *_gets("/recipes", "/production/batches", "/production/plan", "/production/proposal",
           model=INDIVIDUAL),
    Endpoint("GET /api/tenant/team/<int:user_id>", "/tenant/team/1"),
    Endpoint("GET /api/inventory/ingredients/<int:ingredient_id>",
             "/inventory/ingredients/{ingredient}"),
    Endpoint("GET /api/inventory/counts/<uuid:count_id>", "/inventory/counts/{count}"),
    Endpoint("GET /api/pos/products/<int:product_id>", "/pos/products/{product}"),
    Endpoint("GET /api/pos/sales/<uuid:sale_id>", "/pos/sales/{sale}"),
    Endpoint("GET /api/customers/<int:customer_id>", "/customers/{customer}"),
    Endpoint("GET /api/orders/<uuid:order_id>", "/orders/{order}"),
    Endpoint("GET /api/orders/<uuid:order_id>/delivery-note", "/orders/{delivered}/delivery-note"),
    Endpoint("GET /api/suppliers/<int:supplier_id>", "/suppliers/{supplier}"),
    Endpoint("GET /api/procurement/runs/<int:run_id>", "/procurement/runs/{run}"),
    Endpoint("GET /api/procurement/orders/<int:order_id>", "/procurement/orders/{purchase}"),
    Endpoint("GET /api/recipes/<int:recipe_id>", "/recipes/{recipe}", model=INDIVIDUAL),
    Endpoint("GET /api/recipes/<int:recipe_id>/versions", "/recipes/{recipe}/versions",
             model=INDIVIDUAL),
    Endpoint("GET /api/production/batches/<int:batch_id>", "/production/batches/{batch}",
             model=INDIVIDUAL),
    Endpoint("GET /api/production/batches/<int:batch_id>/trace",
             "/production/batches/{baked}/trace", model=INDIVIDUAL),
    Endpoint("GET /api/production/lots/<int:lot_id>/trace", "/production/lots/{lot}/trace",
             model=INDIVIDUAL),
]  # fmt: skip

_WRITES = [
    Endpoint("POST /api/pos/sales", body=SALE),
    Endpoint("PUT /api/pos/sales/<uuid:sale_id>", "/pos/sales/{sale}",
             {"lines": [LINE | {"quantity": 2}]}),
    Endpoint("POST /api/pos/sales/<uuid:sale_id>/returns", "/pos/sales/{sale}/returns",
             {"reason": "faulty", "lines": [LINE]}),
    Endpoint("POST /api/pos/session/open", body=CLOSED_TILL),
    Endpoint("POST /api/pos/session/close", body={"cash": 100, "location_id": "{shop}"}),
    Endpoint("POST /api/orders", body=ORDER),
    Endpoint("PUT /api/orders/<uuid:order_id>", "/orders/{order}", {"notes": "sin cortar"}),
    Endpoint("POST /api/inventory/adjustments", body=ADJUSTMENT),
    Endpoint("POST /api/procurement/runs", body={}),
    Endpoint("POST /api/inventory/counts", body=COUNT, in_demo=False),
    Endpoint("POST /api/inventory/transfers", body=TRANSFER, in_demo=False),
    Endpoint("POST /api/inventory/waste", body=WASTE, in_demo=False),
    Endpoint("POST /api/customers", body=CUSTOMER, in_demo=False),
    Endpoint("PUT /api/customers/<int:customer_id>", "/customers/{customer}", {"notes": "x"},
             in_demo=False),
    Endpoint("PUT /api/customers/<int:customer_id>/standing-order",
             "/customers/{customer}/standing-order", {"lines": [LINE | {"weekday": 1}]},
             in_demo=False),
    Endpoint("POST /api/standing-orders/runs", body={"day": "{tomorrow}"}, in_demo=False),
    Endpoint("POST /api/procurement/orders", body=PURCHASE, in_demo=False),
    Endpoint("POST /api/procurement/orders/<int:order_id>/send",
             "/procurement/orders/{purchase}/send", {}, in_demo=False),
    Endpoint("POST /api/procurement/orders/<int:order_id>/cancel",
             "/procurement/orders/{purchase}/cancel", {}, in_demo=False),
    Endpoint("POST /api/procurement/orders/<int:order_id>/receive",
             "/procurement/orders/{sent}/receive", {}, in_demo=False),
    Endpoint("PUT /api/suppliers/<int:supplier_id>", "/suppliers/{supplier}", {"rating": 3},
             in_demo=False),
    Endpoint("PUT /api/suppliers/<int:supplier_id>/prices", "/suppliers/{supplier}/prices",
             {"ingredient_id": "{priced}", "pack_size": 5, "pack_price": 6.5}, in_demo=False),
    Endpoint("POST /api/tenant/team", in_demo=False,
             body={"full_name": "Ana Gil", "email": "ana@example.com", "role": "baker",
                   "location_id": "{store}"}),
    Endpoint("PUT /api/tenant/team/<int:user_id>", "/tenant/team/2", {"full_name": "Ana"},
             in_demo=False),
    Endpoint("POST /api/forecasting/models", body={"product_ids": ["{product}"]}, in_demo=False),
    Endpoint("POST /api/recipes", body=RECIPE, model=INDIVIDUAL, in_demo=False),
    Endpoint("PUT /api/recipes/<int:recipe_id>", "/recipes/{recipe}", RECIPE, INDIVIDUAL, False),
    Endpoint("POST /api/production/plan", body={}, model=INDIVIDUAL, in_demo=False),
    Endpoint("POST /api/production/batches", body=BATCH, model=INDIVIDUAL, in_demo=False),
    Endpoint("POST /api/production/batches/<int:batch_id>/start",
             "/production/batches/{batch}/start", {}, INDIVIDUAL, False),
    Endpoint("POST /api/production/batches/<int:batch_id>/cancel",
             "/production/batches/{batch}/cancel", {}, INDIVIDUAL, False),
    Endpoint("POST /api/production/batches/<int:batch_id>/finish",
             "/production/batches/{begun}/finish",
             {"quantity_produced": 9, "quantity_lost": 1, "loss_reason": "x"}, INDIVIDUAL, False),
]  # fmt: skip

_MORE = [
    Endpoint("GET /api/pos/sales", query={"page": 500}),
    Endpoint("GET /api/pos/sales", query={"sort": "-total"}),
    Endpoint("GET /api/pos/sales", query={"from": "{month_ago}", "location_id": "{shop}"}),
    Endpoint("GET /api/pos/sales", query={"product_id": "{product}", "from": "{today}"}),
    Endpoint("GET /api/pos/sales", query={"q": "2026-77"}),
    Endpoint("GET /api/orders", query={"status": "pending"}),
    Endpoint("GET /api/orders", query={"customer_id": "{customer}"}),
    Endpoint("GET /api/inventory/movements", query={"ingredient_id": "{ingredient}"}),
    Endpoint("GET /api/inventory/movements", query={"kind": "waste"}),
    Endpoint("GET /api/inventory/stock", query={"include_empty": "true"}),
    Endpoint("GET /api/sales/daily", query={"from": "{year_ago}"}),
    Endpoint("GET /api/sales/products", query={"from": "{year_ago}"}),
]
"""The same lists asked for more: a deep page, a search, a long period."""

ENDPOINTS = [*_READS, *_WRITES, *_MORE]


def filled(value: Any, names: dict[str, Any]) -> Any:
    """Return a body, an address or a query with things in the place of their names."""
    match value:
        case dict():
            return {name: filled(one, names) for name, one in value.items()}
        case list():
            return [filled(one, names) for one in value]
        case str() if value.startswith("{") and value.endswith("}"):
            return names[value[1:-1]]
        case str():
            return value.format_map(names) if "{" in value else value
    return value
