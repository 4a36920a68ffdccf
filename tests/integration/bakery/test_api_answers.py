"""What every endpoint has in common: unknown parameters, links, ETags, tables, keys."""

import csv
import io
from uuid import uuid4

import pytest
from sqlalchemy import insert, update

from app.bakery.api.models import StoredAnswer
from app.bakery.api.operations import operation_of
from app.bakery.pos.models import Product
from app.db import TENANTS
from tests.integration.bakery.ledger import counts, left, sale
from tests.integration.bakery.lists import EVERY_LIST, LISTS


def raw(api, method, path, headers=None, **options):
    return api.app.test_client().open(
        f"/api{path}",
        method=method,
        headers={"X-Tenant-Id": str(api.tenant_id)} | (headers or {}),
        **options,
    )


def rows(response):
    text = response.data.decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=";"))


class TestParameters:
    @pytest.mark.parametrize(("api", "path"), EVERY_LIST[:3] + EVERY_LIST[-2:], indirect=["api"])
    def test_an_unknown_one_is_named_with_the_nearest(self, api, path):
        answer = api.get(path, per_pag=3, colour="red")
        assert answer.status == 422
        errors = answer["errors"]["query"]
        assert errors["per_pag"] == ["No existe este parámetro. ¿Querías decir «per_page»?"]
        assert "per_page, q, sort" in errors["colour"][0] or "Los que hay" in errors["colour"][0]

    def test_one_is_refused_where_there_are_none_and_on_writes(self, individual):
        assert individual.get("/tenant", x=1).status == 422
        before = counts(individual)
        assert individual.post("/pos/sales?dry_run=1", sale((1, 1))).status == 422
        assert counts(individual) == before

    def test_csv_is_not_asked_for_in_the_query(self, individual):
        (sentence,) = individual.get("/pos/sales", format="csv")["errors"]["query"]["format"]
        assert "Accept: text/csv" in sentence

    def test_one_that_comes_twice_is_refused(self, individual):
        assert individual.call("GET", "/pos/sales?page=1&page=2").status == 422


