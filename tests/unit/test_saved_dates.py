"""By how much the dates of a saved scenario move."""

from datetime import datetime, timedelta

import pytest

from app.control.scenarios.dates import days_since, moved_by
from seeds.values import MADRID

ZONE = "Europe/Madrid"
SAVED = datetime(2026, 10, 24, 17, 30, tzinfo=MADRID)


@pytest.mark.parametrize(
    ("now", "days"),
    [
        (datetime(2026, 10, 24, 17, 30, tzinfo=MADRID), 0),
        (datetime(2026, 10, 25, 17, 29, tzinfo=MADRID), 0),
        (datetime(2026, 10, 25, 17, 30, tzinfo=MADRID), 1),
        (datetime(2027, 10, 24, 18, 0, tzinfo=MADRID), 365),
        (datetime(2026, 10, 23, 9, 0, tzinfo=MADRID), 0),
    ],
)
def test_a_day_is_over_at_the_time_of_day_of_saving(now, days):
    assert days_since(SAVED, now, ZONE) == days


def test_it_is_the_same_time_of_day_after_the_clocks_went_back():
    by = moved_by(SAVED, 1, ZONE)
    assert by == timedelta(hours=25)
    assert (SAVED.timestamp() + by.total_seconds()) == datetime(
        2026, 10, 25, 17, 30, tzinfo=MADRID
    ).timestamp()
    assert moved_by(SAVED, 0, ZONE) == timedelta(0)
