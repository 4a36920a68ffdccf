"""Checks that the clocks of this process, of Postgres and of Redis agree."""

import time
from collections.abc import Iterator

from app.control.operators.doctor.finding import Finding, failed, ok
from app.control.services import ControlServices
from app.sql_blocks import load_statements

MOST_SECONDS = 2.0
"""Tokens and the ends of sessions bear so much."""

_CLOCK = load_statements("app.control", "doctor")["clock"]


def check_clocks(services: ControlServices) -> Iterator[Finding]:
    """Compare each clock with ours, at the middle of the question."""
    with services.engine.connect() as connection:
        connection.execute(_CLOCK)  # the connection is there now
        before = time.time()
        seconds = float(connection.execute(_CLOCK).scalar_one())
        yield _compare("Postgres", seconds, before)
    before = time.time()
    whole, millionths = services.redis.time()
    yield _compare("Redis", whole + millionths / 1e6, before)


def _compare(where: str, seconds: float, before: float) -> Finding:
    skew = seconds - (before + time.time()) / 2
    check, what = f"clocks.{where.lower()}", f"{where}' clock differs by {skew:+.1f} s from ours"
    if abs(skew) <= MOST_SECONDS:
        return ok(check, what)
    return failed(
        check, what, "sessions end too soon or too late, and tokens are refused",
        "Synchronise the hosts' clocks: timedatectl set-ntp true",
    )  # fmt: skip
