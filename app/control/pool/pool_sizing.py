"""How many tenants to keep ready: what arrives while a tenant is being replaced, within bounds.

Arrivals come by chance, so the target is their mean and two standard deviations: of forty
moments, about one finds the pool empty. The bounds are what the operator asked for, what the
server's lock table allows, and what the disk allows.
"""

import math
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, Engine

from app.demo import account_type_in
from app.settings.table import Settings
from app.sql_blocks import load_statements

_SQL = load_statements("app.control", "pool")
_FACTS = _SQL["facts"]
_ROOM = _SQL["room"]
_SIZES = _SQL["template_sizes"]

UNKNOWN_REFILL_SECONDS = 1.0
"""Until the first tenant of a template was cloned."""

LOCKS_PER_RELATION = 3
"""Dropping takes a lock on a relation, its type and its array type: measured, rounded up."""

RENEWALS_AT_ONCE = 2
"""Outdated tenants are replaced so many at a time; until then they are better than none."""

MEGABYTE = 1 << 20


@dataclass(frozen=True, slots=True)
class PoolFacts:
    """A template's tenants by state, its arrivals, and the seconds that a refill takes."""

    account_type: str
    version: int
    data_on: date | None
    last_minute: int
    last_ten_minutes: int
    waiting: int
    ready: int
    outdated: int
    cloning: int
    leased: int
    leaving: int
    refill_seconds: float | None


@dataclass(frozen=True, slots=True)
class Room:
    """The server's lock table and used bytes, and what a tenant of the template takes of them.

    `used` is None where `DEMO_DISK_MB` sets no bound.
    """

    locks: int
    used: int | None
    relations: int
    size: int


@dataclass(frozen=True, slots=True)
class PoolTarget:
    """How many tenants of a template are kept ready, and why. Sizes are in bytes."""

    account_type: str
    version: int
    data_on: date | None
    ready: int
    outdated: int
    cloning: int
    leased: int
    leaving: int
    waiting: int
    arrivals_per_minute: float
    refill_seconds: float
    floor: int
    ceiling: int
    ceiling_by: str
    target: int
    tenant_bytes: int

    @property
    def expected(self) -> float:
        """The arrivals that are expected while one tenant is replaced."""
        return self.arrivals_per_minute / 60 * self.refill_seconds

    @property
    def reason(self) -> str:
        """The target in a sentence."""
        wanted = target_size(self.expected)
        sentence = (
            f"{self.arrivals_per_minute:.1f} arrivals a minute x {self.refill_seconds:.2f} s to"
            f" refill = {self.expected:.2f} while one is replaced; with chance {wanted}"
        )
        if self.target == self.floor > wanted:
            return f"{sentence}, but at least {self.floor} ({floor_setting(self.account_type)})"
        if self.target == self.ceiling < wanted:
            return f"{sentence}, but at most {self.ceiling} ({self.ceiling_by})"
        return sentence

    def as_dict(self) -> dict[str, Any]:
        """Return all values and the reason, for programs."""
        return {**asdict(self), "reason": self.reason}


def target_size(expected: float) -> int:
    """Return how many tenants are enough, in all but few cases, for so many expected arrivals."""
    return math.ceil(expected + 2 * math.sqrt(expected))


def arrival_rate(last_minute: int, last_ten_minutes: int) -> float:
    """Return the arrivals per minute to prepare for.

    The last minute shows a rush at once; the last ten minutes keep a pause from ending it.
    """
    return max(float(last_minute), last_ten_minutes / 10)


def count_missing(size: int, *, fresh: int, outdated: int, cloning: int, waiting: int) -> int:
    """Return how many clones to begin so that the pool has `size` tenants.

    Each waiting session takes one more tenant. Outdated tenants are still good: they are replaced
    `RENEWALS_AT_ONCE` at a time, and clones under way count towards that.
    """
    missing = size + waiting - fresh - cloning
    if outdated:
        renewals = max(0, RENEWALS_AT_ONCE - cloning)
        missing = min(missing, max(renewals, missing - outdated))
    return max(0, missing)


def fetch_pool_targets(
    engine: Engine, settings: Settings, account_type: str | None = None
) -> list[PoolTarget]:
    """Return the target for each template, or for one."""
    with engine.connect() as connection:
        rows = connection.execute(_FACTS, {"account_type": account_type}).all()
        every = [PoolFacts(**row._mapping) for row in rows]
        return [
            pool_target(facts, _fetch_room(connection, facts, settings), settings)
            for facts in every
        ]


def fetch_template_sizes(engine: Engine) -> dict[str, int]:
    """Return the bytes that each template takes, by its key."""
    with engine.connect() as connection:
        return {row.key: row.size for row in connection.execute(_SIZES)}


def _fetch_room(connection: Connection, facts: PoolFacts, settings: Settings) -> Room:
    row = connection.execute(
        _ROOM, {"account_type": facts.account_type, "with_disk": settings.demo_disk_mb > 0}
    ).one()
    return Room(**row._mapping)


def floor_setting(key: str) -> str:
    """Return the setting that says how many tenants of a template are kept ready at least."""
    return "DEMO_POOL_SIZE" if key == account_type_in(key) else "DEMO_SCENARIO_POOL_SIZE"


def pool_bounds(facts: PoolFacts, room: Room, settings: Settings) -> dict[str, int]:
    """Return the most tenants that each bound allows, by the name of its setting."""
    bounds = {
        "DEMO_POOL_MAX": max(settings.demo_pool_max, settings.demo_pool_size),
        "max_locks_per_transaction": room.locks // max(1, room.relations * LOCKS_PER_RELATION),
    }
    if room.used is not None:
        kept = facts.ready + facts.outdated + facts.cloning
        left = settings.demo_disk_mb * MEGABYTE - room.used
        bounds["DEMO_DISK_MB"] = max(0, kept + left // max(1, room.size))
    return bounds


def pool_target(facts: PoolFacts, room: Room, settings: Settings) -> PoolTarget:
    """Return the target for a template."""
    bounds = pool_bounds(facts, room, settings)
    ceiling_by = min(bounds, key=lambda name: bounds[name])
    ceiling = bounds[ceiling_by]
    per_minute = arrival_rate(facts.last_minute, facts.last_ten_minutes)
    refill = UNKNOWN_REFILL_SECONDS if facts.refill_seconds is None else facts.refill_seconds
    setting = floor_setting(facts.account_type)
    floor = min(getattr(settings, setting.lower()), ceiling)
    return PoolTarget(
        account_type=facts.account_type,
        version=facts.version,
        data_on=facts.data_on,
        ready=facts.ready,
        outdated=facts.outdated,
        cloning=facts.cloning,
        leased=facts.leased,
        leaving=facts.leaving,
        waiting=facts.waiting,
        arrivals_per_minute=per_minute,
        refill_seconds=refill,
        floor=floor,
        ceiling=ceiling,
        ceiling_by=ceiling_by,
        target=max(floor, min(ceiling, target_size(per_minute / 60 * refill))),
        tenant_bytes=room.size,
    )
