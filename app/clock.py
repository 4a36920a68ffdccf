"""The present moment of the demo, which a setting shifts for tests and pictures.

Sessions, tokens and jobs keep to the real time: only what a visitor sees of the demo is shifted.
"""

from datetime import UTC, datetime, timedelta

_shift = timedelta()


def shift_clock(minutes: float) -> None:
    """Shift the demo's clock in this process, ahead or with a minus back."""
    global _shift
    _shift = timedelta(minutes=minutes)


def now() -> datetime:
    """Return the present moment of the demo, in UTC."""
    return datetime.now(UTC) + _shift
