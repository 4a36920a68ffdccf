"""Trains the baseline on the shops' sales, and writes down its records and its predictions."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import Date, Numeric, column, func, select, table
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.bakery.clock import now, today
from app.bakery.forecasting.baseline import (
    INTERVAL,
    LOOK_BACK,
    WEEKS,
    YEAR,
    Quality,
    Sold,
    expect,
    measure,
)
from app.bakery.forecasting.models import ForecastModel, ForecastPrediction
from app.bakery.forecasting.schemas import TrainingIn
from app.bakery.pos.models import Product
from app.bakery.problems import Problems
from app.bakery.sales.models import SalesChannel, SalesHistory
from app.language.texts import _

ALGORITHM = "media_estacional"
HORIZON_DAYS = 14
HISTORY = YEAR + timedelta(weeks=LOOK_BACK + 6)
MOST_PERCENT = Decimal("999.99")

_DAILY = table(
    "daily_sales",
    column("day", Date),
    column("product_id"),
    column("quantity", Numeric),
    column("channel", SalesHistory.channel.type),
)


def train(session: Session, asked: TrainingIn) -> dict[str, Any]:
    """Train a model for each product that sold enough of late.

    Raises:
        InvalidRequest: a product that was asked for does not exist.
    """
    products = _fetch_products(session, asked.product_ids)
    sales = _fetch_sales(session, today() - HISTORY)
    opened = {day for sold in sales.values() for day in sold}
    trained: list[tuple[int, Sold, Quality]] = []
    skipped = []
    for product_id, name in products:
        quality = measure(sales[product_id], opened, today())
        if quality is None:
            skipped.append(name)
        else:
            trained.append((product_id, sales[product_id], quality))
    moment = now()
    if trained:
        _write(session, trained, opened, moment)
    return {
        "trained_at": moment,
        "models": len(trained),
        "skipped": skipped,
        "error_percent": _weighted(trained, "wape"),
        "naive_error_percent": _weighted(trained, "naive_wape"),
    }


def _fetch_products(session: Session, product_ids: Sequence[int] | None) -> list[tuple[int, str]]:
    statement = select(Product.id, Product.name).where(Product.is_active).order_by(Product.id)
    found = [(row.id, row.name) for row in session.execute(statement)]
    if product_ids is None:
        return found
    problems, known = Problems(), {key for key, _ in found}
    for number, key in enumerate(product_ids):
        if key not in known:
            sentence = _("El producto %(key)s no existe o ya no se vende.", key=key)
            problems.add(f"product_ids.{number}", sentence)
    problems.ensure_none()
    return [row for row in found if row[0] in product_ids]


def _fetch_sales(session: Session, first: date) -> defaultdict[int, dict[date, float]]:
    """The pieces that the shops sold of each product on each day before today."""
    columns = _DAILY.c
    statement = (
        select(columns.product_id, columns.day, func.sum(columns.quantity).label("quantity"))
        .where(columns.day >= first, columns.day < today(), columns.channel == SalesChannel.SHOP)
        .group_by(columns.product_id, columns.day)
    )
    found: defaultdict[int, dict[date, float]] = defaultdict(dict)
    for row in session.execute(statement):
        found[row.product_id][row.day] = float(row.quantity)
    return found


def _write(
    session: Session,
    trained: list[tuple[int, Sold, Quality]],
    opened: set[date],
    moment: datetime,
) -> None:
    records = [
        {
            "product_id": product_id,
            "algorithm": ALGORITHM,
            "version": f"{moment:%Y.%m.%d}",
            "trained_at": moment,
            "training_days": sum(1 for day in opened if day in sold),
            "error_percent": min(Decimal(f"{quality.wape:.2f}"), MOST_PERCENT),
            "parameters": _parameters(quality),
        }
        for product_id, sold, quality in trained
    ]
    making = insert(ForecastModel).values(records)
    again = {name: making.excluded[name] for name in records[0] if name != "product_id"}
    made = making.on_conflict_do_update(index_elements=["product_id"], set_=again).returning(
        ForecastModel.id, ForecastModel.product_id
    )
    ids = {row.product_id: row.id for row in session.execute(made)}
    predictions = [
        _prediction(ids[product_id], sold, opened, quality, today() + timedelta(days=ahead))
        for product_id, sold, quality in trained
        for ahead in range(HORIZON_DAYS)
    ]
    making = insert(ForecastPrediction).values(predictions)
    again = {name: making.excluded[name] for name in ("quantity", "lower_bound", "upper_bound")}
    keys = ["model_id", "predicted_for"]
    session.execute(making.on_conflict_do_update(index_elements=keys, set_=again))


def _parameters(quality: Quality) -> dict[str, Any]:
    return {
        "semanas": WEEKS,
        "estacionalidad": ["semanal", "anual"],
        "intervalo": INTERVAL,
        "dias_probados": quality.days,
        "wape": round(quality.wape, 2),
        "mape": round(quality.mape, 2),
        "sesgo": round(quality.bias, 2),
        "wape_semana_anterior": round(quality.naive_wape, 2),
    }


def _prediction(
    model_id: int, sold: Sold, opened: set[date], quality: Quality, day: date
) -> dict[str, Any]:
    pieces = expect(sold, opened, day, today())
    return {
        "model_id": model_id,
        "predicted_for": day,
        "quantity": Decimal(round(pieces)),
        "lower_bound": Decimal(round(pieces * quality.lower)),
        "upper_bound": Decimal(round(pieces * quality.upper)),
    }


def _weighted(trained: list[tuple[int, Sold, Quality]], name: str) -> float | None:
    """The error over all products, each weighed by what it sells."""
    weights = [sum(sold.values()) for _, sold, _ in trained]
    if not any(weights):
        return None
    errors: list[float] = [getattr(quality, name) for _, _, quality in trained]
    return sum(w * e for w, e in zip(weights, errors, strict=True)) / sum(weights)
