"""The baseline forecast, on sales whose pattern is known."""

from datetime import date, timedelta

import pytest

from app.bakery.forecasting.baseline import YEAR, expect, measure

TODAY = date(2026, 11, 26)
WEEKDAYS = (0, 80, 90, 100, 130, 160, 120)
"""Closed on Mondays."""


def bakery(pieces=lambda day: WEEKDAYS[day.weekday()], days=500):
    every = [TODAY - timedelta(n) for n in range(1, days)]
    opened = {day for day in every if WEEKDAYS[day.weekday()]}
    return {day: float(pieces(day)) for day in opened}, opened


def test_a_week_that_repeats_is_foreseen_exactly():
    sold, opened = bakery()
    for ahead in range(14):
        day = TODAY + timedelta(ahead)
        assert expect(sold, opened, day, TODAY) == WEEKDAYS[day.weekday()]
    quality = measure(sold, opened, TODAY)
    assert (quality.wape, quality.mape, quality.bias, quality.days) == (0, 0, 0, 24)


def test_the_season_of_last_year_comes_again():
    december = date(2025, 12, 1)
    sold, opened = bakery(lambda day: 150 if december <= day <= december + timedelta(30) else 100)
    assert expect(sold, opened, date(2026, 12, 8), TODAY) == pytest.approx(150)
    assert expect(sold, opened, TODAY, TODAY) == pytest.approx(100, abs=20)


def test_one_wild_day_of_last_year_does_not_make_a_season():
    sold, opened = bakery(lambda day: 5000 if day == TODAY + timedelta(7) - YEAR else 100)
    assert expect(sold, opened, TODAY + timedelta(7), TODAY) == 200


def test_what_sold_last_year_at_this_time_and_not_since_is_foreseen():
    sold, opened = bakery(lambda day: 40 if day < date(2026, 1, 7) else 0)
    assert expect(sold, opened, date(2026, 12, 23), TODAY) == 40


def test_the_error_is_that_of_days_foreseen_the_day_before():
    sold, opened = bakery(lambda day: 100 if day < TODAY - timedelta(28) else 200, days=120)
    quality = measure(sold, opened, TODAY)
    assert quality.wape > quality.naive_wape > 10  # it learns slowly, and says so
    assert quality.bias < 0
    first = expect(sold, opened, TODAY - timedelta(28), TODAY - timedelta(28))
    assert first == 100


def test_with_little_to_go_by_nothing_is_said():
    sold, opened = bakery(days=10)
    assert measure(sold, opened, TODAY) is None
    assert measure({}, opened, TODAY) is None
