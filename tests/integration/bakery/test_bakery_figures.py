"""The figures and filters of each domain."""

from datetime import UTC, date, datetime, timedelta

import pytest

from app.bakery.clock import today
from app.bakery.pos.models import PaymentMethod, Sale
from app.bakery.pos.schemas import TillOut
from app.bakery.pos.till import fetch_tills
from app.bakery.sales.comparing import fetch_shop_days


class TestInventory:
    def test_ingredients_show_their_stock_and_their_level(self, individual):
        items = individual.get("/inventory/ingredients", sort="-quantity")["items"]
        known = {item["name"]: (item["quantity"], item["status"]) for item in items}
        assert known["Harina de trigo"] == (90.0, "ok")
        assert known["Mantequilla"] == (8.0, "low")
        assert known["Ñora 50%_seca"] == (0.0, "out")
        assert items[0]["stock_value"] == 90.0
        assert items[0]["supplier_name"] == "Harinas Ávila"

    @pytest.mark.parametrize(
        ("query", "ids"),
        [
            ({"category": "dairy"}, [2]),
            ({"below_reorder": "true", "sort": "sku"}, [2, 4]),
            ({"below_reorder": "false", "sort": "sku"}, [1, 3]),
            ({"allergen": "gluten"}, [1]),
            ({"supplier_id": 2}, []),
            ({"category": "", "supplier_id": "", "sort": "sku"}, [1, 2, 3, 4]),
        ],
    )
    def test_filters_of_ingredients(self, individual, query, ids):
        assert individual.get("/inventory/ingredients", **query).column("id") == ids

    def test_an_ingredient_has_its_lots_the_first_to_expire_first(self, individual):
        answer = individual.get("/inventory/ingredients/1")
        assert [lot["id"] for lot in answer["lots"]] == [2, 1]
        assert answer["lots"][0]["days_left"] == 5

    @pytest.mark.parametrize(
        ("query", "ids"),
        [
            ({}, [2, 4, 1, 5]),
            ({"include_empty": "true"}, [3, 2, 4, 1, 5]),
            ({"expiring_within_days": 20}, [2, 4]),
            ({"expiring_within_days": 4, "include_empty": "true"}, []),
            ({"ingredient_id": 1}, [2, 1]),
            ({"location_id": 9}, []),
        ],
    )
    def test_filters_of_lots(self, individual, query, ids):
        assert individual.get("/inventory/stock", **query).column("id") == ids

    def test_the_summary_adds_up(self, individual):
        answer = individual.get("/inventory/summary")
        assert (answer["ingredients"], answer["low"], answer["out"]) == (4, 1, 1)
        assert answer["total_value"] == 123.0
        assert (answer["expiring_lots"], answer["expired_lots"], answer["lots"]) == (1, 0, 4)
        assert (answer["products_in_stock"], answer["product_stock"]) == (4, 60.0)
        assert answer["by_category"][0] == {"category": "flour", "ingredients": 1, "value": 90.0}

    def test_movements_of_a_day_include_the_whole_day(self, individual):
        day = today().isoformat()
        assert individual.get("/inventory/movements", **{"from": day, "to": day})["total"] == 1
        assert individual.get("/inventory/movements", kind="waste")["total"] == 0
        assert individual.get("/inventory/movements", ingredient_id=1)["total"] == 1


