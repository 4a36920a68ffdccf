"""The recipe book."""

from datetime import timedelta
from decimal import Decimal

from seeds.values import Scene, Tables, at, quantity


def recipe_rows(scene: Scene) -> Tables:
    """The recipe book."""
    created_at = at(scene.past_days[0] - timedelta(days=30), 12 * 60)
    recipes = scene.profile.recipes
    return {
        "recipes": [
            {
                "id": n,
                "name": recipe.name,
                "category": recipe.category,
                "yield_quantity": Decimal(recipe.yield_quantity),
                "preparation_minutes": recipe.preparation_minutes,
                "fermentation_minutes": recipe.fermentation_minutes,
                "baking_minutes": recipe.baking_minutes,
                "oven_celsius": recipe.oven_celsius,
                "instructions": recipe.instructions,
                "created_at": created_at,
            }
            for n, recipe in enumerate(recipes, start=1)
        ],
        "recipe_ingredients": [
            {
                "recipe_id": n,
                "ingredient_id": scene.ingredient_ids[sku],
                "quantity": quantity(amount),
            }
            for n, recipe in enumerate(recipes, start=1)
            for sku, amount in recipe.ingredients
        ],
    }
