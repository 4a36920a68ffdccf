"""Sales: their answers, their stock movements, and what is refused."""

import pytest
from sqlalchemy import update

from app.bakery.clock import now
from app.bakery.inventory.models import ProductStock
from app.bakery.pos.models import TillSession
from tests.integration.bakery.ledger import counts, left, movements, sale


class TestSelling:
    def test_a_sale_answers_with_its_ticket(self, individual):
        answer = individual.post("/pos/sales", sale((1, 3), (2, 2)))
        assert answer.status == 201
        assert (answer["total"], answer["pieces"], answer["payment_method"]) == (6.42, 5.0, "cash")
        assert answer["lines"][0] == {
            "line_number": 1,
            "product_id": 1,
            "product_name": "Barra de pan",
            "quantity": 3.0,
            "unit_price": 1.04,
            "vat_percent": 4.0,
            "amount": 3.12,
            "returned": 0.0,
        }
        assert individual.get(f"/pos/sales/{answer['id']}").body == answer.body
        assert individual.get("/pos/sales", sort="-ticket_number").column("id")[0] == answer["id"]

    def test_a_sale_takes_the_pieces_and_notes_it_with_its_ticket(self, individual):
        ticket = individual.post("/pos/sales", sale((1, 3)))["ticket_number"]
        assert left(individual, 1) == 37
        assert movements(individual, reference=f"Ticket {ticket}") == [("sale", 1, -3)]

    def test_lines_of_the_same_product_become_one(self, individual):
        answer = individual.post("/pos/sales", sale((2, 1), (1, "2.000"), (2, 2)))
        assert [(line["product_id"], line["quantity"]) for line in answer["lines"]] == [
            (2, 3.0),
            (1, 2.0),
        ]
        assert answer["total"] == 7.03

    def test_a_sale_goes_to_the_open_till_of_its_location(self, central):
        answer = central.post("/pos/sales", sale((1, 1)))
        assert (answer["location_id"], answer["till_session_id"]) == (2, 1)
        elsewhere = central.post("/pos/sales", sale((1, 1), location_id=1))
        assert elsewhere["location_name"] == "Obrador"
        assert elsewhere["till_session_id"] != 1
        assert (left(central, 1, 2), left(central, 1, 1)) == (39, 39)

    def test_a_till_is_opened_when_none_is(self, individual):
        with individual.session() as session:
            session.execute(update(TillSession).values(closed_at=now()))
        assert individual.get("/pos/session")["is_open"] is False
        first = individual.post("/pos/sales", sale((1, 1)))
        second = individual.post("/pos/sales", sale((1, 1)))
        assert first["till_session_id"] == second["till_session_id"] != 1
        till = individual.get("/pos/session")
        assert (till["is_open"], till["tickets"], till["cash"]) == (True, 2, 2.08)
        assert till["opened_by_name"] == "cashier"

    def test_selling_more_than_the_stock_writes_nothing(self, individual):
        before = counts(individual)
        answer = individual.post("/pos/sales", sale((1, 1), (2, 13), (5, 1)))
        assert (answer.status, answer.code) == (409, "insufficient_stock")
        assert "«Cruasán» quedan 12" in answer["detail"]
        assert "«Pan de molde 100%» quedan 0" in answer["detail"]
        assert counts(individual) == before
        assert left(individual, 1) == 40

    def test_what_is_not_for_sale_is_named_by_its_line(self, individual):
        for product in (99, 4, 2**63 - 1):
            answer = individual.post("/pos/sales", sale((1, 1), (product, 1)))
            assert answer.status == 422
            assert list(answer["errors"]["json"]) == ["lines.1.product_id"]

    def test_a_location_that_is_not_there_is_refused(self, individual):
        answer = individual.post("/pos/sales", sale((1, 1), location_id=9))
        assert answer.status == 422
        assert list(answer["errors"]["json"]) == ["location_id"]

    @pytest.mark.parametrize(
        "quantity",
        [
            *(
                0,
                -1,
                1000.001,
                1001,
                0.0001,
                0.001,
                0.5,
                "1.5",
                10**30,
                1e300,
                True,
                None,
                "",
                "x",
                [1],
                {},
            ),
            *("NaN", "Infinity", "1e400", "1e-400", "0x10"),
        ],
    )
    def test_a_quantity_must_be_sane(self, individual, quantity):
        answer = individual.post("/pos/sales", sale((1, quantity)))
        assert answer.status == 422
        (sentence,) = answer["errors"]["json"]["lines.0.quantity"]
        assert sentence.endswith(".")

    @pytest.mark.parametrize("product", [True, "1", 1.5, 0, -1, 2**63, 10**400, None, [], "\x00"])
    def test_a_product_must_be_an_id(self, individual, product):
        answer = individual.post("/pos/sales", sale((product, 1)))
        assert answer.status == 422
        assert list(answer["errors"]["json"]) == ["lines.0.product_id"]

    @pytest.mark.parametrize(
        ("body", "field"),
        [
            ({}, "lines"),
            (sale(), "lines"),
            (sale(*[(1, 0.1)] * 51), "lines"),
            ({"lines": "x", "payment_method": "cash"}, "lines"),
            ({"lines": [7], "payment_method": "cash"}, "lines.0"),
            (sale((1, 1), payment_method="bitcoin"), "payment_method"),
            (sale((1, 1), payment_method=["cash"]), "payment_method"),
            (sale((1, 600), (1, 600)), "lines.1.quantity"),
            ([], "_schema"),
            ("sale", "_schema"),
            (None, "lines"),
        ],
    )
    def test_a_body_that_makes_no_sense_says_where(self, individual, body, field):
        answer = individual.post("/pos/sales", body)
        assert (answer.status, answer.code) == (422, "validation_error")
        assert field in answer["errors"]["json"]

    @pytest.mark.parametrize(
        ("data", "status"),
        [
            (b"", 422),
            (b"{", 400),
            (b"\xff\xfe", 400),
            (b"[" * 100_000, 400),
            (b"1" * 10_000, 400),
            (b'{"lines": [{"product_id": 1, "quantity": NaN}], "payment_method": "cash"}', 422),
            (b'{"lines": [{"product_id": 1, "quantity": 1e400}], "payment_method": "cash"}', 422),
            (b'{"lines": [{"product_id": 1, "quantity": -Infinity}]}', 422),
        ],
    )
    def test_bytes_that_are_no_json_are_refused_cleanly(self, individual, data, status):
        answer = individual.call("POST", "/pos/sales", data=data, content_type="application/json")
        assert answer.status == status

    def test_a_form_is_not_json(self, individual):
        answer = individual.call("POST", "/pos/sales", data={"lines": "1"})
        assert answer.status == 415

    def test_the_last_piece_is_sold_once(self, individual):
        for _ in range(5):
            with individual.session() as session:
                session.execute(
                    update(ProductStock).where(ProductStock.product_id == 3).values(quantity=1)
                )
            answers = individual.at_once(*[lambda api: api.post("/pos/sales", sale((3, 1)))] * 4)
            assert sorted(answer.status for answer in answers) == [201, 409, 409, 409]
            assert left(individual, 3) == 0

    def test_tickets_in_opposite_order_do_not_block_each_other(self, individual):
        answers = individual.at_once(
            *[
                lambda api: api.post("/pos/sales", sale((1, 1), (2, 1))),
                lambda api: api.post("/pos/sales", sale((2, 1), (1, 1))),
            ]
            * 4
        )
        assert {answer.status for answer in answers} == {201}
        assert (left(individual, 1), left(individual, 2)) == (32, 4)

    def test_concurrent_sales_open_one_till(self, individual):
        with individual.session() as session:
            session.execute(update(TillSession).values(closed_at=now()))
        answers = individual.at_once(*[lambda api: api.post("/pos/sales", sale((1, 1)))] * 4)
        assert [answer.status for answer in answers] == [201] * 4
        assert len({answer["till_session_id"] for answer in answers}) == 1
