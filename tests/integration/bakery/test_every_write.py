"""Every write, with all that a form can hold: refused field by field, and nothing written."""

import pytest
from sqlalchemy import text

from app.bakery.api.operations import operation_of
from app.bakery.clock import today
from app.bakery.metadata import TENANT_METADATA
from tests.integration.bakery.ledger import UNKNOWN_ID, sale

HUGE, LONG = 10**30, "a" * 1001
NUMBERS = [-1, 0, 0.5, 1e300, HUGE, "NaN", "-Infinity", "1e400", True, [1], {}]
IDS = [-1, 0, 1.5, "1", 2**63, HUGE, True, [], {}]
DAYS = ["9999-12-31", "0000-01-01", "2027-02-29", "31/12/2026", "2026-10-25T02:30", 20261231, True]
CODES = ["bitcoin", "", 1, True, [], "CASH"]
TEXTS = ["\x00", "\ud800", LONG, 1, True, [], {}]
LINES = [None, {}, "1", [None], [7], [[]], [{"product_id": 1, "quantity": 1}] * 51]

SUMS = [-0.01, 0.001, 1e300, HUGE, "NaN", "-Infinity", True, [1], {}]
HOURS = ["6:00", "24:00", "06:60", "06:00:00", "-1:00", "", 360, True, [], {}, "2026-10-25T02:30"]
CUSTOMER = {
    "name": "Café Ñ", "kind": "business", "email": "n@example.com", "phone": "1", "address": "x",
    "city": "x", "notes": "x", "tax_id": "B1", "discount_percent": 20, "minimum_order": 10,
    "payment_terms_days": 30, "delivery_from": "06:00", "delivery_to": "08:30", "location_id": None,
}  # fmt: skip

