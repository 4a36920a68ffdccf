"""The bakery's endpoints: every path, list and filter."""

import re

import pytest
from sqlalchemy import insert

from app.bakery.pos.models import Product
from tests.integration.bakery.lists import EVERY_LIST

NONSENSE = [
    {"per_page": 0},
    {"per_page": 1_000},
    {"per_page": "x"},
    {"page": "1.5"},
    {"page": "9" * 5000},
    {"q": "a\x00b"},
    {"q": "a" * 101},
    {"sort": "\x00"},
]
PAGES = ["/tenant", "/inventory/summary", "/pos/session", "/auth/me"]


@pytest.mark.parametrize(("api", "path"), EVERY_LIST, indirect=["api"])
class TestEveryList:
    def test_has_items_and_the_page_it_is(self, api, path):
        answer = api.get(path, per_page=2)
        assert answer.status == 200, answer.body
        assert set(answer.body) == {"items", "page", "per_page", "pages", "total"}
        assert (answer["page"], answer["per_page"]) == (1, 2)
        assert len(answer["items"]) == min(2, answer["total"])

    def test_takes_one_statement_and_three_round_trips(self, api, path):
        api.get(path)
        with api.statements() as seen, api.round_trips() as trips:
            assert api.get(path).status == 200
        assert len(seen) == 1, seen
        assert len(trips) == 3, trips

    def test_names_what_it_can_be_sorted_by_and_sorts_by_each(self, api, path):
        refused = api.get(path, sort="password")
        assert (refused.status, refused.code) == (422, "validation_error")
        (sentence,) = refused["errors"]["query"]["sort"]
        names = sentence.removeprefix("Se puede ordenar por: ").partition(";")[0].split(", ")
        assert names
        for name in names:
            up, down = api.get(path, sort=name), api.get(path, sort=f"-{name}")
            assert (up.status, down.status) == (200, 200)
            assert up["total"] == down["total"]

    def test_refuses_a_page_before_the_first_and_one_beyond_the_last(self, api, path):
        assert api.get(path, page=0).status == 422
        for page in (2_000, 10**30):
            beyond = api.get(path, page=page)
            assert (beyond.status, beyond.code) == (404, "page_out_of_range")

    def test_refuses_nonsense_and_says_where(self, api, path):
        for query in NONSENSE:
            answer = api.get(path, **query)
            assert answer.status == 422, query
            assert set(answer["errors"]["query"]) == set(query)

    def test_finds_nothing_for_words_that_are_nowhere(self, api, path):
        answer = api.get(path, q="zzzz")
        assert answer.status == 200
        assert answer["items"] == []


@pytest.mark.parametrize("api", ["individual", "central"], indirect=True)
@pytest.mark.parametrize("path", PAGES)
def test_pages_of_both_business_models_are_there(api, path):
    assert api.get(path).status == 200


@pytest.mark.parametrize(
    ("api", "method", "path"),
    [
        ("central", "GET", "/recipes"),
        ("central", "GET", "/production/plan"),
        ("individual", "GET", "/suppliers"),
        ("individual", "GET", "/customers"),
        ("individual", "POST", "/orders"),
        ("individual", "PUT", "/orders/0f0f0f0f-0f0f-4f0f-8f0f-0f0f0f0f0f0f"),
        ("individual", "POST", "/procurement/runs"),
    ],
    indirect=["api"],
)
def test_a_module_that_the_business_model_lacks_is_not_there_whatever_is_sent(api, method, path):
    answer = api.call(method, path)
    assert (answer.status, answer.code) == (404, "module_unavailable")


def test_without_a_tenant_there_is_no_data(individual):
    for header in ("", "1", "00000000-0000-4000-8000-00000000ffff"):
        answer = individual.call("GET", "/tenant", headers={"X-Tenant-Id": header})
        assert answer.status == 401