class TestRecipesAndProduction:
    def test_a_recipe_says_what_it_costs_and_what_it_leaves(self, individual):
        answer = individual.get("/recipes/1")
        assert answer["cost_per_run"] == 17.0  # 15 kg and 2 kg of lots at 1 euro
        assert answer["cost_per_piece"] == 0.17
        assert (answer["price"], answer["margin"], answer["margin_percent"]) == (1.04, 0.83, 83.0)
        assert answer["allergens"] == ["gluten", "lactosa"]
        assert [item["cost"] for item in answer["ingredients"]] == [15.0, 2.0]

    def test_the_plan_sets_what_unfinished_batches_need_against_the_stock(self, individual):
        answer = individual.get("/production/plan")
        assert answer["date"] == today().isoformat()
        (recipe,) = answer["recipes"]
        assert [batch["status"] for batch in recipe["batches"]] == ["planned", "completed"]
        assert (answer["quantity_planned"], answer["quantity_produced"]) == (1000.0, 490.0)
        needs = {need["name"]: need for need in answer["needs"]}
        assert needs["Harina de trigo"]["needed"] == 75.0
        assert needs["Mantequilla"]["missing"] == 2.0
        assert answer["feasible"] is False

    def test_a_day_without_batches_has_an_empty_plan(self, individual):
        answer = individual.get("/production/plan", date="2030-01-01")
        assert (answer["recipes"], answer["needs"], answer["feasible"]) == ([], [], True)

    def test_filters_of_batches(self, individual):
        day = today()
        assert individual.get("/production/batches", status="planned").column("id") == [1]
        assert individual.get("/production/batches", **{"from": day, "to": day})["total"] == 3
        assert individual.get("/production/batches", to=day - timedelta(1))["total"] == 0
        assert individual.get("/production/batches", recipe_id=2)["total"] == 0
        assert individual.get("/production/batches/1")["needs"][0]["name"] == "Mantequilla"


class TestPointOfSale:
    def test_products_show_the_stock_that_a_sale_would_take(self, central):
        (bread,) = central.get("/pos/products", q="barra")["items"]
        assert (bread["location_id"], bread["stock"], bread["total_stock"]) == (2, 40.0, 80.0)
        assert central.get("/pos/products", q="barra", location_id=3).column("stock") == [0.0]
        places = central.get("/pos/products/1")["locations"]
        assert [place["location_id"] for place in places] == [1, 2]

    def test_products_of_a_location_that_is_not_there_are_refused(self, central):
        answer = central.get("/pos/products", location_id=99)
        assert answer.status == 422
        assert "location_id" in answer["errors"]["query"]

    def test_filters_of_products(self, individual):
        assert individual.get("/pos/products", category="Pan").column("id") == [1, 5]
        assert individual.get("/pos/products", active="false").column("id") == [4]

    def test_the_till_says_what_it_has_taken(self, individual):
        answer = individual.get("/pos/session")
        assert answer["is_open"] is True
        assert (answer["tickets"], answer["total"], answer["cash"]) == (3, 16.14, 10.76)
        assert answer["expected_cash"] == 110.76

    def test_a_location_that_never_opened_its_till_has_an_empty_one(self, central):
        answer = central.get("/pos/session", location_id=3)
        assert (answer["id"], answer["is_open"], answer["total"]) == (None, False, 0.0)

    def test_filters_of_tickets(self, individual):
        day = today().isoformat()
        assert individual.get("/pos/sales", **{"from": day, "to": day})["total"] == 2
        assert individual.get("/pos/sales", payment_method="card")["total"] == 1
        assert individual.get("/pos/sales", product_id=3)["total"] == 0
        assert individual.get("/pos/sales", product_id=2)["total"] == 3
        assert individual.get("/pos/sales", status="corrected")["total"] == 0
        assert individual.get("/pos/sales", **{"from": day, "to": "2020-01-01"}).status == 422

    def test_a_ticket_has_its_lines_and_a_local_time_with_offset(self, individual):
        (first, *_) = individual.get("/pos/sales")["items"]
        ticket = individual.get(f"/pos/sales/{first['id']}")
        assert [line["amount"] for line in ticket["lines"]] == [2.08, 3.3]
        assert ticket["sold_at"][10:] in ("T12:30:00+01:00", "T12:30:00+02:00")


class TestSales:
    def test_days_without_sales_are_there_too(self, individual):
        answer = individual.get("/sales/daily")
        assert (answer["total"], len(answer["items"])) == (30, 30)
        last = answer["items"][-1]
        assert last == {
            "day": today().isoformat(),
            "tickets": 2,
            "pieces": 8.0,
            "amount": 10.76,
            "average_ticket": 5.38,
        }
        assert sum(answer.column("amount")) == 10.76

    def test_hours_are_those_of_the_bakery(self, individual):
        answer = individual.get("/sales/hourly", sort="-amount")
        assert (answer["total"], answer["items"][0]["hour"]) == (24, 12)

    def test_products_have_their_share(self, individual):
        answer = individual.get("/sales/products")
        assert answer.column("product_name") == ["Cruasán", "Barra de pan"]
        assert answer.column("amount") == [6.6, 4.16]
        assert sum(answer.column("share")) == pytest.approx(100, abs=0.01)

    def test_a_period_is_a_year_at_most(self, individual):
        long = {"from": "2020-01-01", "to": "2024-01-01"}
        for what in ("daily", "hourly", "products"):
            assert individual.get(f"/sales/{what}", **long).status == 422
        assert individual.get("/sales/daily", location_id=7)["items"][0]["amount"] == 0.0


