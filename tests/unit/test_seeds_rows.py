"""The rows of both templates, in memory: the same each time, with references and sums that hold."""

from collections import Counter
from datetime import date, datetime, time, timedelta
from functools import cache

import pytest
from sqlalchemy import Enum

from app.bakery.living.events import Delivered, PurchasesSent
from app.bakery.metadata import TENANT_METADATA
from seeds.catalogue.la_espiga import LA_ESPIGA
from seeds.catalogue.san_pablo import SAN_PABLO
from seeds.templates import build_template, tell
from seeds.values import MADRID
from tests.unit.identities import (
    lots_are_their_movements,
    shelves_are_their_movements,
    totals_are_their_lines,
)

PROFILES = [SAN_PABLO, LA_ESPIGA]
# A quiet Monday, Christmas (other bakeries are closed), Holy Week, the morning after the clocks
# change, a leap day, Epiphany's eve and a Sunday in August.
DATES = [
    date(2026, 11, 23),
    date(2026, 12, 25),
    date(2026, 4, 1),
    date(2026, 10, 26),
    date(2028, 2, 29),
    date(2027, 1, 5),
    date(2026, 8, 16),
]


@cache
def build(profile, today):
    """The rows of a day at half past ten, with a share of the customers: it is quicker."""
    moment = datetime.combine(today, time(10, 30), MADRID)
    return build_template(profile, moment, 0.2).tables


@pytest.fixture(params=PROFILES, ids=lambda profile: profile.account_type)
def profile(request):
    return request.param


@pytest.fixture(params=DATES, ids=str)
def today(request):
    return request.param


@pytest.fixture
def tables(profile, today):
    return build(profile, today)


@pytest.fixture
def now(today):
    return datetime(today.year, today.month, today.day, 10, 30, tzinfo=MADRID)


def test_the_same_moment_gives_the_same_rows_and_events(profile):
    moment = datetime(2026, 11, 23, 10, 30, tzinfo=MADRID)
    first = build_template(profile, moment, 0.2)
    tell.cache_clear()
    second = build_template(profile, moment, 0.2)
    assert repr(first.tables) == repr(second.tables)
    assert first.timeline() == second.timeline()
    assert first.story.digest("0001") == second.story.digest("0001")


def test_an_order_is_on_its_way_on_every_morning_of_a_usual_week():
    events = tell(LA_ESPIGA, date(2026, 11, 29)).events
    sent = {one: each.at for each in events if isinstance(each, PurchasesSent)
            for one in each.purchase_order_ids}  # fmt: skip
    came = {each.purchase_order_id: each.at for each in events if isinstance(each, Delivered)}
    never = datetime.max.replace(tzinfo=MADRID)
    for day in range(23, 30):
        for hour in (8, 10, 11):
            moment = datetime(2026, 11, day, hour, 10, tzinfo=MADRID)
            on_their_way = [one for one, at in sent.items() if at < moment < came.get(one, never)]
            assert on_their_way, moment


def test_the_digest_tells_dates_and_revisions_apart_and_not_the_hours_of_a_day(profile):
    def digest(*moment, revision="0001"):
        return build_template(profile, datetime(*moment, tzinfo=MADRID), 0.2).story.digest(revision)

    monday = digest(2026, 11, 23, 10)
    assert digest(2026, 11, 23, 19) == monday
    assert digest(2026, 11, 23, 10, revision="0002") != monday
    assert digest(2026, 11, 24, 10) != monday


def test_what_was_sold_on_a_day_does_not_change_the_next_day(profile):
    def tickets_of(today):
        return {
            row["id"]: (row["sold_at"], row["total"])
            for row in build(profile, today)["sales"]
            if row["sold_at"].date() == date(2026, 11, 20)
        }

    assert tickets_of(date(2026, 11, 23)) == tickets_of(date(2026, 11, 24)) != {}


def test_rows_have_the_columns_of_their_table_and_no_generated_one(tables):
    for name, rows in tables.items():
        table = TENANT_METADATA.tables[name]
        columns = set(rows[0])
        assert all(set(row) == columns for row in rows), name
        writable = {column.name for column in table.columns if column.computed is None}
        assert columns <= writable, name
        required = {
            column.name
            for column in table.columns
            if not column.nullable and column.server_default is None and column.computed is None
        }
        assert required <= columns, name


def test_values_of_enums_are_labels_of_their_type(tables):
    for name, rows in tables.items():
        for column in TENANT_METADATA.tables[name].columns:
            if isinstance(column.type, Enum) and column.name in rows[0]:
                assert {row[column.name] for row in rows} <= set(column.type.enums), column


def test_every_reference_has_its_row_and_every_key_is_unique(tables):
    for name, rows in tables.items():
        table = TENANT_METADATA.tables[name]
        keys = [tuple(row[column.name] for column in table.primary_key) for row in rows]
        assert len(keys) == len(set(keys)), name
        for column in table.columns:
            for foreign_key in column.foreign_keys:
                target = foreign_key.column
                known = {row[target.name] for row in tables.get(target.table.name, ())} | {None}
                assert {row.get(column.name) for row in rows} <= known, column


