"""Recipes: written, changed, scaled, made of others, in an account that is not a demo."""

import pytest
from sqlalchemy import update

from app.bakery.inventory.models import Ingredient, StockLot
from tests.integration.bakery.ledger import SAID

pytestmark = pytest.mark.parametrize("postgres", ["18"], indirect=True)


def recipe(name="Pan de leche", ingredients=((1, 2), (2, 0.5)), components=(), **more):
    return {
        "name": name, "category": "Panes", "yield_quantity": 20, "preparation_minutes": 20,
        "fermentation_minutes": 90, "baking_minutes": 20, "oven_celsius": 200,
        "instructions": "Amasar y hornear.",
        "ingredients": [{"ingredient_id": key, "quantity": n} for key, n in ingredients],
        "components": [{"recipe_id": key, "quantity": n} for key, n in components],
    } | more  # fmt: skip


def made(api, *args, **more):
    answer = api.post("/recipes", recipe(*args, **more))
    assert answer.status == 201, answer.body
    return answer


class TestVersions:
    def test_a_change_makes_a_version_and_keeps_the_one_before(self, individual):
        first = made(individual, name=SAID[:19])
        assert (first["version"], first["name"]) == (1, SAID[:19])
        path = f"/recipes/{first['id']}"
        changed = recipe(name=SAID[:19], ingredients=((1, 3),), reason="Sin mantequilla")
        second = individual.put(path, changed)
        assert (second.status, second["version"]) == (200, 2)
        assert [row["ingredient_id"] for row in second["ingredients"]] == [1]
        (former,) = individual.get(f"{path}/versions")["items"]
        assert (former["version"], former["reason"]) == (1, "Sin mantequilla")
        assert former["content"]["ingredients"] == [
            {"ingredient_id": 1, "name": "Harina de trigo", "quantity": 2.0},
            {"ingredient_id": 2, "name": "Mantequilla", "quantity": 0.5},
        ]

    def test_writing_the_same_is_no_new_version(self, individual):
        first = made(individual)
        again = individual.put(f"/recipes/{first['id']}", recipe(is_active=False))
        assert (again["version"], again["is_active"]) == (1, False)
        assert individual.get(f"/recipes/{first['id']}/versions")["total"] == 0

    def test_a_change_of_what_was_not_seen_is_refused(self, individual):
        path = f"/recipes/{made(individual)['id']}"
        stale = {"If-Match": '"of another day"'}
        answer = individual.call("PUT", path, json=recipe(ingredients=((1, 9),)), headers=stale)
        assert answer.status == 412
        assert individual.get(path)["version"] == 1

    def test_there_is_one_recipe_of_a_name(self, individual):
        made(individual)
        answer = individual.post("/recipes", recipe())
        assert answer["errors"]["json"] == {"name": ["Ya hay una receta con ese nombre."]}
        assert individual.put("/recipes/777", recipe()).status == 404


class TestScaling:
    def test_quantities_are_scaled_as_they_can_be_weighed_and_counted(self, individual):
        with individual.session() as session:
            session.execute(update(Ingredient).where(Ingredient.id == 3).values(unit="unit"))
        key = made(individual, ingredients=((1, 2), (3, 3)))["id"]
        answer = individual.get(f"/recipes/{key}", quantity=7)
        assert [(row["ingredient_id"], row["quantity"]) for row in answer["ingredients"]] == [
            (3, 2.0),  # 1.05 eggs, say
            (1, 0.7),
        ]
        assert (answer["quantity"], answer["cost"], answer["yield_quantity"]) == (7.0, 2.7, 20.0)

    @pytest.mark.parametrize("quantity", ["0", "-1", "1.5", "1e9", "NaN", "x", "100001"])
    def test_a_scale_must_make_sense(self, individual, quantity):
        answer = individual.get("/recipes/1", quantity=quantity)
        assert answer.status == 422
        assert list(answer["errors"]["query"]) == ["quantity"]


class TestCost:
    def test_the_cost_is_that_of_the_lots_then_of_the_suppliers(self, individual):
        key = made(individual, ingredients=((1, 10), (4, 1)))["id"]
        assert individual.get(f"/recipes/{key}")["cost_per_run"] == 19.0  # ñora: no supplier has it
        with individual.session() as session:
            session.execute(
                update(StockLot).where(StockLot.id == 2).values(unit_cost=4)
            )  # 60 kg at 1, 30 kg at 4
        assert individual.get(f"/recipes/{key}")["cost_per_run"] == 29.0
        with individual.session() as session:
            session.execute(update(StockLot).values(quantity=0))
        assert individual.get(f"/recipes/{key}")["cost_per_run"] == 17.0  # 0.80 at the mill


class TestParts:
    def test_what_a_part_takes_and_contains_counts(self, individual):
        with individual.session() as session:
            session.execute(
                update(Ingredient).where(Ingredient.id == 3).values(allergens=["leche", "soja"])
            )
        cream = made(individual, "Crema", ((3, 4),), yield_quantity=8)["id"]
        bun = made(individual, "Bollo", ((1, 2),), ((cream, 4),))["id"]
        tray = made(individual, "Bandeja", ((1, 1),), ((bun, 10), (cream, 2)))
        found = {row["ingredient_id"]: row["quantity"] for row in tray["ingredients"]}
        assert found == {
            1: 2.0,
            3: 2.0,
        }  # half a run of buns, cream in both
        assert tray["allergens"] == ["gluten", "soja", "leche"]
        assert tray["cost_per_run"] == 4.0
        assert [row["name"] for row in tray["components"]] == ["Bollo", "Crema"]

    def test_no_recipe_needs_itself(self, individual):
        cream = made(individual, "Crema", ((3, 1),))["id"]
        bun = made(individual, "Bollo", ((1, 2),), ((cream, 4),))["id"]
        tray = made(individual, "Bandeja", ((1, 1),), ((bun, 10),))["id"]
        wrong = recipe("Crema", ((3, 1),), ((cream, 1), (tray, 1), (777, 1), (1, 1), (1, 2)))
        answer = individual.put(f"/recipes/{cream}", wrong)
        assert answer.status == 422
        said = {name: text for name, (text,) in answer["errors"]["json"].items()}
        assert set(said) == {f"components.{n}.recipe_id" for n in (0, 1, 2, 4)}
        assert "a sí misma" in said["components.0.recipe_id"]
        assert "ya lleva dentro" in said["components.1.recipe_id"]
        assert individual.get(f"/recipes/{cream}")["components"] == []

    def test_two_changes_at_once_make_no_circle(self, individual):
        one, two = made(individual, "Uno")["id"], made(individual, "Dos")["id"]
        answers = individual.at_once(
            lambda api: api.put(f"/recipes/{one}", recipe("Uno", components=((two, 1),))),
            lambda api: api.put(f"/recipes/{two}", recipe("Dos", components=((one, 1),))),
        )
        assert sorted(answer.status for answer in answers) == [200, 422]
        assert individual.get("/recipes").status == 200


def test_bad_parts_are_named_one_by_one(individual):
    body = recipe(ingredients=((1, 1), (1, 1), (99, 1), (2, 1)))
    body["ingredients"][3]["unit"] = "unit"
    answer = individual.post("/recipes", body)
    assert set(answer["errors"]["json"]) == {
        "ingredients.1.ingredient_id", "ingredients.2.ingredient_id", "ingredients.3.unit",
    }  # fmt: skip
    assert individual.get("/recipes")["total"] == 1