class TestCentralBaker:
    def test_filters_of_orders(self, central):
        assert central.get("/orders", overdue="true").column("status") == ["confirmed"]
        assert central.get("/orders", overdue="false")["total"] == 2
        assert central.get("/orders", status="ready")["total"] == 1
        assert central.get("/orders", customer_id=2)["total"] == 0
        assert central.get("/orders", **{"from": today(), "to": today()})["total"] == 1

    def test_customers_show_their_orders_and_totals(self, central):
        hotel = central.get("/customers", q="nino")["items"][0]
        assert (hotel["orders"], hotel["open_orders"], hotel["total"]) == (3, 3, 31.2)

    def test_a_supplier_has_its_prices(self, central):
        answer = central.get("/suppliers/1")
        assert [price["unit_price"] for price in answer["prices"]] == [0.8, 7.0]
        assert central.get("/suppliers", q="munoz").column("ingredients") == [1]

    def test_suggestions_choose_the_cheapest_supplier_and_whole_packs(self, central):
        answer = central.get("/procurement/suggestions")
        butter, spice = answer["items"]
        assert (butter["supplier_id"], butter["packs"], butter["cost"]) == (2, 2, 120.0)
        assert (spice["supplier_id"], spice["packs"], spice["cost"]) == (None, None, None)


def test_the_hour_that_comes_twice_in_october_is_counted_once_each_and_on_its_day(individual):
    day = date(2026, 10, 25)
    moments = [datetime(2026, 10, 25, hour, 30, tzinfo=UTC) for hour in (0, 1)]
    edges = [datetime(2026, 10, 24, 22, tzinfo=UTC), datetime(2026, 10, 25, 22, 59, tzinfo=UTC)]
    outside = [datetime(2026, 10, 24, 21, 59, tzinfo=UTC), datetime(2026, 10, 25, 23, tzinfo=UTC)]
    with individual.session() as session:
        for number, moment in enumerate([*moments, *edges, *outside]):
            session.add(
                Sale(
                    invoice_series="Y", invoice_number=number,
                    till_session_id=1, location_id=1, sold_at=moment, total=1,
                    payment_method=PaymentMethod.CASH,
                )
            )  # fmt: skip
    asked = {"from": day.isoformat(), "to": day.isoformat()}
    (found,) = individual.get("/sales/daily", **asked)["items"]
    assert (found["day"], found["tickets"]) == (day.isoformat(), 4)
    hours = individual.get("/sales/hourly", **asked)["items"]
    assert {row["hour"]: row["tickets"] for row in hours if row["tickets"]} == {0: 1, 2: 2, 23: 1}
    tickets = individual.get("/pos/sales", **asked, sort="sold_at").column("sold_at")
    assert tickets[1:3] == ["2026-10-25T02:30:00+02:00", "2026-10-25T02:30:00+01:00"]


def test_what_hoy_sums_up_is_what_the_lists_say(central):
    days = [today() - timedelta(days=ago) for ago in range(8)]
    with central.session() as session:
        found = {hour: fetch_shop_days(session, days, hour) for hour in (0, 12, 13, 24)}
        tills = fetch_tills(session, [2, 1, 99])
    for day in days:
        hours = central.get("/sales/hourly", **{"from": day, "to": day, "per_page": 24})["items"]
        for hour, sold in found.items():
            until = sum(each["amount"] for each in hours if each["hour"] < hour)
            assert float(sold[day].until) == until
        assert float(sold[day].amount) == sum(each["amount"] for each in hours)
        assert sold[day].tickets == sum(each["tickets"] for each in hours)
    assert sum(sold[day].amount for day in days) > 0
    shown = [central.get("/pos/session", location_id=place).body for place in (2, 1)]
    assert [TillOut.model_validate(till).model_dump(mode="json") for till in tills] == shown
