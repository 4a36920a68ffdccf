"""The pool's arithmetic: its target, the bounds, the reason, and the clones that are missing."""

from datetime import date

import pytest

from app.control.pool.pool_sizing import (
    MEGABYTE,
    PoolFacts,
    Room,
    arrival_rate,
    count_missing,
    pool_bounds,
    pool_target,
    target_size,
)
from app.settings.table import Settings

NOTHING = {
    "account_type": "notes", "version": 1, "data_on": date(2026, 1, 1), "last_minute": 0,
    "last_ten_minutes": 0, "waiting": 0, "ready": 0, "outdated": 0, "cloning": 0, "leased": 0,
    "leaving": 0, "refill_seconds": 1.0,
}  # fmt: skip
ROOMY = Room(locks=1_000_000, used=None, relations=10, size=MEGABYTE)


def facts(**known):
    return PoolFacts(**(NOTHING | known))


def settings(**values):
    return Settings(
        _env_file=None,
        database_url="postgresql://nobody@127.0.0.1:1/none",
        redis_url="redis://127.0.0.1:1/0",
        jwt_secret="s" * 32,
        **({"demo_pool_size": 2, "demo_pool_max": 50, "demo_disk_mb": 0} | values),
    )


@pytest.mark.parametrize(
    ("expected", "size"), [(0, 0), (0.01, 1), (0.25, 2), (1, 3), (2, 5), (4, 8), (100, 120)]
)
def test_the_target_is_the_mean_and_two_standard_deviations_rounded_up(expected, size):
    assert target_size(expected) == size


def test_a_rush_counts_at_once_and_ten_minutes_outlast_a_pause():
    assert arrival_rate(30, 30) == 30
    assert arrival_rate(0, 60) == 6
    assert arrival_rate(6, 60) == 6
    assert arrival_rate(0, 0) == 0


def test_arrivals_of_the_last_ten_minutes_keep_the_target_up():
    now = pool_target(facts(last_ten_minutes=600, refill_seconds=4.0), ROOMY, settings())
    assert (now.arrivals_per_minute, now.expected, now.target) == (60, 4, 8)


def test_until_a_tenant_was_cloned_a_refill_is_taken_for_a_second():
    unknown = pool_target(facts(last_minute=240, refill_seconds=None), ROOMY, settings())
    assert (unknown.refill_seconds, unknown.target) == (1.0, 8)


def test_the_target_is_at_least_the_floor_and_says_so():
    target = pool_target(facts(), ROOMY, settings())
    assert (target.target, target.floor) == (2, 2)
    assert target.reason.endswith("with chance 0, but at least 2 (DEMO_POOL_SIZE)")


def test_the_target_is_at_most_the_ceiling_and_names_the_setting():
    target = pool_target(facts(last_minute=240), ROOMY, settings(demo_pool_max=5))
    assert (target.target, target.ceiling, target.ceiling_by) == (5, 5, "DEMO_POOL_MAX")
    assert target.reason.endswith("with chance 8, but at most 5 (DEMO_POOL_MAX)")


def test_a_target_between_the_bounds_is_the_estimate_alone():
    target = pool_target(facts(last_minute=120, refill_seconds=2.0), ROOMY, settings())
    assert target.target == 8
    assert target.reason == (
        "120.0 arrivals a minute x 2.00 s to refill = 4.00 while one is replaced; with chance 8"
    )


def test_a_bound_that_changes_nothing_is_not_given_as_the_reason():
    for bounds in ({"demo_pool_max": 8}, {"demo_pool_size": 8}):
        target = pool_target(facts(last_minute=240), ROOMY, settings(**bounds))
        assert target.target == 8
        assert target.reason.endswith("with chance 8")


def test_a_pool_size_above_the_maximum_raises_the_maximum():
    bounds = pool_bounds(facts(), ROOMY, settings(demo_pool_size=9, demo_pool_max=5))
    assert bounds["DEMO_POOL_MAX"] == 9


def test_the_lock_table_bounds_by_three_locks_a_relation():
    room = Room(locks=6400, used=None, relations=100, size=MEGABYTE)
    assert pool_bounds(facts(), room, settings())["max_locks_per_transaction"] == 21
    target = pool_target(facts(last_minute=6000), room, settings())
    assert (target.target, target.ceiling_by) == (21, "max_locks_per_transaction")
    empty = Room(locks=6400, used=None, relations=0, size=MEGABYTE)
    assert pool_bounds(facts(), empty, settings())["max_locks_per_transaction"] == 6400


def test_the_disk_bounds_by_what_is_left_and_what_the_pool_has_already():
    room = Room(locks=1_000_000, used=90 * MEGABYTE, relations=10, size=2 * MEGABYTE)
    pool = facts(ready=3, outdated=2, cloning=1, leased=40, leaving=7)
    assert pool_bounds(pool, room, settings(demo_disk_mb=100))["DEMO_DISK_MB"] == 6 + 5
    full = Room(locks=1_000_000, used=200 * MEGABYTE, relations=10, size=2 * MEGABYTE)
    assert pool_bounds(pool, full, settings(demo_disk_mb=100))["DEMO_DISK_MB"] == 0
    assert "DEMO_DISK_MB" not in pool_bounds(pool, ROOMY, settings())


def test_a_tenant_that_fits_only_in_part_does_not_fit():
    room = Room(locks=1_000_000, used=89 * 1024 * 1024, relations=10, size=2 * 1024 * 1024)
    assert pool_bounds(facts(), room, settings(demo_disk_mb=100))["DEMO_DISK_MB"] == 5


def test_the_floor_gives_way_to_the_ceiling():
    full = Room(locks=1_000_000, used=MEGABYTE, relations=10, size=MEGABYTE)
    target = pool_target(facts(), full, settings(demo_disk_mb=1))
    assert (target.floor, target.target, target.ceiling_by) == (0, 0, "DEMO_DISK_MB")


NONE = {"fresh": 0, "outdated": 0, "cloning": 0, "waiting": 0}


@pytest.mark.parametrize(
    ("counts", "missing"),
    [
        ({}, 4),
        ({"fresh": 3}, 1),
        ({"fresh": 9}, 0),
        ({"cloning": 1}, 3),
        ({"waiting": 2}, 6),
        ({"fresh": 4, "waiting": 1}, 1),
        # Outdated tenants are good until they are replaced, two at a time …
        ({"outdated": 4}, 2),
        # … and clones under way are among these two.
        ({"outdated": 4, "cloning": 1}, 1),
        ({"outdated": 4, "cloning": 2}, 0),
        ({"outdated": 4, "cloning": 3}, 0),
        # What the outdated do not cover is cloned at once.
        ({"outdated": 1}, 3),
        ({"outdated": 1, "cloning": 2}, 1),
        ({"outdated": 4, "waiting": 3}, 3),
        # The last one is not replaced by two.
        ({"outdated": 1, "fresh": 3}, 1),
    ],
)
def test_the_missing_clones_of_a_pool_of_four(counts, missing):
    assert count_missing(4, **(NONE | counts)) == missing
