"""The bakery's year: holidays, seasons and how busy a day is."""

from datetime import date, timedelta

import pytest

from seeds.calendar import BakeryCalendar, Season, easter_sunday, season_factor

YEAR = [date(2026, 1, 1) + timedelta(days=n) for n in range(365)]


@pytest.fixture
def calendar():
    return BakeryCalendar(local_holidays=((4, 23),), today=date(2026, 12, 25))


@pytest.mark.parametrize(
    ("year", "easter"),
    [
        (2024, date(2024, 3, 31)),
        (2025, date(2025, 4, 20)),
        (2026, date(2026, 4, 5)),
        (2027, date(2027, 3, 28)),
        (2038, date(2038, 4, 25)),
    ],
)
def test_easter_is_when_the_church_says(year, easter):
    assert easter_sunday(year) == easter


def test_holidays_are_national_local_and_those_before_easter(calendar):
    for day in (date(2026, 10, 12), date(2026, 4, 23), date(2026, 4, 2), date(2026, 4, 3)):
        assert calendar.is_holiday(day), day
    assert not calendar.is_holiday(date(2026, 4, 1))


def test_the_bakery_is_closed_at_christmas_unless_that_is_today(calendar):
    assert calendar.is_open(date(2026, 12, 25))
    assert not calendar.is_open(date(2025, 12, 25))
    assert not calendar.is_open(date(2026, 1, 1))


def test_saturday_is_busier_than_tuesday_and_monday_is_the_quietest(calendar):
    week = [calendar.demand_factor(date(2026, 6, 8) + timedelta(days=n)) for n in range(7)]
    assert min(week) == week[0]
    assert max(week) == week[5]
    assert week[5] > 1.4 * week[1]


@pytest.mark.parametrize(
    ("season", "first", "last", "peak"),
    [
        (Season.ROSCON, (12, 8), (1, 6), (1, 5)),
        (Season.BUNUELOS, (10, 22), (11, 5), (11, 1)),
        (Season.TORRIJAS, (3, 8), (4, 6), (4, 3)),
    ],
)
def test_a_product_of_the_season_is_sold_in_its_season_alone(season, first, last, peak):
    def in_season(day):
        place = (day.month, day.day)
        return place >= first or place <= last if first > last else first <= place <= last

    for day in YEAR:
        assert (season_factor(season, day) > 0) == in_season(day), day
    assert season_factor(season, date(2026, *peak)) == 1


def test_what_has_no_season_is_sold_all_year():
    assert {season_factor(None, day) for day in YEAR} == {1}
