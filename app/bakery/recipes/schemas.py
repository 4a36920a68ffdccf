"""Queries and answers of the recipes API."""

from pydantic import BaseModel, Field

from app.bakery.inventory.models import IngredientCategory, Unit
from app.bakery.listing import ListQuery
from app.bakery.schemas import Amount, Euros, Page, Percentage, UnitCost
from app.validation import Text


class RecipeQuery(ListQuery):
    """Filters of the list of recipes."""

    category: Text | None = Field(default=None, max_length=100)
    active: bool | None = None


class RecipeOut(BaseModel):
    """A recipe, its cost, and the margin of the product that is made with it."""

    id: int
    name: str
    category: str
    yield_quantity: Amount = Field(description="Piezas de una elaboración.")
    preparation_minutes: int
    fermentation_minutes: int
    baking_minutes: int
    total_minutes: int
    oven_celsius: int
    is_active: bool
    cost_per_run: Euros
    cost_per_piece: UnitCost
    product_id: int | None
    product_name: str | None
    price: Euros | None = Field(description="IVA incluido.")
    margin: Euros | None = Field(description="De una pieza: precio sin IVA menos su coste.")
    margin_percent: Percentage | None = Field(description="Sobre el precio sin IVA.")


class RecipeIngredientOut(BaseModel):
    """The quantity of an ingredient that one run takes, and its cost."""

    ingredient_id: int
    name: str
    category: IngredientCategory
    unit: Unit
    quantity: Amount
    unit_cost: UnitCost
    cost: Euros
    allergens: list[str]


class RecipeDetail(RecipeOut):
    """A recipe with its instructions and ingredients."""

    instructions: str
    allergens: list[str]
    ingredients: list[RecipeIngredientOut]


class RecipePage(Page):
    """A page of recipes."""

    items: list[RecipeOut]
