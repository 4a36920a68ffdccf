"""The bakery's year: holidays, seasons and how busy a day is."""

from datetime import date, timedelta

import pytest

from seeds.calendar import BakeryCalendar, Fiesta, Season, easter_sunday, season_factor
from seeds.hours import MORNING_HOURS, SATURDAY_HOURS, WORKING_HOURS

YEAR = [date(2026, 1, 1) + timedelta(days=n) for n in range(365)]


@pytest.fixture
def calendar():
    return BakeryCalendar(local_holidays=((4, 23),))


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


def test_saturday_is_busier_than_tuesday_and_monday_is_the_quietest(calendar):
    week = [calendar.demand_factor(date(2026, 6, 8) + timedelta(days=n)) for n in range(7)]
    assert min(week) == week[0]
    assert max(week) == week[5]
    assert week[5] > 1.4 * week[1]


@pytest.mark.parametrize(
    ("season", "first", "last", "peak"),
    [
        (Season.ROSCON, (12, 8), (1, 6), (1, 5)),
        (Season.SAN_VALERO, (1, 23), (1, 29), (1, 29)),
        (Season.TORRIJAS, (3, 8), (4, 6), (4, 3)),
        (Season.EASTER, (3, 27), (4, 6), (4, 5)),
        (Season.ALL_SAINTS, (10, 18), (11, 4), (10, 31)),
        (Season.BUNUELOS, (10, 22), (11, 5), (11, 1)),
        (Season.CHRISTMAS, (12, 1), (1, 6), (12, 23)),
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


def test_a_working_day_has_a_siesta_and_a_holiday_only_a_morning(calendar):
    morning_and_evening = ((450, 870), (1020, 1230))
    assert calendar.opening_hours(date(2026, 6, 10)) == morning_and_evening
    assert calendar.opening_hours(date(2026, 6, 13)) == morning_and_evening  # A Saturday.
    for day in (date(2026, 6, 14), date(2026, 10, 12), date(2026, 4, 23), date(2026, 12, 24)):
        assert calendar.opening_hours(day) == ((480, 870),), day


def test_christmas_and_new_year_are_mornings(calendar):
    for day in (date(2026, 1, 1), date(2026, 12, 25)):
        assert calendar.opening_hours(day) == ((480, 870),)


@pytest.mark.parametrize(
    ("halves", "day"),
    [
        (WORKING_HOURS, date(2026, 6, 10)),
        (SATURDAY_HOURS, date(2026, 6, 13)),
        (MORNING_HOURS, date(2026, 6, 14)),
    ],
)
def test_customers_come_while_the_shop_is_open(calendar, halves, day):
    hours = calendar.opening_hours(day)
    for half in halves:
        assert any(opens <= 30 * half < closes for opens, closes in hours), half


def test_a_fiesta_lasts_from_its_first_to_its_last_day():
    pilar = Fiesta("Fiestas del Pilar", (10, 4), (10, 12), 1.18)
    assert [pilar.is_on(date(2026, 10, day)) for day in (3, 4, 12, 13)] == [
        False,
        True,
        True,
        False,
    ]
