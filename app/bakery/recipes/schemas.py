"""Queries and answers of the recipes API."""

from decimal import Decimal
from typing import Annotated, Any

from pydantic import BaseModel, Field

from app.bakery.inventory.models import IngredientCategory, Unit
from app.bakery.listing import ListQuery
from app.bakery.schemas import (
    Amount,
    BodyKey,
    Euros,
    Moment,
    Page,
    Percentage,
    Pieces,
    Query,
    UnitCost,
)
from app.validation import Request, Text

Minutes = Annotated[int, Field(ge=0, le=10_080, strict=True)]
Label = Annotated[Text, Field(min_length=1, max_length=60)]
Quantity = Annotated[Decimal, Field(gt=0, le=10_000, decimal_places=3)]
Run = Annotated[Pieces, Field(le=100_000)]


class RecipeQuery(ListQuery):
    """Filters of the list of recipes."""

    category: Text | None = Field(default=None, max_length=100)
    active: bool | None = None


class ScaleQuery(Query):
    """The pieces that a recipe is scaled to."""

    quantity: Run | None = Field(
        default=None, description="Piezas; por defecto, las de una elaboración."
    )


class IngredientIn(Request):
    """What one run takes of an ingredient."""

    ingredient_id: BodyKey
    quantity: Quantity
    unit: Unit | None = Field(default=None, description="Si la envías, la del ingrediente.")


class ComponentIn(Request):
    """What one run takes of another recipe."""

    recipe_id: BodyKey
    quantity: Quantity = Field(description="Piezas de la otra receta.")


class RecipeIn(Request):
    """A recipe as it is written."""

    name: Label
    category: Annotated[Text, Field(min_length=1, max_length=40)]
    yield_quantity: Run = Field(description="Piezas de una elaboración.")
    preparation_minutes: Minutes
    fermentation_minutes: Minutes
    baking_minutes: Minutes
    oven_celsius: Annotated[int, Field(ge=0, le=500, strict=True)]
    instructions: Annotated[Text, Field(max_length=4000)]
    ingredients: Annotated[list[IngredientIn], Field(min_length=1, max_length=60)]
    components: Annotated[list[ComponentIn], Field(max_length=20)] = Field(
        default=[], description="Otras recetas que esta lleva dentro: masas, cremas, rellenos."
    )
    is_active: Annotated[bool, Field(strict=True)] = True


class RecipeChange(RecipeIn):
    """A recipe as it is written again, and why."""

    reason: Annotated[Text, Field(max_length=120)] | None = None


class RecipeOut(BaseModel):
    """A recipe, its cost, and the margin of the product that is made with it."""

    id: int
    name: str
    category: str
    version: int
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
    """The quantity of an ingredient that is taken, and its cost."""

    ingredient_id: int
    name: str
    category: IngredientCategory
    unit: Unit
    quantity: Amount
    unit_cost: UnitCost
    cost: Euros
    allergens: list[str]


class ComponentOut(BaseModel):
    """Another recipe that is part of this one."""

    recipe_id: int
    name: str
    quantity: Amount


class RecipeDetail(RecipeOut):
    """A recipe with its instructions and all that it takes."""

    instructions: str
    allergens: list[str] = Field(description="De los catorce de la ley, por sus ingredientes.")
    quantity: Amount = Field(description="Piezas a las que están calculados los ingredientes.")
    cost: Euros = Field(description="De esas piezas.")
    ingredients: list[RecipeIngredientOut] = Field(
        description="También los de las recetas que lleva dentro."
    )
    components: list[ComponentOut]


class VersionContent(BaseModel):
    """What a former version of a recipe said."""

    name: str
    category: str
    yield_quantity: Amount
    preparation_minutes: int
    fermentation_minutes: int
    baking_minutes: int
    oven_celsius: int
    instructions: str
    ingredients: list[dict[str, Any]]
    components: list[dict[str, Any]]


class VersionOut(BaseModel):
    """A former version of a recipe."""

    recipe_id: int
    version: int
    replaced_at: Moment
    reason: str | None = Field(description="Por qué se cambió.")
    content: VersionContent


class VersionPage(Page):
    """A page of former versions."""

    items: list[VersionOut]


class RecipePage(Page):
    """A page of recipes."""

    items: list[RecipeOut]
