"""What the seeds say of counts, batches and purchases agrees with the ledger."""

from collections import Counter, defaultdict
from datetime import datetime
from functools import cache

import pytest

from seeds.catalogue.la_espiga import LA_ESPIGA
from seeds.catalogue.san_pablo import SAN_PABLO
from seeds.templates import PROFILES, build_template
from seeds.values import MADRID


@cache
def tables(profile):
    return build_template(profile, datetime(2026, 11, 24, 19, tzinfo=MADRID), 0.2).tables


@pytest.mark.parametrize("profile", PROFILES, ids=lambda profile: profile.account_type)
def test_what_counts_found_missing_is_what_the_ledger_lost(profile):
    rows = tables(profile)
    heads = {row["id"]: row for row in rows["stock_counts"]}
    lost = Counter()
    for row in rows["stock_movements"]:
        if row["kind"] == "adjustment":
            lost[row["occurred_at"], row["ingredient_id"]] += row["quantity"]
    found = Counter()
    for line in rows["stock_count_lines"]:
        moment = heads[line["count_id"]]["counted_at"]
        found[moment, line["ingredient_id"]] += line["counted"] - line["expected"]
        assert 0 <= line["counted"] < line["expected"]
        assert line["difference_value"] <= 0
    assert found == lost
    assert len(heads) == len(rows["stock_count_lines"]) >= 3


def test_what_went_in_came_out_or_was_lost():
    done = [row for row in tables(SAN_PABLO)["production_batches"] if row["finished_at"]]
    assert len(done) > 300
    for row in done:
        assert row["quantity_produced"] + row["quantity_lost"] == row["quantity_planned"]
        assert (row["loss_reason"] is None) == (row["quantity_lost"] == 0)


def test_what_was_ordered_came_in_lots_of_the_order():
    rows = tables(LA_ESPIGA)
    came = defaultdict(Counter)
    for lot in rows["stock_lots"]:
        if lot["purchase_order_id"] is not None:
            came[lot["purchase_order_id"]][lot["ingredient_id"]] += lot["quantity_received"]
    closed = {row["id"]: row for row in rows["purchase_orders"] if row["closed_on"]}
    assert {row["status"] for row in closed.values()} == {"received"}
    assert set(came) == set(closed)
    for line in rows["purchase_order_lines"]:
        if line["purchase_order_id"] in closed:
            assert came[line["purchase_order_id"]][line["ingredient_id"]] == line["quantity"]
    late = [row for row in closed.values() if row["closed_on"] > row["expected_on"]]
    assert 0 < len(late) < len(closed) / 3
    assert all((row["closed_on"] - row["expected_on"]).days <= 2 for row in late)
