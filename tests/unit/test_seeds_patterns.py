"""The seeded data looks like a bakery's: week, day, seasons, recipes, documents."""

from collections import Counter
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import cache
from itertools import pairwise

import pytest

from seeds.catalogue.la_espiga import LA_ESPIGA
from seeds.catalogue.san_pablo import SAN_PABLO
from seeds.templates import PROFILES, build_template
from seeds.values import MADRID

FLOURS = "HAR-"


@cache
def build(profile, today):
    """The rows of a day at half past ten, with a share of the customers: it is quicker."""
    moment = datetime.combine(today, time(10, 30), MADRID)
    return build_template(profile, moment, 0.2).tables


@pytest.fixture(params=PROFILES, ids=lambda profile: profile.account_type)
def profile(request):
    return request.param


def pieces_by_day(tables, name):
    product = next(row["id"] for row in tables["products"] if row["name"] == name)
    days = {row["ticket_number"]: row["sold_at"].date() for row in tables["sales"]}
    pieces = Counter()
    for line in tables["sale_lines"]:
        if line["product_id"] == product:
            pieces[days[line["ticket_number"]]] += line["quantity"]
    return pieces


def test_saturday_sells_more_than_tuesday_and_monday_least(profile):
    sales = build(profile, date(2026, 6, 22))["sales"]
    week = Counter()
    for sale in sales:
        if sale["sold_at"].date() < date(2026, 6, 22):  # four whole weeks
            week[sale["sold_at"].weekday()] += sale["total"]
    assert week[5] > week[1] * Decimal("1.15")
    assert week[6] > week[0]
    assert min(week, key=week.get) == 0


def test_a_working_day_has_a_morning_and_an_evening_wave(profile):
    sales = build(profile, date(2026, 6, 22))["sales"]
    hours = Counter(row["sold_at"].hour for row in sales if row["sold_at"].weekday() < 5)
    assert min(hours[8], hours[9]) > hours[12]
    assert min(hours[18], hours[19]) > hours[17]
    assert hours[15] == hours[16] == hours[22] == hours[5] == 0


def test_sunday_is_a_morning(profile):
    sales = build(profile, date(2026, 6, 22))["sales"]
    assert all(row["sold_at"].hour < 15 for row in sales if row["sold_at"].weekday() == 6)


def test_bread_is_sold_every_day(profile):
    tables = build(profile, date(2026, 6, 22))
    bread = next(row["name"] for row in tables["products"] if row["sku"] == "PAN-01")
    days = {date(2026, 6, 22) - timedelta(days=n) for n in range(29)}
    assert set(pieces_by_day(tables, bread)) == days


def test_no_customer_for_twenty_minutes_means_that_the_shop_is_shut(profile):
    """In opening hours every shop has a ticket that is not old."""
    moment = datetime(2026, 11, 24, 20, tzinfo=MADRID)
    tickets = build_template(profile, moment).tables["sales"]
    for location_id in {row["location_id"] for row in tickets}:
        times = [row["sold_at"] for row in tickets if row["location_id"] == location_id]
        for before, after in pairwise(times):
            same_half = before.date() == after.date() and (before.hour < 15) == (after.hour < 15)
            assert not same_half or after - before <= timedelta(minutes=20), (before, after)


def test_roscon_is_sold_in_december_and_until_epiphany_alone(profile):
    pieces = pieces_by_day(build(profile, date(2027, 1, 20)), "Roscón de Reyes")
    assert pieces
    assert min(pieces) >= date(2026, 12, 8)
    assert max(pieces) == date(2027, 1, 6)
    peak = [pieces[date(2027, 1, day)] for day in (4, 5, 6)]
    assert sum(peak) > 3 * sum(pieces[date(2026, 12, day)] for day in (14, 15, 16))


def test_no_roscon_in_summer_though_it_stays_on_the_price_list(profile):
    tables = build(profile, date(2026, 6, 22))
    assert not pieces_by_day(tables, "Roscón de Reyes")
    roscon = next(row for row in tables["products"] if row["name"] == "Roscón de Reyes")
    assert roscon["is_active"] is False


