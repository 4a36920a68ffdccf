"""Every template in memory: its books add up, and a scenario is what its manifest says."""

from collections import Counter
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache

import pytest

from app.demo import SeedError, load_demo
from seeds.changes import changed
from seeds.loading.load import targets_of
from seeds.templates import build_template
from seeds.values import MADRID
from tests.unit.identities import IDENTITIES, problems

DEMO = load_demo()
TARGETS = {target.key: target for target in targets_of(DEMO)}
TODAY = date(2026, 11, 26)
SCENARIOS = ("navidad", "rotura_stock", "expansion", "temporada_baja")


@cache
def build(key):
    moment = datetime(TODAY.year, TODAY.month, TODAY.day, 10, 30, tzinfo=MADRID)
    return build_template(TARGETS[key].profile, moment, 0.15).tables


def taken(tables, since, until=None):
    """Euros of tickets from a day on."""
    return sum(
        sale["total"]
        for sale in tables["sales"]
        if since <= sale["sold_at"].date() < (until or TODAY)
    )


@pytest.mark.parametrize("key", TARGETS)
def test_the_books_of_every_template_add_up(key):
    assert problems(build(key)) == []


@pytest.mark.parametrize("identity", IDENTITIES, ids=lambda identity: identity.__name__)
def test_each_identity_notices_what_does_not_add_up(identity):
    """One row of each kind is made wrong, and the identity that is about it says so."""
    wrong = {
        "lots_are_their_movements": ("stock_lots", "quantity"),
        "shelves_are_their_movements": ("product_stock", "quantity"),
        "totals_are_their_lines": ("sales", "total"),
        "tills_are_their_tickets": ("till_sessions", "closing_cash"),
        "tickets_leave_the_shelves": ("sale_lines", "quantity"),
        "batches_reach_the_shelves": ("production_batches", "quantity_produced"),
        "what_is_carried_arrives": ("stock_movements", "quantity"),
        "purchases_are_lots": ("purchase_order_lines", "quantity"),
        "series_have_no_gaps": ("document_series", "last_number"),
    }
    table, column = wrong[identity.__name__]
    is_baking = identity.__name__ == "batches_reach_the_shelves"
    tables = dict(build("individual_bakery" if is_baking else "central_baker"))
    last_but_one_day = TODAY - timedelta(days=1)
    tables[table] = [
        row if row[column] is None else row | {column: row[column] + Decimal(10)}
        for row in tables[table]
        if row.get("planned_on", last_but_one_day) <= TODAY
    ]
    assert list(identity(tables))


def test_scenarios_are_offered_with_words_for_visitors():
    assert sorted(one.name for one in DEMO.scenarios_of("central_baker")) == sorted(SCENARIOS)
    for account_type in DEMO.account_types:
        for scenario in DEMO.scenarios_of(account_type):
            assert scenario.title, scenario.name
            assert scenario.description.endswith((".", "?")), scenario.name
            assert scenario.look_at, scenario.name


@pytest.mark.parametrize("model", ["individual_bakery", "central_baker"])
def test_at_christmas_more_is_sold_and_the_season_is_on_the_counter(model):
    before, after = build(model), build(f"{model}__navidad")
    monday = date(2026, 11, 16)
    assert taken(after, monday) > 1.2 * float(taken(before, monday))
    assert taken(after, date(2026, 10, 26), monday) == taken(before, date(2026, 10, 26), monday)
    sold = Counter(line["product_id"] for line in after["sale_lines"])
    names = {row["name"]: row["id"] for row in after["products"] if row["is_active"]}
    seasonal = [name for name in names if "olvor" in name or "urr" in name]
    assert seasonal
    assert all(sold[names[name]] for name in seasonal)


@pytest.mark.parametrize("model", ["individual_bakery", "central_baker"])
def test_in_a_shortage_all_flour_is_low_and_its_supplier_late(model):
    def low(tables):
        left = Counter()
        for lot in tables["stock_lots"]:
            left[lot["ingredient_id"]] += lot["quantity"]
        flours = [row for row in tables["ingredients"] if row["category"] == "flour"]
        return [row["name"] for row in flours if left[row["id"]] < row["reorder_point"]], flours

    names, flours = low(build(f"{model}__rotura_stock"))
    assert len(names) == len(flours) > len(low(build(model))[0])
    lead = {row["name"]: row["lead_time_days"] for row in build(model)["suppliers"]}
    late = build(f"{model}__rotura_stock")["suppliers"]
    assert any(row["lead_time_days"] > lead[row["name"]] for row in late)


def test_a_new_shop_sells_since_it_was_opened_and_not_before():
    tables = build("central_baker__expansion")
    (shop,) = [row for row in tables["locations"] if row["name"] == "La Espiga La Victoria"]
    days = [s["sold_at"].date() for s in tables["sales"] if s["location_id"] == shop["id"]]
    assert (min(days), max(days)) == (date(2026, 11, 9), TODAY)
    assert {row["location_id"] for row in tables["sales_history"]}.isdisjoint({shop["id"]})
    team = [row for row in tables["users"] if row["location_id"] == shop["id"]]
    assert sorted(row["role"] for row in team) == ["cashier", "manager"]


def test_in_a_slack_season_fewer_come():
    for model in ("individual_bakery", "central_baker"):
        usual = float(taken(build(model), date(2026, 10, 26)))
        slack = float(taken(build(f"{model}__temporada_baja"), date(2026, 10, 26)))
        assert slack < 0.9 * usual  # of few customers more are needed to leave no gap


@pytest.mark.parametrize(
    ("story", "told"),
    [
        ({"demnad": 2}, "story.demnad"),
        ({"demand": 0}, "story.demand"),
        ({"season": "13-40"}, "story.season"),
        ({"weeks": 9}, "story.weeks"),
        ({"short_of": ["gold"]}, "story.short_of"),
    ],
)
def test_a_manifest_that_cannot_be_told_is_refused_with_its_key(story, told):
    (scenario, *_) = DEMO.scenarios_of("central_baker")
    wrong = scenario.model_copy(update={"story": story})
    with pytest.raises(SeedError, match=told):
        changed(TARGETS["central_baker"].profile, wrong)


def test_a_bakery_that_bakes_in_its_shop_opens_no_other():
    (expansion,) = [one for one in DEMO.scenarios_of("central_baker") if one.name == "expansion"]
    with pytest.raises(SeedError, match="central_baker only"):
        changed(TARGETS["individual_bakery"].profile, expansion)