def test_the_tenant_has_its_profile_its_places_and_its_modules(central):
    answer = central.get("/tenant")
    assert answer["name"] == "La Espiga"
    assert [place["kind"] for place in answer["locations"]] == ["workshop", "shop", "shop"]
    assert "orders" in answer["modules"]
    assert "recipes" not in answer["modules"]


def test_me_is_the_owner_and_the_password_cannot_be_changed(individual):
    me = individual.get("/auth/me")
    assert (me["role"], me["business_name"]) == ("owner", "La Espiga")
    refused = individual.put("/auth/password", {"password": "x"})
    assert (refused.status, refused.code) == (403, "demo_restriction")


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("azucar", ["Azúcar"]),
        ("AZÚCAR", ["Azúcar"]),
        ("ñora", ["Ñora 50%_seca"]),
        ("NORA", ["Ñora 50%_seca"]),
        ("%", ["Ñora 50%_seca"]),
        ("_", ["Ñora 50%_seca"]),
        ("i2", ["Mantequilla"]),
        ("\\", []),
    ],
)
def test_search_ignores_accents_and_capitals_and_takes_wildcards_literally(
    individual, words, found
):
    assert individual.get("/inventory/ingredients", q=words).column("name") == found


def test_names_sort_as_in_a_dictionary_whatever_the_collation(individual):
    names = individual.get("/inventory/ingredients").column("name")
    assert names == ["Azúcar", "Harina de trigo", "Mantequilla", "Ñora 50%_seca"]


def test_pages_of_equals_neither_repeat_nor_lose_anything(individual):
    with individual.session() as session:
        session.execute(
            insert(Product),
            [
                {
                    "sku": f"X{n}", "name": f"Pan {n}", "category": "Igual", "description": "",
                    "price": 1, "vat_percent": 4,
                }
                for n in range(30)
            ],
        )  # fmt: skip
    seen = []
    for page in range(1, 5):
        query = {"category": "Igual", "sort": "-price", "per_page": 9, "page": page}
        seen += individual.get("/pos/products", **query).column("id")
    assert len(seen) == len(set(seen)) == 30


@pytest.mark.parametrize(
    "path",
    [
        "/inventory/ingredients/99",
        "/inventory/ingredients/99999999999999999999999",
        "/pos/products/0",
        "/pos/sales/0f0f0f0f-0f0f-4f0f-8f0f-0f0f0f0f0f0f",
        "/pos/sales/nothing",
        "/recipes/77",
        "/production/batches/77",
    ],
)
def test_what_does_not_exist_is_not_found(individual, path):
    assert individual.get(path).status == 404


@pytest.mark.parametrize(
    "query",
    [
        {"from": "yesterday"},
        {"from": "2025-02-30"},
        {"from": "0001-01-01"},
        {"from": "1735689600"},
        {"to": "9999-12-31"},
        {"kind": "theft"},
        {"product_id": "1e3"},
        {"product_id": str(2**63)},
        {"ingredient_id": "-1"},
    ],
)
def test_filters_that_make_no_sense_are_named(individual, query):
    answer = individual.get("/inventory/movements", **query)
    assert answer.status == 422
    (sentence,) = answer["errors"]["query"][next(iter(query))]
    assert sentence.endswith(".")
    assert "Input" not in sentence


def test_the_openapi_document_describes_every_operation(individual):
    response = individual.app.test_client().get("/openapi.json")
    assert response.status_code == 200
    document = response.json
    assert document["openapi"].startswith("3.1")
    assert "post" in document["paths"]["/api/pos/sales"]
    schemas = document["components"]["schemas"]
    assert schemas["SaleDetail"]["properties"]["total"]["type"] == "number"
    references = re.findall(r'"#/components/schemas/([^"]+)"', response.text)
    assert set(references) <= set(schemas)
    names = {item["name"] for item in document["paths"]["/api/orders"]["get"]["parameters"]}
    assert {"page", "per_page", "sort", "q", "from", "to", "overdue"} <= names