def test_there_are_over_twenty_five_ingredients_each_with_lots(tables):
    assert len(tables["ingredients"]) > 25
    stocked = {row["ingredient_id"] for row in tables["stock_lots"] if row["quantity"] > 0}
    assert stocked == {row["id"] for row in tables["ingredients"]}


def test_there_is_something_to_act_on_in_the_store_room(tables, today):
    on_hand = Counter()
    for lot in tables["stock_lots"]:
        on_hand[lot["ingredient_id"]] += lot["quantity"]
    low = [row for row in tables["ingredients"] if on_hand[row["id"]] < row["reorder_point"]]
    # Nothing has come since Friday on the Sunday after a Saturday's holiday, and much is low.
    assert 3 <= len(low) < 0.9 * len(tables["ingredients"])
    soon = today + timedelta(days=3)
    assert any(lot["quantity"] > 0 and lot["expires_on"] <= soon for lot in tables["stock_lots"])


def test_each_lot_is_the_sum_of_its_movements_and_began_with_a_purchase(tables):
    assert list(lots_are_their_movements(tables)) == []


def test_what_is_counted_in_pieces_is_whole(tables):
    pieces = {row["id"] for row in tables["ingredients"] if row["unit"] == "unit"}
    for lot in tables["stock_lots"]:
        if lot["ingredient_id"] in pieces:
            assert lot["quantity"] == lot["quantity"].to_integral_value(), lot


def test_expired_lots_are_empty(tables, today):
    left = [lot for lot in tables["stock_lots"] if lot["expires_on"] < today and lot["quantity"]]
    assert left == []


def test_the_shelves_are_the_sum_of_the_products_movements(tables):
    assert list(shelves_are_their_movements(tables)) == []


def test_nothing_that_is_offered_has_run_out(tables):
    offered = {row["id"] for row in tables["products"] if row["is_active"]}
    season = {row["product_id"] for row in tables["forecast_models"]}
    selling = {row["location_id"] for row in tables["till_sessions"]}
    for stock in tables["product_stock"]:
        if stock["product_id"] in offered & season and stock["location_id"] in selling:
            assert stock["quantity"] >= 1, stock


def test_totals_are_the_sums_of_their_lines(tables):
    assert list(totals_are_their_lines(tables)) == []


def test_a_counted_till_was_counted_by_each_payment_method(tables):
    taken = Counter()
    for sale in tables["sales"]:
        taken[sale["till_session_id"], sale["payment_method"]] += sale["total"]
        given = sale["cash_received"]
        assert given is None if sale["payment_method"] != "cash" else given >= sale["total"]
    assert {method for _, method in taken} == {"cash", "card", "bizum"}
    for till in tables["till_sessions"]:
        if till["closed_at"] is not None:
            cash = till["closing_cash"] - till["opening_cash"] - taken[till["id"], "cash"]
            assert abs(cash) <= 2
            for method in ("card", "bizum"):
                assert till[f"closing_{method}"] == taken[till["id"], method]


def test_only_the_central_baker_has_purchase_orders(tables, profile):
    assert bool(tables.get("purchase_orders")) is (profile is not SAN_PABLO)


def test_only_plans_are_in_the_future(tables, today, now):
    planned = {"due_on", "expected_on", "expires_on", "planned_on", "predicted_for"}
    for name, rows in tables.items():
        for row in rows:
            for column, value in row.items():
                if isinstance(value, datetime):
                    assert value.utcoffset() is not None, (name, column)
                    assert value <= now, (name, column, row)
                elif isinstance(value, date) and column not in planned:
                    assert value <= today, (name, column, row)


def test_tills_are_open_today_and_were_closed_on_every_other_day(tables, profile, today):
    open_tills = [row for row in tables["till_sessions"] if row["closed_at"] is None]
    selling = [location for location in profile.locations if location.tickets]
    assert len(open_tills) == len({row["location_id"] for row in open_tills}) == len(selling)
    assert {row["opened_at"].date() for row in open_tills} == {today}
    for row in tables["till_sessions"]:
        assert row["closed_at"] is None or row["closed_at"] > row["opened_at"]


def test_tickets_lie_within_their_till_session(tables):
    sessions = {row["id"]: row for row in tables["till_sessions"]}
    for sale in tables["sales"]:
        session = sessions[sale["till_session_id"]]
        assert session["location_id"] == sale["location_id"]
        assert session["opened_at"] <= sale["sold_at"]
        assert session["closed_at"] is None or sale["sold_at"] <= session["closed_at"]


def test_every_text_says_something(tables):
    for name, rows in tables.items():
        for row in rows:
            for column, value in row.items():
                if isinstance(value, str):
                    assert value.strip() == value != "", (name, column)


def test_the_models_keep_to_their_modules(tables, profile):
    baking = {"recipes", "recipe_ingredients", "production_batches"}
    buying = {"procurement_runs", "purchase_orders", "purchase_order_lines"}
    absent = buying if profile is SAN_PABLO else baking
    present = baking if profile is SAN_PABLO else buying
    assert absent.isdisjoint(tables)
    assert present <= set(tables)
