"""A whole year of both bakeries by its expected values: euros, tickets, trade, margins, seasons.

Nothing is simulated here, so the figures are those of the catalogue and of `seeds.demand`.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache

import pytest

from app.bakery.orders.models import CustomerKind
from app.bakery.orders.pricing import PRICE_FACTORS
from app.bakery.recipes.allergens import ALLERGENS
from seeds.calendar import Season
from seeds.catalogue.ingredients import INGREDIENTS
from seeds.catalogue.la_espiga import LA_ESPIGA
from seeds.catalogue.san_pablo import SAN_PABLO
from seeds.demand import (
    LINES,
    expected_order,
    expected_quantities,
    expected_tickets,
    line_chances,
    mean,
    order_chance,
)
from seeds.values import Scene

PROFILES = [SAN_PABLO, LA_ESPIGA]
YEAR = [date(2026, 1, 1) + timedelta(days=n) for n in range(365)]
LOOKED_AT = date(2027, 6, 1)
UNSOLD, LOST = 1.06, 1.02
"""Pieces in the shops for each one sold there; pieces begun for each one baked."""
FRESH_DAYS = 21


@dataclass
class Year:
    """What a bakery can expect of a year. Euros are with VAT, unless they are called net."""

    shops: dict = field(default_factory=dict)
    trade: dict = field(default_factory=dict)
    tickets: Counter = field(default_factory=Counter)
    pieces: dict = field(default_factory=dict)
    net: float = 0.0

    def shop(self, name):
        return sum(self.shops[name, day] for day in YEAR) / len(YEAR)

    @property
    def counter(self):
        return sum(self.shops.values()) / len(YEAR)

    @property
    def orders(self):
        return sum(self.trade.values()) / len(YEAR)

    def counter_by(self, key):
        """The euros of an average day in all shops, by weekday or month."""
        days, euros = Counter(map(key, YEAR)), Counter()
        for (_, day), amount in self.shops.items():
            euros[key(day)] += amount
        return {name: euros[name] / days[name] for name in sorted(days)}


@cache
def scene_of(profile):
    return Scene(profile, LOOKED_AT)


@cache
def year_of(profile):
    scene, year = scene_of(profile), Year()
    prices = {product.sku: float(product.price) for product in profile.products}
    net = {item.sku: prices[item.sku] / (1 + item.vat_percent / 100) for item in profile.products}
    for day in YEAR:
        baked, year.trade[day] = Counter(), 0.0
        for location in scene.selling:
            sold = expected_quantities(scene, location, day)
            year.tickets[location.name] += expected_tickets(scene, location, day) / len(YEAR)
            year.shops[location.name, day] = sum(prices[sku] * n for sku, n in sold.items())
            year.net += sum(net[sku] * n for sku, n in sold.items())
            baked.update({sku: n * UNSOLD for sku, n in sold.items()})
        for customer in profile.customers:
            factor = float(PRICE_FACTORS[customer.kind])
            ordered = expected_order(scene, customer, day)
            year.trade[day] += factor * sum(prices[sku] * n for sku, n in ordered.items())
            year.net += factor * sum(net[sku] * n for sku, n in ordered.items())
            baked.update(ordered)
        year.pieces[day] = baked
    return year


@cache
def ingredients_of(profile):
    """The amount of each ingredient in the year, and the days on which it is used."""
    amounts, days = Counter(), Counter()
    recipes = {recipe.name: recipe for recipe in profile.recipes}
    pieces = year_of(profile).pieces
    for day in YEAR:
        used = Counter()
        for product in profile.products:
            if product.recipe and pieces[day][product.sku] > 0:
                recipe = recipes[product.recipe]
                share = pieces[day][product.sku] * LOST / recipe.yield_quantity
                used.update({sku: float(n) * share for sku, n in recipe.ingredients})
        if pieces[day].total() > 0:
            used.update({item.sku: float(item.daily_use) for item in profile.stock})
        amounts.update(used)
        days.update(sku for sku, amount in used.items() if amount > 0)
    return amounts, days


@pytest.fixture(params=PROFILES, ids=lambda profile: profile.account_type)
def profile(request):
    return request.param


def test_san_pablo_takes_what_six_people_can_sell():
    year = year_of(SAN_PABLO)
    assert 1_000 <= year.counter <= 1_300
    assert 200 <= year.tickets.total() <= 260
    assert 4 <= year.counter / year.tickets.total() <= 6
    assert sum(user.is_active for user in SAN_PABLO.users) == 6


def test_each_shop_of_la_espiga_takes_500_to_900_euros():
    year = year_of(LA_ESPIGA)
    takings = [year.shop(location.name) for location in scene_of(LA_ESPIGA).selling]
    assert len(takings) == 3
    assert all(500 <= euros <= 900 for euros in takings), takings
    assert 4 <= year.counter / year.tickets.total() <= 6


def test_trade_orders_are_about_as_much_again_as_the_shops_of_la_espiga():
    year = year_of(LA_ESPIGA)
    assert 1_800 <= year.orders <= 2_400
    assert 0.45 <= year.orders / (year.orders + year.counter) <= 0.55
    assert year_of(SAN_PABLO).orders < 0.1 * year_of(SAN_PABLO).counter


def test_the_trade_pays_fifteen_per_cent_less_and_our_own_shops_are_no_revenue():
    assert float(PRICE_FACTORS[CustomerKind.BUSINESS]) == 0.85
    shops = [item for item in LA_ESPIGA.customers if item.kind is CustomerKind.SATELLITE]
    scene = scene_of(LA_ESPIGA)
    assert len(shops) == 3
    assert all(expected_order(scene, shop, day) == {} for shop in shops for day in YEAR[:7])


def test_monday_is_the_quietest_day_saturday_the_busiest(profile):
    week = year_of(profile).counter_by(date.weekday)
    assert min(week, key=week.get) == 0
    assert max(week, key=week.get) == 5
    assert 1.6 < week[5] / week[0] < 2.0


def test_august_is_the_quietest_month_and_december_the_best(profile):
    months = year_of(profile).counter_by(lambda day: day.month)
    assert min(months, key=months.get) == 8
    assert max(months, key=months.get) == 12
    assert months[1] > months[2]  # The roscón.


@pytest.mark.parametrize(
    ("profile", "inside", "outside"),
    [
        (SAN_PABLO, date(2026, 10, 8), date(2026, 10, 22)),
        (LA_ESPIGA, date(2026, 9, 10), date(2026, 9, 24)),
        (LA_ESPIGA, date(2026, 5, 11), date(2026, 5, 18)),
    ],
)
def test_the_towns_fiestas_bring_more_customers(profile, inside, outside):
    scene = scene_of(profile)
    shop = scene.selling[0]
    assert inside.weekday() == outside.weekday()
    assert expected_tickets(scene, shop, inside) > 1.07 * expected_tickets(scene, shop, outside)


def test_ingredients_leave_a_margin_of_55_to_70_per_cent(profile):
    amounts, _ = ingredients_of(profile)
    cost = sum(float(INGREDIENTS[sku].unit_cost) * amount for sku, amount in amounts.items())
    assert 0.55 <= 1 - cost / year_of(profile).net <= 0.70


SOLD_IN = {
    Season.ROSCON: {12, 1},
    Season.SAN_VALERO: {1},
    Season.TORRIJAS: {3, 4},
    Season.EASTER: {3, 4},
    Season.ALL_SAINTS: {10, 11},
    Season.BUNUELOS: {10, 11},
    Season.CHRISTMAS: {12, 1},
}


def test_products_of_the_season_sell_in_their_months_and_in_no_other(profile):
    pieces = year_of(profile).pieces
    for product in profile.products:
        months = {day.month for day in YEAR if pieces[day][product.sku] > 0}
        expected = set(range(1, 13)) if product.season is None else SOLD_IN[product.season]
        assert months == expected, product.name


@pytest.mark.parametrize(
    ("name", "day", "profiles"),
    [
        ("Roscón de Reyes", date(2026, 1, 5), PROFILES),
        ("Roscón de San Valero", date(2026, 1, 29), [SAN_PABLO]),
        ("Torrija", date(2026, 4, 2), PROFILES),
        ("Mona de Pascua", date(2026, 4, 5), [SAN_PABLO]),
        ("Bollo de Pascua", date(2026, 4, 5), [LA_ESPIGA]),
        ("Panellets", date(2026, 10, 31), [SAN_PABLO]),
        ("Huesos de santo", date(2026, 10, 31), PROFILES),
        ("Buñuelos", date(2026, 11, 1), PROFILES),
        ("Turrón", date(2026, 12, 23), PROFILES),
        ("Polvorones", date(2026, 12, 23), PROFILES),
    ],
)
def test_the_feasts_have_their_sweets_at_both_bakeries_or_where_they_are_eaten(name, day, profiles):
    for profile in PROFILES:
        found = [item for item in profile.products if item.name.startswith(name)]
        assert bool(found) == (profile in profiles)
        assert all(year_of(profile).pieces[day][item.sku] >= 8 for item in found), name


def test_purchases_cover_a_week_and_fresh_goods_a_few_days(profile):
    amounts, days = ingredients_of(profile)
    lead_times = {supplier.name: supplier.lead_time_days for supplier in profile.suppliers}
    for policy in profile.stock:
        item, flat = INGREDIENTS[policy.sku], policy.daily_use > 0 and not profile.recipes
        use = float(policy.daily_use) if flat else amounts[policy.sku] / days[policy.sku]
        spare = 3 if item.shelf_life_days <= FRESH_DAYS else 4
        wanted = use * (lead_times[policy.supplier] + spare)
        assert 0.9 * wanted <= float(policy.reorder_point) <= 1.1 * wanted, policy.sku
        covered = float(item.pack_size) * policy.reorder_packs / use
        low, high = (2, 4) if item.shelf_life_days <= FRESH_DAYS else (4, 8)
        assert low <= covered <= high or (policy.reorder_packs == 1 and covered > high), policy.sku
        # What arrives last is used before it expires.
        kept = (float(policy.reorder_point) / use) + covered
        assert kept < 0.85 * item.shelf_life_days, policy.sku


def test_a_usual_purchase_reaches_the_suppliers_minimum(profile):
    for supplier in profile.suppliers:
        lines = [
            INGREDIENTS[policy.sku].unit_cost
            * INGREDIENTS[policy.sku].pack_size
            * policy.reorder_packs
            for policy in profile.stock
            if policy.supplier == supplier.name
        ]
        assert supplier.minimum_order <= max(lines), supplier.name
        assert supplier.minimum_order <= sum(lines) / 2, supplier.name


def test_every_ingredient_is_used(profile):
    _, days = ingredients_of(profile)
    assert {policy.sku for policy in profile.stock} == set(days)


def test_allergens_are_named_as_the_law_names_them():
    assert len(ALLERGENS) == 14
    for item in INGREDIENTS.values():
        assert set(item.allergens) <= set(ALLERGENS), item.name


def test_a_school_orders_nothing_on_holidays_and_in_summer():
    scene = scene_of(LA_ESPIGA)
    school = next(item for item in LA_ESPIGA.customers if item.name == "Colegio San Benito")
    assert order_chance(scene, school, date(2026, 5, 6)) == school.chance
    for day in (date(2026, 7, 15), date(2026, 10, 12), date(2026, 5, 9)):
        assert order_chance(scene, school, day) == 0


def test_the_favourite_is_on_as_many_tickets_as_drawing_without_putting_back_gives():
    weights = (110.0, 52.0, 36.0, 33.0, 20.0, 18.0, 17.0, 14.0, 14.0)

    def drawn(left, lines):
        """The exact chance of each product to be among the next `lines` of a ticket."""
        chances, total = Counter(), sum(weights[n] for n in left)
        for first in left if lines else ():
            chance = weights[first] / total
            chances[first] += chance
            for n, later in drawn(left - {first}, lines - 1).items():
                chances[n] += chance * later
        return chances

    exact = Counter()
    for lines, share in LINES:
        for n, chance in drawn(frozenset(range(9)), lines).items():
            exact[n] += share * chance
    for n, chance in enumerate(line_chances(weights)):
        assert chance == pytest.approx(exact[n], rel=0.015)
    assert sum(exact.values()) == pytest.approx(mean(LINES))
    assert exact[0] < 0.9 * mean(LINES) * weights[0] / sum(weights)