class TestPages:
    def test_links_lead_through_all_pages_and_keep_the_filters(self, individual):
        seen, address = [], "/api/pos/products?per_page=2&sort=-price"
        while address:
            response = raw(individual, "GET", address.removeprefix("/api"))
            assert response.status_code == 200
            seen += [item["id"] for item in response.json["items"]]
            links = {link.split('rel="')[1][:-1]: link[1:].split(">")[0]
                     for link in response.headers["Link"].split(", ")}  # fmt: skip
            assert {"first", "last"} <= set(links)
            assert ("prev" in links) == (response.json["page"] > 1)
            address = links.get("next")
        assert len(seen) == len(set(seen)) == response.json["total"]
        assert response.json["page"] == response.json["pages"] == -(-len(seen) // 2)

    def test_an_empty_list_has_one_page(self, individual):
        answer = individual.get("/pos/products", q="zzzz")
        assert (answer["pages"], answer["total"]) == (1, 0)


class TestEtags:
    @pytest.mark.parametrize("api", LISTS, indirect=True)
    def test_an_unchanged_list_is_not_sent_again(self, request, api):
        for path in LISTS[request.node.callspec.params["api"]]:
            first = raw(api, "GET", path)
            again = raw(api, "GET", path, {"If-None-Match": first.headers["ETag"]})
            assert (again.status_code, again.data) == (304, b"")
            assert again.headers["ETag"] == first.headers["ETag"]
            assert first.headers["Cache-Control"] == "private, no-cache"

    def test_a_change_gives_another_one(self, individual):
        ticket = individual.post("/pos/sales", sale((1, 1)))["id"]
        first = raw(individual, "GET", f"/pos/sales/{ticket}").headers["ETag"]
        individual.put(f"/pos/sales/{ticket}", {"payment_method": "card"})
        second = raw(individual, "GET", f"/pos/sales/{ticket}", {"If-None-Match": first})
        assert second.status_code == 200
        assert second.headers["ETag"] != first

    def test_a_change_of_what_was_not_seen_is_refused(self, individual):
        made = raw(individual, "POST", "/pos/sales", json=sale((1, 1)))
        path, seen = f"/pos/sales/{made.json['id']}", made.headers["ETag"]
        assert raw(individual, "GET", path).headers["ETag"] == seen
        card = {"payment_method": "card"}
        changed = raw(individual, "PUT", path, {"If-Match": seen}, json=card)
        assert changed.status_code == 200
        late = raw(individual, "PUT", path, {"If-Match": seen}, json={"payment_method": "cash"})
        assert (late.status_code, late.json["code"]) == (412, "precondition_failed")
        assert late.headers["ETag"] == changed.headers["ETag"]
        assert raw(individual, "GET", path).json["payment_method"] == "card"
        assert raw(individual, "PUT", path, {"If-Match": "*"}, json=card).status_code == 200
        assert raw(individual, "PUT", path, json=card).status_code == 200

    def test_of_two_corrections_of_one_version_one_is_made(self, individual):
        made = raw(individual, "POST", "/pos/sales", json=sale((1, 1)))
        path, seen = f"/pos/sales/{made.json['id']}", {"If-Match": made.headers["ETag"]}

        def correct(pieces):
            body = {"lines": [{"product_id": 1, "quantity": pieces}]}
            return lambda api: api.call("PUT", path, json=body, headers=seen)

        answers = individual.at_once(*[correct(pieces) for pieces in (2, 3, 4, 5)])
        assert sorted(answer.status for answer in answers) == [200, 412, 412, 412]
        (made,) = [answer for answer in answers if answer.status == 200]
        assert left(individual, 1) == 40 - made["pieces"]


class TestTables:
    @pytest.mark.parametrize("api", LISTS, indirect=True)
    def test_every_list_can_be_had_as_one(self, request, api):
        for path in LISTS[request.node.callspec.params["api"]]:
            response = raw(api, "GET", path, {"Accept": "text/csv"})
            assert response.status_code == 200
            assert response.headers["Content-Type"] == "text/csv; charset=utf-8"
            assert response.data.startswith(b"\xef\xbb\xbf")
            assert response.data.endswith(b"\r\n")
            head, *lines = rows(response)
            assert not [name for name in head if "_" in name or name.islower()], head
            assert len(lines) == api.get(path)["total"]
            assert {len(line) for line in lines} <= {len(head)}

    def test_numbers_codes_and_texts_are_spanish_and_harmless(self, individual):
        with individual.session() as session:
            names = {1: '=HYPERLINK("x";"y")', 2: '-2+3;"a"\n', 3: "Pan 🥖 مرحبا"}
            for number, name in names.items():
                session.execute(update(Product).where(Product.id == number).values(name=name))
        response = raw(individual, "GET", "/pos/products", {"Accept": "text/csv"})
        head, *lines = rows(response)
        found = {line[0]: dict(zip(head, line, strict=True)) for line in lines}
        assert found["1"]["Nombre"] == '\'=HYPERLINK("x";"y")'
        assert found["2"]["Nombre"] == '\'-2+3;"a"\n'
        assert found["3"]["Nombre"] == "Pan 🥖 مرحبا"
        assert found["1"]["Precio (€)"] == "1,04"
        assert found["1"]["Activo"] == "sí"

    def test_a_negative_number_stays_a_number(self, individual):
        individual.post("/pos/sales", sale((1, 3)))
        table = raw(individual, "GET", "/inventory/movements?kind=sale", {"Accept": "text/csv"})
        head, line = rows(table)
        named = dict(zip(head, line, strict=True))
        assert (named["Cantidad"], named["Tipo"], named["Unidad"]) == ("-3", "Venta", "ud.")

    def test_a_table_has_all_rows_unless_a_page_is_asked_for(self, individual):
        with individual.session() as session:
            columns = {"category": "x", "description": "", "price": 1, "vat_percent": 4}
            more = [columns | {"sku": f"X{n}", "name": f"Pan {n}"} for n in range(30)]
            session.execute(insert(Product), more)
        whole = raw(individual, "GET", "/pos/products", {"Accept": "text/csv"})
        assert len(rows(whole)) == 1 + individual.get("/pos/products")["total"] > 31
        table = raw(individual, "GET", "/pos/products?per_page=2&page=2", {"Accept": "text/csv"})
        assert len(rows(table)) == 3
        assert 'rel="next"' in table.headers["Link"]

    def test_what_there_is_not_is_not_acceptable_and_changes_nothing(self, individual):
        before = counts(individual)
        for method, path, accept in (
            ("GET", "/tenant", "text/csv"),
            ("GET", "/pos/sales", "application/xml"),
            ("POST", "/pos/sales", "text/csv"),
        ):
            body = {"json": sale((1, 1))} if method == "POST" else {}
            answer = raw(individual, method, path, {"Accept": accept}, **body)
            assert (answer.status_code, answer.json["code"]) == (406, "not_acceptable")
        assert counts(individual) == before
        page = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
        assert raw(individual, "GET", "/pos/sales", page).mimetype == "application/json"


class TestIdempotency:
    def test_the_same_request_has_one_effect_and_the_same_answer(self, individual):
        key = {"Idempotency-Key": "a" * 100}
        first = raw(individual, "POST", "/pos/sales", key, json=sale((1, 2)))
        again = raw(individual, "POST", "/pos/sales", key, json=sale((1, 2)))
        assert (first.status_code, again.status_code) == (201, 201)
        assert again.data == first.data
        assert again.headers["Idempotency-Replayed"] == "true"
        assert "Idempotency-Replayed" not in first.headers
        assert left(individual, 1) == 38

    def test_another_request_with_the_same_key_is_refused(self, central):
        key = {"Idempotency-Key": "b"}
        assert raw(central, "POST", "/pos/sales", key, json=sale((1, 2))).status_code == 201
        for path, body in (("/pos/sales", sale((1, 3))), ("/procurement/runs", {})):
            answer = raw(central, "POST", path, key, json=body)
            assert (answer.status_code, answer.json["code"]) == (422, "idempotency_key_reused")

    def test_parallel_requests_have_one_effect(self, individual):
        def sell(api):
            return api.call(
                "POST", "/pos/sales", json=sale((1, 1)), headers={"Idempotency-Key": "c"}
            )

        answers = individual.at_once(*[sell] * 6)
        assert [answer.status for answer in answers] == [201] * 6
        assert len({answer["id"] for answer in answers}) == 1
        assert left(individual, 1) == 39

    def test_one_that_takes_too_long_refuses_the_next(self, individual, monkeypatch):
        monkeypatch.setitem(individual.app.extensions[TENANTS].limits, "lock", "50ms")
        key = {"Idempotency-Key": "slow"}
        with individual.session() as session:
            row = {"key": "slow", "part": 0, "fingerprint": uuid4(), "status": 0, "body": ""}
            session.execute(insert(StoredAnswer), row)
            answer = raw(individual, "POST", "/pos/sales", key, json=sale((1, 1)))
            session.rollback()
        assert (answer.status_code, answer.json["code"]) == (409, "idempotency_in_flight")
        assert answer.headers["Retry-After"] == "1"
        assert raw(individual, "POST", "/pos/sales", key, json=sale((1, 1))).status_code == 201

    def test_what_failed_can_be_tried_again(self, individual):
        key = {"Idempotency-Key": "d"}
        short = raw(individual, "POST", "/pos/sales", key, json=sale((2, 13)))
        assert short.json["code"] == "insufficient_stock"
        assert raw(individual, "POST", "/pos/sales", key, json=sale((2, 12))).status_code == 201

    def test_a_long_answer_is_kept_whole(self, central):
        lines = [{"product_id": 1 + n % 3, "quantity": 1} for n in range(50)]
        body = {"customer_id": 1, "due_on": "2199-01-01", "lines": lines, "notes": "ñ🥐" * 150}
        key = {"Idempotency-Key": "e"}
        first = raw(central, "POST", "/orders", key, json=body)
        assert first.status_code == 201, first.json
        assert raw(central, "POST", "/orders", key, json=body).data == first.data

    @pytest.mark.parametrize("key", ["", "a" * 101, "a b", "ñ"])
    def test_a_key_must_be_short_and_plain(self, individual, key):
        answer = raw(individual, "POST", "/pos/sales", {"Idempotency-Key": key}, json=sale((1, 1)))
        assert answer.status_code == 422
        assert list(answer.json["errors"]) == ["headers"]
        assert left(individual, 1) == 40


def test_every_change_of_a_record_names_its_table(app):
    for rule in app.url_map.iter_rules():
        operation = operation_of(app.view_functions[rule.endpoint])
        if operation is not None and rule.methods & {"PUT", "PATCH"}:
            assert operation.view.record is not None, rule
