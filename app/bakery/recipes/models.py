"""Recipes and their ingredients."""

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from app.bakery.base import CreatedAt, Quantity, RowId, TenantBase


class Recipe(TenantBase):
    """The instructions for `yield_quantity` pieces of something."""

    __tablename__ = "recipes"
    __table_args__ = (CheckConstraint("yield_quantity > 0", name="yield_quantity"),)

    id: Mapped[RowId]
    name: Mapped[str] = mapped_column(unique=True)
    category: Mapped[str]
    yield_quantity: Mapped[Quantity]
    preparation_minutes: Mapped[int]
    fermentation_minutes: Mapped[int]
    baking_minutes: Mapped[int]
    oven_celsius: Mapped[int]
    instructions: Mapped[str]
    is_active: Mapped[bool] = mapped_column(server_default="true")
    created_at: Mapped[CreatedAt]


class RecipeIngredient(TenantBase):
    """The quantity of an ingredient, in its own unit, that one run of a recipe takes."""

    __tablename__ = "recipe_ingredients"
    __table_args__ = (CheckConstraint("quantity > 0", name="quantity"),)

    recipe_id: Mapped[int] = mapped_column(ForeignKey("recipes.id"), primary_key=True)
    ingredient_id: Mapped[int] = mapped_column(ForeignKey("ingredients.id"), primary_key=True)
    quantity: Mapped[Quantity]
