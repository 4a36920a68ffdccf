"""The lists of a bakery with many rows read them by its indexes; plans, not times."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.dialects import postgresql

from app.bakery.clock import today
from app.bakery.inventory.service import select_ingredients, select_movements
from app.bakery.pos.service import select_sales
from app.bakery.sales.sold import pieces_by_day, sold_by_day, sold_by_product

pytestmark = pytest.mark.parametrize("postgres", ["18"], indirect=True)


def plan_of(api, statement):
    """The plan, as it would be if the tables were too long to be read whole."""
    options = {"literal_binds": True}
    words = statement.compile(dialect=postgresql.dialect(), compile_kwargs=options)
    with api.session() as session:
        session.execute(text("SET LOCAL enable_seqscan = off"))
        return "\n".join(session.connection().exec_driver_sql(f"EXPLAIN {words}").scalars())


def test_stock_is_summed_over_the_lots_that_are_left(individual):
    plan = plan_of(individual, select_ingredients())
    assert plan.count("stock_lots_available_idx") >= plan.count("on stock_lots") > 0


def test_tickets_and_movements_are_counted_without_what_they_refer_to(individual):
    for statement in (select_sales(), select_movements()):
        plan = plan_of(individual, select(func.count()).select_from(statement.subquery()))
        assert "Join" not in plan
        assert "Loop" not in plan


def test_sales_of_a_period_read_one_range_of_tickets_and_one_of_lines(individual):
    last = today()
    for sold in (sold_by_day, sold_by_product, pieces_by_day):
        plan = plan_of(individual, select(sold(last - timedelta(days=29), last)))
        assert "sales_sold_at_idx" in plan
        lines = plan[plan.index("sale_lines_pkey") :].split("Index Cond:")[1].splitlines()[0]
        assert "ticket_number >=" in lines
        assert "ticket_number <=" in lines
