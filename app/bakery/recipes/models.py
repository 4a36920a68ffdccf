"""Recipes, what goes into them, and their former versions."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Integer
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.bakery.base import CreatedAt, Note, Quantity, RowId, TenantBase


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
    version: Mapped[int] = mapped_column(Integer, server_default="1")


class RecipeIngredient(TenantBase):
    """The quantity of an ingredient, in its own unit, that one run of a recipe takes."""

    __tablename__ = "recipe_ingredients"
    __table_args__ = (CheckConstraint("quantity > 0", name="quantity"),)

    recipe_id: Mapped[int] = mapped_column(ForeignKey("recipes.id"), primary_key=True)
    ingredient_id: Mapped[int] = mapped_column(ForeignKey("ingredients.id"), primary_key=True)
    quantity: Mapped[Quantity]


class RecipeComponent(TenantBase):
    """The quantity of another recipe's pieces that one run of a recipe takes."""

    __tablename__ = "recipe_components"
    __table_args__ = (
        CheckConstraint("quantity > 0", name="quantity"),
        CheckConstraint("component_id <> recipe_id", name="itself"),
    )

    recipe_id: Mapped[int] = mapped_column(ForeignKey("recipes.id"), primary_key=True)
    component_id: Mapped[int] = mapped_column(ForeignKey("recipes.id"), primary_key=True)
    quantity: Mapped[Quantity]


class RecipeVersion(TenantBase):
    """A recipe as it was before a change: `content` has what the API shows of a version."""

    __tablename__ = "recipe_versions"

    recipe_id: Mapped[int] = mapped_column(ForeignKey("recipes.id"), primary_key=True)
    version: Mapped[int] = mapped_column(Integer, primary_key=True)
    replaced_at: Mapped[datetime]
    reason: Mapped[Note | None]
    content: Mapped[dict[str, Any]] = mapped_column(JSONB)