ORDER = {
    "customer_id": 1, "due_on": today().isoformat(), "notes": "x",
    "delivery_from": "06:00", "delivery_to": "08:30",
    "lines": [{"product_id": 1, "quantity": 1}],
}  # fmt: skip
WRITES = {
    "POST /api/pos/sales": (
        "individual", "/pos/sales", sale((1, 1), location_id=1, cash_received=5),
        {"lines": LINES, "lines.0.product_id": [*IDS, 999], "lines.0.quantity": [*NUMBERS, 1001],
         "payment_method": CODES, "location_id": [*IDS, 999], "cash_received": [*SUMS, 1]},
    ),
    "POST /api/pos/sales/<uuid:sale_id>/returns": (
        "individual", "/pos/sales/{sale}/returns", {"reason": "faulty"} | sale((1, 1)),
        {"lines": LINES[1:], "lines.0.product_id": IDS, "lines.0.quantity": [*NUMBERS, 2, 1001],
         "reason": [*CODES, None], "payment_method": CODES},
    ),
    "POST /api/pos/session/open": (
        "central", "/pos/session/open", {"opening_cash": 150, "location_id": 3},
        {"opening_cash": [*SUMS, None], "location_id": [*IDS, 999]},
    ),
    "POST /api/pos/session/close": (
        "individual", "/pos/session/close",
        {"cash": 150, "card": 0, "bizum": 0, "location_id": 1, "notes": "x"},
        {"cash": [*SUMS, None], "card": SUMS, "bizum": SUMS, "location_id": [*IDS, 999],
         "notes": TEXTS},
    ),
    "POST /api/customers": (
        "central", "/customers", CUSTOMER,
        {"name": [*TEXTS, "", None], "kind": CODES,
         "email": [*TEXTS, "", "a", "a@b@c", "c1@example.com"],
         "discount_percent": [*SUMS, 91], "minimum_order": SUMS, "location_id": [*IDS, 1],
         "payment_terms_days": [-1, 0.5, 181, HUGE, "1", True, [], {}],
         "delivery_from": HOURS, "delivery_to": [*HOURS, "05:59", "06:00"],
         **dict.fromkeys(("phone", "address", "city", "notes", "tax_id"), TEXTS)},
    ),
    "PUT /api/customers/<int:customer_id>": (
        "central", "/customers/1", {name: CUSTOMER[name] for name in CUSTOMER if name != "kind"},
        {"name": [*TEXTS, ""], "email": [*TEXTS, "", "a", "c2@example.com"],
         "discount_percent": [*SUMS, 91], "minimum_order": SUMS,
         "payment_terms_days": [-1, 0.5, 181, HUGE, "1", True, [], {}],
         "delivery_from": HOURS, "delivery_to": [*HOURS, "05:59", "06:00"], "notes": TEXTS},
    ),
    "PUT /api/customers/<int:customer_id>/standing-order": (
        "central", "/customers/1/standing-order",
        {"lines": [{"weekday": 1, "product_id": 1, "quantity": 1}]},
        {"lines": [None, {}, "1", [None], [7], [[]],
                   [{"weekday": 1, "product_id": 1, "quantity": 1}] * 2],
         "lines.0.weekday": [0, 8, -1, 1.5, "1", True, HUGE, []],
         "lines.0.product_id": [*IDS, 4, 999], "lines.0.quantity": NUMBERS},
    ),
    "POST /api/standing-orders/runs": (
        "central", "/standing-orders/runs", {"day": today().isoformat()},
        {"day": [*DAYS, "2020-01-01", "2200-01-01"]},
    ),
    "PUT /api/pos/sales/<uuid:sale_id>": (
        "individual", "/pos/sales/{sale}", sale((1, 1), cash_received=5),
        {"lines": LINES[1:], "lines.0.product_id": [*IDS, 999], "lines.0.quantity": NUMBERS,
         "payment_method": CODES},
    ),
    "POST /api/inventory/adjustments": (
        "individual", "/inventory/adjustments",
        {"ingredient_id": 1, "quantity": 1, "reason": "x", "lot_id": 1, "kind": "adjustment"},
        {"ingredient_id": [*IDS, 999], "quantity": [0, 0.0001, 100_001, *NUMBERS[3:]],
         "reason": [*TEXTS, "", "  "], "lot_id": [*IDS, 999, 4], "kind": [*CODES, "sale"]},
    ),
    "POST /api/orders": (
        "central", "/orders", ORDER,
        {"customer_id": [*IDS, 999], "due_on": [*DAYS, "2020-01-01"], "lines": LINES,
         "lines.0.product_id": [*IDS, 999], "lines.0.quantity": NUMBERS, "notes": TEXTS,
         "delivery_from": HOURS, "delivery_to": [*HOURS, "05:59", "06:00"]},
    ),
    "PUT /api/orders/<uuid:order_id>": (
        "central", "/orders/{order}", ORDER | {"status": "confirmed"},
        {"status": CODES, "due_on": [*DAYS, "2020-01-01"], "lines": LINES[1:],
         "lines.0.product_id": [*IDS, 999], "lines.0.quantity": NUMBERS, "notes": TEXTS,
         "delivery_from": HOURS, "delivery_to": [*HOURS, "05:59", "06:00"],
         "delivered_lines": [{}, "1", [None], [{"product_id": 1, "quantity": 1}]]},
    ),
    "POST /api/procurement/runs": (
        "central", "/procurement/runs", {"ingredient_ids": [2], "notes": "x"},
        {"ingredient_ids": [{}, "2", [], [2] * 201], "ingredient_ids.0": [*IDS, 999],
         "notes": TEXTS},
    ),
}  # fmt: skip
"""Each write: its bakery, its address, a good body, and bad values by field."""
SAID = 'Ñandú 🥖 «مخبز» \u202eabc "x"; =1+1'


def everything(api):
    """A digest of each table of the tenant."""
    with api.session() as session:
        return {
            name: session.scalar(
                text("SELECT md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), ''))"
                     f" FROM {name} AS t")
            )
            for name in TENANT_METADATA.tables
        }  # fmt: skip


def changed(body, path, value):
    """The body with another value at one place."""
    head, _, rest = path.partition(".")
    if isinstance(body, list):
        place = int(head)
        new = changed(body[place], rest, value) if rest else value
        return [*body[:place], new, *body[place + 1 :]]
    return {**body, head: changed(body[head], rest, value) if rest else value}


