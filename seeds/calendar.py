"""The Spanish bakery's year: weekdays, months, public holidays and what is only sold in season.

The factors are estimates, made to look right to someone who has stood behind a counter; no
customer's figures went into them. Their reasons stand beside them.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

# Monday is the week's quietest day (many bars and schools buy less, and Sunday's bread is still in
# the house); it grows towards Friday; Saturday is the big shop; Sunday is a morning alone, but
# with pastries for breakfast and bread for the family lunch.
WEEKDAY_FACTORS = (0.78, 0.92, 0.95, 1.00, 1.12, 1.45, 1.25)

# July and above all August empty the cities; December lives on Christmas; January pays for it after
# Epiphany; bread sells best in the cool months, when people eat at home.
MONTH_FACTORS = (0.98, 1.00, 1.00, 1.00, 1.02, 0.98, 0.92, 0.82, 0.98, 1.04, 1.04, 1.12)

# A holiday is a Sunday in the middle of the week. On its eve people buy for two days.
HOLIDAY_FACTOR = 1.20
EVE_FACTOR = 1.12

# The dinners of 24 and 31 December, and the roscón that the Three Kings bring on the 6th.
SPECIAL_FACTORS = {(12, 24): 1.35, (12, 31): 1.30, (1, 5): 1.55, (1, 6): 1.25}

NATIONAL_HOLIDAYS = ((1, 1), (1, 6), (5, 1), (8, 15), (10, 12), (11, 1), (12, 6), (12, 8), (12, 25))
SUNDAY = 6


class Season(StrEnum):
    """The part of the year that a product belongs to."""

    ROSCON = "roscon"
    BUNUELOS = "bunuelos"
    TORRIJAS = "torrijas"


def easter_sunday(year: int) -> date:
    """Easter by the Gregorian computus (Meeus, Jones and Butcher)."""
    golden = year % 19
    century, rest = divmod(year, 100)
    leap_centuries, century_rest = divmod(century, 4)
    moon = (century - (century + 8) // 25 + 1) // 3
    epact = (19 * golden + century - leap_centuries - moon + 15) % 30
    leaps, leap_rest = divmod(rest, 4)
    weekday = (32 + 2 * century_rest + 2 * leaps - epact - leap_rest) % 7
    late = (golden + 11 * epact + 22 * weekday) // 451
    month, day = divmod(epact + weekday - 7 * late + 114, 31)
    return date(year, month, day + 1)


def season_factor(season: Season | None, day: date) -> float:
    """The share of a product's peak demand on a day: 1 at the peak, 0 out of season."""
    if season is None:
        return 1.0
    if season is Season.ROSCON:
        return _steps(_days_to_epiphany(day), ((2, 1.0), (4, 0.5), (14, 0.28), (29, 0.10)))
    if season is Season.BUNUELOS:
        all_saints = (date(day.year, 11, 1) - day).days
        if all_saints < 0:
            return _steps(-all_saints, ((1, 1.0), (4, 0.3)))
        return _steps(all_saints, ((1, 1.0), (5, 0.4), (10, 0.2)))
    holy_week = (easter_sunday(day.year) - day).days
    return 0.4 if holy_week == -1 else _steps(holy_week, ((7, 1.0), (14, 0.45), (28, 0.2)))


def _days_to_epiphany(day: date) -> int:
    year = day.year + (1 if (day.month, day.day) > (1, 6) else 0)
    return (date(year, 1, 6) - day).days


def _steps(distance: int, steps: tuple[tuple[int, float], ...]) -> float:
    """The factor of the first step that reaches as far as `distance` days; 0 beyond the last."""
    return next((factor for reach, factor in steps if 0 <= distance <= reach), 0.0)


@dataclass(frozen=True)
class BakeryCalendar:
    """A bakery's holidays and its demand by day. It opens every day, on holidays in the morning."""

    local_holidays: tuple[tuple[int, int], ...]

    def is_holiday(self, day: date) -> bool:
        """Return True on a public holiday of Spain, of the region or of the town."""
        if (day.month, day.day) in NATIONAL_HOLIDAYS + self.local_holidays:
            return True
        before_easter = (easter_sunday(day.year) - day).days
        return before_easter in (2, 3)  # Good Friday, and Maundy Thursday in both regions.

    def is_morning_only(self, day: date) -> bool:
        """Return True on a day that ends at noon."""
        return day.weekday() == SUNDAY or self.is_holiday(day)

    def demand_factor(self, day: date) -> float:
        """The day's demand relative to an average Thursday."""
        factor = WEEKDAY_FACTORS[day.weekday()]
        if self.is_holiday(day):
            factor = max(factor, HOLIDAY_FACTOR)
        elif self.is_holiday(day + timedelta(days=1)):
            factor *= EVE_FACTOR
        special = SPECIAL_FACTORS.get((day.month, day.day), 1.0)
        return factor * MONTH_FACTORS[day.month - 1] * special

    def next_open(self, day: date) -> date:
        """The first working day, neither Sunday nor holiday, on or after `day`."""
        while day.weekday() == SUNDAY or self.is_holiday(day):
            day += timedelta(days=1)
        return day
