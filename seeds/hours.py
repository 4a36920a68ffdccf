"""Opening hours: the half hours of a day, and how many customers each brings."""

from datetime import date

from seeds.calendar import SUNDAY, BakeryCalendar

SATURDAY = SUNDAY - 1

Hours = dict[int, float]
"""Half hours since midnight with their weights."""

# Two waves on a working day: bread and breakfast from eight to ten, bread for supper from six to
# eight; the shop is shut at siesta.
WORKING_HOURS: Hours = {
    15: 0.5, 16: 1.6, 17: 1.9, 18: 2.0, 19: 1.8, 20: 1.1, 21: 0.8, 22: 0.7, 23: 0.7, 24: 0.8,
    25: 1.0, 26: 1.1, 27: 0.9, 28: 0.4,
    34: 0.6, 35: 0.9, 36: 1.5, 37: 1.6, 38: 1.5, 39: 1.1, 40: 0.4,
}  # fmt: skip
# On Saturday people get up later and shop until lunch; on Sunday and holidays only the morning is.
SATURDAY_HOURS = WORKING_HOURS | {16: 1.3, 19: 2.2, 20: 2.0, 21: 1.8, 22: 1.6, 23: 1.5}
MORNING_HOURS: Hours = {
    16: 0.8, 17: 1.3, 18: 2.0, 19: 2.4, 20: 2.4, 21: 2.2, 22: 1.9, 23: 1.7, 24: 1.6, 25: 1.5,
    26: 1.3, 27: 1.0, 28: 0.5,
}  # fmt: skip


def hours_of(calendar: BakeryCalendar, day: date) -> Hours:
    """The hours of a day."""
    if calendar.is_morning_only(day):
        return MORNING_HOURS
    return SATURDAY_HOURS if day.weekday() == SATURDAY else WORKING_HOURS