def address_of(api, path):
    made = {
        "sale": lambda: api.post("/pos/sales", sale((1, 1)))["id"],
        "order": lambda: api.post("/orders", ORDER)["id"],
    }
    return path.format(**{name: make() for name, make in made.items() if f"{{{name}}}" in path})


def test_the_table_has_every_write_there_is(app):
    found = {
        f"{method} {rule}"
        for rule in app.url_map.iter_rules()
        for method in rule.methods & {"POST", "PUT", "PATCH", "DELETE"}
        if operation_of(app.view_functions[rule.endpoint]) is not None
    }
    assert found == set(WRITES)


@pytest.mark.parametrize(
    ("api", "write"), [(row[0], write) for write, row in WRITES.items()], indirect=["api"]
)
def test_a_bad_field_is_named_and_nothing_is_written(api, write):
    _, path, body, bad = WRITES[write]
    method, path = write.split()[0], address_of(api, path)
    before = everything(api)
    for field, values in bad.items():
        for value in values:
            answer = api.call(method, path, json=changed(body, field, value))
            assert (answer.status, answer.code) == (422, "validation_error"), (field, value)
            named = list(answer["errors"]["json"])
            assert all(name.startswith(field) for name in named), (field, value, named)
            for sentences in answer["errors"]["json"].values():
                assert all(sentence.endswith(".") for sentence in sentences), sentences
    assert everything(api) == before
    assert api.call(method, path, json=body).status in (200, 201)


@pytest.mark.parametrize(
    ("api", "write"), [(row[0], write) for write, row in WRITES.items()], indirect=["api"]
)
def test_several_bad_fields_are_named_at_once(api, write):
    _, path, body, bad = WRITES[write]
    path = address_of(api, path)
    for field in bad:
        if "." not in field:
            body = changed(body, field, {})
    answer = api.call(write.split()[0], path, json=body)
    assert set(answer["errors"]["json"]) == {field for field in bad if "." not in field}


def test_ten_thousand_lines_are_too_many(individual, central):
    lines = [{"product_id": 1, "quantity": 1}] * 10_000
    back = f"/pos/sales/{individual.post('/pos/sales', sale((1, 1)))['id']}/returns"
    for api, path, body in (
        (individual, "/pos/sales", sale()),
        (individual, back, {"reason": "stale"}),
        (central, "/orders", ORDER),
    ):
        before = everything(api)
        answer = api.post(path, body | {"lines": lines})
        assert list(answer["errors"]["json"]) == ["lines"]
        assert everything(api) == before


def test_the_ids_of_another_bakery_are_unknown(individual, central):
    theirs = individual.post("/pos/sales", sale((1, 1)))["id"]
    before = everything(central), everything(individual)
    for name in (theirs, UNKNOWN_ID):
        assert central.put(f"/pos/sales/{name}", {"payment_method": "card"}).status == 404
        assert central.put(f"/orders/{name}", {"status": "confirmed"}).status == 404
        assert central.post(f"/pos/sales/{name}/returns", {"reason": "stale"}).status == 404
        assert central.get(f"/orders/{name}/delivery-note").status == 404
    assert (everything(central), everything(individual)) == before


def test_emoji_and_texts_from_right_to_left_are_kept_as_they_are(individual, central):
    body = {"ingredient_id": 1, "quantity": 1, "reason": SAID}
    assert individual.post("/inventory/adjustments", body)["movements"][0]["reason"] == SAID
    assert individual.get("/inventory/adjustments", q="🥖 «مخبز»")["total"] == 1
    assert central.post("/orders", ORDER | {"notes": SAID})["notes"] == SAID


def test_of_a_thing_counted_by_pieces_there_are_no_halves(individual):
    body = {"ingredient_id": 1, "quantity": 0.5, "reason": "x"}
    with individual.session() as session:
        session.execute(text("UPDATE ingredients SET unit = 'unit' WHERE id = 1"))
    answer = individual.post("/inventory/adjustments", body)
    assert list(answer["errors"]["json"]) == ["quantity"]
