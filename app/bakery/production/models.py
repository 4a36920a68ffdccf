"""Batches, from the plan to the finished pieces."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, Numeric
from sqlalchemy.orm import Mapped, mapped_column

from app.bakery.base import Code, Note, Quantity, RowId, TenantBase, enum_column


class BatchStatus(StrEnum):
    """The statuses of a batch."""

    PLANNED = "planned"
    IN_PROGRESS = "in_progress"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


class ProductionBatch(TenantBase):
    """One batch of a recipe, on one day."""

    __tablename__ = "production_batches"
    __table_args__ = (
        CheckConstraint("quantity_planned > 0", name="quantity_planned"),
        CheckConstraint("finished_at >= started_at", name="finished_at"),
        Index("production_batches_planned_on_idx", "planned_on", "status"),
    )

    id: Mapped[RowId]
    batch_code: Mapped[Code] = mapped_column(unique=True)
    recipe_id: Mapped[int] = mapped_column(ForeignKey("recipes.id"), index=True)
    location_id: Mapped[int] = mapped_column(ForeignKey("locations.id"))
    baker_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    planned_on: Mapped[date]
    status: Mapped[BatchStatus] = enum_column(BatchStatus, "batch_status")
    quantity_planned: Mapped[Quantity]
    quantity_produced: Mapped[Quantity | None]
    unit_cost: Mapped[Decimal | None] = mapped_column(Numeric(12, 4))
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    notes: Mapped[Note | None]
    quantity_lost: Mapped[Quantity | None]
    loss_reason: Mapped[Note | None]
    recipe_version: Mapped[int] = mapped_column(Integer, server_default="1")