@pytest.mark.parametrize(
    ("name", "today"), [("Buñuelos", date(2026, 11, 1)), ("Torrija", date(2026, 4, 3))]
)
def test_the_season_is_on_offer_on_its_day(profile, name, today):
    tables = build(profile, today)
    product = next(row for row in tables["products"] if row["name"].startswith(name))
    assert product["is_active"]
    shops = {row["location_id"] for row in tables["till_sessions"]}
    ready = [
        row
        for row in tables["product_stock"]
        if row["product_id"] == product["id"] and row["location_id"] in shops
    ]
    assert all(row["quantity"] > 0 for row in ready)


def test_batches_are_finished_under_way_and_planned():
    today = date(2026, 11, 23)
    batches = build(SAN_PABLO, today)["production_batches"]
    states = Counter(row["status"] for row in batches if row["planned_on"] == today)
    assert states["completed"] > 10
    assert states["in_progress"] >= 1
    assert states["planned"] >= 1
    tomorrow = [row for row in batches if row["planned_on"] == today + timedelta(days=1)]
    assert tomorrow
    assert {row["status"] for row in tomorrow} == {"planned"}


@pytest.mark.parametrize("recipe", SAN_PABLO.recipes, ids=lambda recipe: recipe.name)
def test_recipes_keep_to_the_bakers_percentages(recipe):
    amounts = dict(recipe.ingredients)
    flour = sum(amount for sku, amount in amounts.items() if sku.startswith(FLOURS))
    if not flour:  # What is made of almonds.
        assert amounts["FRS-002"] > 0
        return
    if recipe.category == "Panes":
        assert Decimal("0.017") <= amounts["SAL-001"] / flour <= Decimal("0.022")
        assert amounts["LEV-001"] / flour <= Decimal("0.02")
    assert amounts.get("LEV-001", Decimal(0)) / flour <= Decimal("0.05")


def test_ingredients_cost_a_part_of_the_price():
    tables = build(SAN_PABLO, date(2026, 11, 23))
    costs = {row["id"]: row["unit_cost"] for row in tables["ingredients"]}
    yields = {row["id"]: row["yield_quantity"] for row in tables["recipes"]}
    spent = Counter()
    for line in tables["recipe_ingredients"]:
        spent[line["recipe_id"]] += line["quantity"] * costs[line["ingredient_id"]]
    for product in tables["products"]:
        cost = spent[product["recipe_id"]] / yields[product["recipe_id"]]
        assert Decimal("0.05") < cost / product["price"] < Decimal("0.45"), product["name"]


def test_every_ingredient_of_san_pablo_is_in_a_recipe_or_used_each_day():
    used = {sku for recipe in SAN_PABLO.recipes for sku, _ in recipe.ingredients}
    assert all(policy.sku in used or policy.daily_use for policy in SAN_PABLO.stock)


def test_shops_and_businesses_order_from_the_central_workshop():
    today = date(2026, 11, 24)
    tables = build(LA_ESPIGA, today)
    kinds = Counter(row["kind"] for row in tables["customers"])
    assert kinds == {"satellite": 3, "business": 18}
    due = Counter((row["due_on"] > today, row["status"]) for row in tables["orders"])
    assert due[False, "delivered"] > 400
    assert due[True, "confirmed"] >= 3
    assert due[True, "pending"] >= 1


def test_predictions_reach_two_weeks_and_enclose_their_value(profile):
    today = date(2026, 11, 23)
    rows = build(profile, today)["forecast_predictions"]
    days = {row["predicted_for"] for row in rows}
    assert days == {today + timedelta(days=n) for n in range(-28, 15)}
    assert all(row["lower_bound"] <= row["quantity"] <= row["upper_bound"] for row in rows)


def test_tax_numbers_have_the_right_control_digit(profile):
    numbers = [profile.business.tax_id, *(supplier.tax_id for supplier in profile.suppliers)]
    for number in numbers:
        digits = [int(digit) for digit in number[1:8]]
        doubled = sum(sum(divmod(2 * digit, 10)) for digit in digits[::2])
        control = -(doubled + sum(digits[1::2])) % 10
        assert number[8] == str(control), number


def test_vat_is_four_per_cent_on_bread_and_ten_on_pastry(profile):
    for product in profile.products:
        assert product.vat_percent == (4 if product.category == "Panes" else 10), product.name


def test_mail_addresses_are_ours_or_belong_to_no_one(profile):
    own = profile.business.email.partition("@")[2]
    people = [*profile.users, *profile.suppliers, *profile.customers]
    for person in people:
        domain = person.email.partition("@")[2]
        assert domain == own or domain.endswith(".example"), person.email
