"""Simulates the stock of finished pieces: baked, delivered, sold, and cleared at night."""

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from app.bakery.business.models import LocationKind
from app.bakery.inventory.models import MovementKind
from app.bakery.orders.models import CustomerKind, OrderStatus
from app.bakery.production.models import BatchStatus
from seeds.orders import PlacedOrder
from seeds.production import Batch, pieces_baked
from seeds.sales import Ticket, pieces_sold
from seeds.supply import Supply
from seeds.values import Quantities, Row, Scene, at

LEDGER_DAYS = 6
"""Days of the ledger of products; each night clears the shelves, so each day stands alone."""
WORKSHOP_SPARE = 6


@dataclass
class ProductStock:
    """The pieces at every location on one day, and the movements that brought them there."""

    scene: Scene
    day: date
    stock: dict[str, Quantities] = field(default_factory=dict)
    movements: list[Row] = field(default_factory=list)

    def move(
        self,
        kind: MovementKind,
        location: str,
        pieces: Quantities,
        moment: datetime,
        reference: str,
        reason: str,
        sign: int = 1,
    ) -> None:
        """Put pieces on a location's shelves, or with `sign` -1 take them away."""
        shelf = self.stock.setdefault(location, {})
        for sku, count in pieces.items():
            if count:
                shelf[sku] = shelf.get(sku, 0) + sign * count
                self.movements.append(
                    {
                        "kind": kind.value,
                        "ingredient_id": None,
                        "lot_id": None,
                        "product_id": self.scene.product_ids[sku],
                        "location_id": self.scene.location_ids[location],
                        "quantity": Decimal(sign * count),
                        "unit_cost": None,
                        "reference": reference,
                        "reason": reason,
                        "occurred_at": moment,
                    }
                )


def build_product_stock(
    scene: Scene,
    tickets: list[Ticket],
    supply: Supply,
    orders: list[PlacedOrder],
    batches: list[Batch],
) -> tuple[list[Row], dict[str, Quantities]]:
    """The product movements of the last days, and what stands ready by now at each location."""
    sold = pieces_sold(tickets, until=scene.now)
    rows: list[Row] = []
    stock: dict[str, Quantities] = {}
    for day in scene.days[-LEDGER_DAYS:]:
        product_stock = ProductStock(scene, day)
        if scene.profile.recipes:
            _bake_here(product_stock, batches)
        else:
            _bake_and_carry(product_stock, supply, orders)
        _deliver(product_stock, orders)
        for location in scene.selling:
            _sell(product_stock, location.name, sold.get((day, location.name), {}))
        if day < scene.today:
            _clear(product_stock)
        rows.extend(product_stock.movements)
        stock = product_stock.stock
    return rows, stock


def _bake_here(product_stock: ProductStock, batches: list[Batch]) -> None:
    home = product_stock.scene.bakes_at.name
    for batch in batches:
        if batch.day == product_stock.day and batch.status is BatchStatus.COMPLETED:
            assert batch.produced is not None
            assert batch.finished_at is not None
            pieces = {batch.product.sku: batch.produced}
            kind = MovementKind.PRODUCTION
            product_stock.move(
                kind, home, pieces, batch.finished_at, batch.code, "Hornada terminada"
            )


def _bake_and_carry(product_stock: ProductStock, supply: Supply, orders: list[PlacedOrder]) -> None:
    """Bake at the workshop for all locations, and bring the shops their pieces before they open."""
    scene, day = product_stock.scene, product_stock.day
    home = scene.bakes_at.name
    baked = pieces_baked(scene, supply, orders, day)
    pieces = {sku: count + WORKSHOP_SPARE for sku, count in baked.items()}
    label = f"{day:%d/%m/%Y}"
    product_stock.move(
        MovementKind.PRODUCTION, home, pieces, at(day, 300), f"Hornada {label}", "Producción diaria"
    )
    for location in scene.selling:
        load = supply[day, location.name]
        note = f"Reparto {label}"
        reason = f"Salida hacia {location.name}"
        kind = MovementKind.TRANSFER
        product_stock.move(kind, home, load, at(day, 345), note, reason, sign=-1)
        product_stock.move(kind, location.name, load, at(day, 385), note, "Entrada del obrador")


def _deliver(product_stock: ProductStock, orders: list[PlacedOrder]) -> None:
    home = product_stock.scene.bakes_at.name
    for order in orders:
        ours = order.customer.kind is CustomerKind.SATELLITE
        delivered = order.status is OrderStatus.DELIVERED
        if order.due_on == product_stock.day and delivered and not ours:
            product_stock.move(
                MovementKind.SALE,
                home,
                order.pieces,
                order.updated_at,
                f"Pedido de {order.customer.name}",
                "Pedido entregado",
                sign=-1,
            )


def _sell(product_stock: ProductStock, location: str, pieces: Quantities) -> None:
    scene, day = product_stock.scene, product_stock.day
    closing = 14 * 60 + 35 if scene.calendar.is_morning_only(day) else 20 * 60 + 35
    moment = scene.now if day == scene.today else at(day, closing)
    label = f"Caja {day:%d/%m/%Y}"
    product_stock.move(
        MovementKind.SALE, location, pieces, moment, label, "Venta en tienda", sign=-1
    )


def _clear(product_stock: ProductStock) -> None:
    for location, pieces in list(product_stock.stock.items()):
        reason = "Sobrante del día"
        workshop = product_stock.scene.profile.locations[0].kind is LocationKind.WORKSHOP
        if workshop and location == product_stock.scene.bakes_at.name:
            reason = "Sobrante donado al Banco de Alimentos"
        left = dict(pieces)
        moment = at(product_stock.day, 21 * 60)
        product_stock.move(MovementKind.WASTE, location, left, moment, "Cierre", reason, sign=-1)
