"""The error of the models by week: what they said, beside what the shops sold."""

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import delete

from app.bakery.clock import now, today
from app.bakery.forecasting.accuracy import WEEK, WEEKS, measure_weeks
from app.bakery.forecasting.models import ForecastModel, ForecastPrediction
from app.bakery.pos.models import Sale, SaleLine
from app.bakery.sales.models import SalesChannel, SalesHistory

pytestmark = pytest.mark.parametrize("postgres", ["18"], indirect=True)

MONDAY = today() - timedelta(days=today().weekday())


@pytest.fixture
def weeks(individual):
    """Gives a week's models so many pieces to say of each day, and the shop so many to sell."""
    with individual.session() as session:
        for table in (SaleLine, Sale, SalesHistory, ForecastPrediction):
            session.execute(delete(table))
        model = session.query(ForecastModel).order_by(ForecastModel.id).first()
        known = (model.id, model.product_id)

    def fill(week, foreseen, sold, channel=SalesChannel.SHOP):
        with individual.session() as session:
            for n in range(7):
                day = week + timedelta(days=n)
                if foreseen is not None:
                    bounds = {"lower_bound": 0, "upper_bound": 0, "quantity": foreseen}
                    session.add(ForecastPrediction(model_id=known[0], predicted_for=day, **bounds))
                if sold is not None:
                    session.add(
                        SalesHistory(
                            day=day, location_id=1, channel=channel, tickets=1,
                            product_ids=[known[1]], quantities=[sold], cents=[100],
                        )
                    )  # fmt: skip

    def measured():
        with individual.session() as session:
            return {row.pop("week"): row for row in measure_weeks(session)}

    fill.measured = measured
    return fill


def test_errors_add_up_over_the_days_of_a_week(weeks):
    two, one = MONDAY - 2 * WEEK, MONDAY - WEEK
    weeks(two, None, 10)
    weeks(one, 9, 12)
    weeks(one, None, 50, SalesChannel.TRADE)
    (found,) = weeks.measured().items()
    assert found == (
        one,
        {
            "days": 7,
            "sold": Decimal(84),
            "error_percent": 25,
            "naive_error_percent": Decimal(100) / 6,
            "bias_percent": -25,
        },
    )


def test_what_was_foreseen_and_not_sold_counts_on_a_day_that_was_open(weeks, individual):
    weeks(MONDAY - 2 * WEEK, None, 10)
    weeks(MONDAY - WEEK, 10, 10)
    with individual.session() as session:
        other = ForecastModel(
            product_id=2, algorithm="a", version="1", trained_at=now(), training_days=1,
            error_percent=1, parameters={},
        )  # fmt: skip
        session.add(other)
        session.flush()
        bounds = {"lower_bound": 0, "upper_bound": 0, "quantity": 35}
        day = MONDAY - WEEK
        session.add(ForecastPrediction(model_id=other.id, predicted_for=day, **bounds))
    assert weeks.measured()[MONDAY - WEEK]["error_percent"] == 50


def test_days_without_sales_and_weeks_long_ago_or_to_come_are_left_out(weeks):
    weeks(MONDAY - WEEK, 5, None)
    weeks(MONDAY + WEEK, 5, None)
    weeks(MONDAY - (WEEKS + 2) * WEEK, 5, 5)
    weeks(MONDAY - (WEEKS + 3) * WEEK, 5, 5)
    assert weeks.measured() == {}


@pytest.mark.parametrize("closed", [MONDAY - WEEK, MONDAY - 2 * WEEK])
def test_a_closed_day_is_left_out_and_so_is_the_one_a_week_after(weeks, individual, closed):
    weeks(MONDAY - 2 * WEEK, None, 10)
    weeks(MONDAY - WEEK, 10, 10)
    with individual.session() as session:
        session.execute(delete(SalesHistory).where(SalesHistory.day == closed))
    found = weeks.measured()[MONDAY - WEEK]
    assert (found["days"], found["error_percent"]) == (6, 0)
