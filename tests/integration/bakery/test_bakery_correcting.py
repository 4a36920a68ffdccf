"""Correcting tickets: the ticket and the stock stay consistent."""

import pytest
from sqlalchemy import update

from app.bakery.inventory.models import ProductStock
from app.bakery.pos.models import Product
from tests.integration.bakery.ledger import UNKNOWN_ID, left, movements, sale


class TestCorrecting:
    def test_stock_moves_by_the_difference_and_prices_stay(self, individual):
        ticket = individual.post("/pos/sales", sale((1, 3), (2, 2)))
        with individual.session() as session:
            session.execute(update(Product).values(price=Product.price * 2))
        answer = individual.put(
            f"/pos/sales/{ticket['id']}", {"lines": sale((1, 1), (3, 2))["lines"]}
        )
        assert answer.status == 200
        assert (answer["status"], answer["total"]) == ("corrected", 8.24)  # 1.04 and twice 3.60
        assert (left(individual, 1), left(individual, 2), left(individual, 3)) == (39, 12, 3)
        reference = f"Ticket {ticket['ticket_number']}"
        assert movements(individual, reference=reference, kind="correction") == [
            ("correction", 1, 2),
            ("correction", 2, 2),
            ("correction", 3, -2),
        ]

    def test_the_payment_method_can_change_alone(self, individual):
        ticket = individual.post("/pos/sales", sale((1, 3)))
        answer = individual.put(f"/pos/sales/{ticket['id']}", {"payment_method": "card"})
        assert (answer["payment_method"], answer["status"]) == ("card", "corrected")
        assert answer["lines"] == ticket["lines"]
        assert left(individual, 1) == 37

    def test_a_ticket_sent_back_as_it_was_read_is_not_a_correction(self, individual):
        ticket = individual.post("/pos/sales", sale((1, 3)))
        answer = individual.put(f"/pos/sales/{ticket['id']}", ticket.body)
        assert answer.status == 200
        assert answer.body == ticket.body

    def test_a_product_that_is_not_sold_any_more_can_stay_on_its_ticket(self, individual):
        ticket = individual.post("/pos/sales", sale((1, 3)))
        with individual.session() as session:
            session.execute(update(Product).values(is_active=False))
        path = f"/pos/sales/{ticket['id']}"
        assert individual.put(path, {"lines": sale((1, 2))["lines"]}).status == 200
        assert individual.put(path, {"lines": sale((2, 2))["lines"]}).status == 422

    def test_more_than_there_is_changes_nothing(self, individual):
        ticket = individual.post("/pos/sales", sale((1, 3)))
        path = f"/pos/sales/{ticket['id']}"
        answer = individual.put(path, {"lines": sale((1, 1), (2, 13))["lines"]})
        assert (answer.status, answer.code) == (409, "insufficient_stock")
        assert individual.get(path).body == ticket.body
        assert left(individual, 1) == 37

    def test_pieces_come_back_to_a_shelf_that_had_none(self, central):
        with central.session() as session:
            session.add(ProductStock(product_id=5, location_id=2, quantity=1))
        ticket = central.post("/pos/sales", sale((5, 1)))
        with central.session() as session:
            session.delete(session.get(ProductStock, (5, 2)))
        central.put(f"/pos/sales/{ticket['id']}", {"lines": sale((1, 1))["lines"]})
        assert left(central, 5, 2) == 1

    @pytest.mark.parametrize(
        "body", [{}, {"lines": []}, {"lines": None}, {"total": 1}, {"payment_method": "gold"}]
    )
    def test_a_correction_of_nothing_is_refused(self, individual, body):
        ticket = individual.post("/pos/sales", sale((1, 3)))
        assert individual.put(f"/pos/sales/{ticket['id']}", body).status == 422

    def test_an_unknown_ticket_is_not_found(self, individual):
        assert individual.put(f"/pos/sales/{UNKNOWN_ID}", {"payment_method": "card"}).status == 404

    def test_concurrent_corrections_keep_stock_and_ticket_consistent(self, individual):
        ticket = individual.post("/pos/sales", sale((1, 3)))
        path = f"/pos/sales/{ticket['id']}"
        answers = individual.at_once(
            *(
                lambda api, n=n: api.put(path, {"lines": sale((1, n))["lines"]})
                for n in range(4, 10)
            )
        )
        assert {answer.status for answer in answers} == {200}
        assert individual.get(path)["lines"][0]["quantity"] == 40 - left(individual, 1)
