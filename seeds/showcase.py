"""The finished pieces: from the oven to the shops, over the counter, and what is left at night."""

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
class Showcase:
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


def fill_showcases(
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
        showcase = Showcase(scene, day)
        if scene.profile.recipes:
            _bake_here(showcase, batches)
        else:
            _bake_and_carry(showcase, supply, orders)
        _deliver(showcase, orders)
        for location in scene.selling:
            _sell(showcase, location.name, sold.get((day, location.name), {}))
        if day < scene.today:
            _clear(showcase)
        rows.extend(showcase.movements)
        stock = showcase.stock
    return rows, stock


def _bake_here(showcase: Showcase, batches: list[Batch]) -> None:
    home = showcase.scene.bakes_at.name
    for batch in batches:
        if batch.day == showcase.day and batch.status is BatchStatus.COMPLETED:
            assert batch.produced is not None
            assert batch.finished_at is not None
            pieces = {batch.product.sku: batch.produced}
            kind = MovementKind.PRODUCTION
            showcase.move(kind, home, pieces, batch.finished_at, batch.code, "Hornada terminada")


def _bake_and_carry(showcase: Showcase, supply: Supply, orders: list[PlacedOrder]) -> None:
    """The workshop bakes for everybody and carries the shops' trays out before they open."""
    scene, day = showcase.scene, showcase.day
    home = scene.bakes_at.name
    baked = pieces_baked(scene, supply, orders, day)
    pieces = {sku: count + WORKSHOP_SPARE for sku, count in baked.items()}
    label = f"{day:%d/%m/%Y}"
    showcase.move(
        MovementKind.PRODUCTION, home, pieces, at(day, 300), f"Hornada {label}", "Producción diaria"
    )
    for location in scene.selling:
        load = supply[day, location.name]
        note = f"Reparto {label}"
        reason = f"Salida hacia {location.name}"
        kind = MovementKind.TRANSFER
        showcase.move(kind, home, load, at(day, 345), note, reason, sign=-1)
        showcase.move(kind, location.name, load, at(day, 385), note, "Entrada del obrador")


def _deliver(showcase: Showcase, orders: list[PlacedOrder]) -> None:
    home = showcase.scene.bakes_at.name
    for order in orders:
        ours = order.customer.kind is CustomerKind.SATELLITE
        delivered = order.status is OrderStatus.DELIVERED
        if order.due_on == showcase.day and delivered and not ours:
            showcase.move(
                MovementKind.SALE,
                home,
                order.pieces,
                order.updated_at,
                f"Pedido de {order.customer.name}",
                "Pedido entregado",
                sign=-1,
            )


def _sell(showcase: Showcase, location: str, pieces: Quantities) -> None:
    scene, day = showcase.scene, showcase.day
    closing = 14 * 60 + 35 if scene.calendar.is_morning_only(day) else 20 * 60 + 35
    moment = scene.now if day == scene.today else at(day, closing)
    label = f"Caja {day:%d/%m/%Y}"
    showcase.move(MovementKind.SALE, location, pieces, moment, label, "Venta en tienda", sign=-1)


def _clear(showcase: Showcase) -> None:
    for location, pieces in list(showcase.stock.items()):
        reason = "Sobrante del día"
        workshop = showcase.scene.profile.locations[0].kind is LocationKind.WORKSHOP
        if workshop and location == showcase.scene.bakes_at.name:
            reason = "Sobrante donado al Banco de Alimentos"
        left = dict(pieces)
        moment = at(showcase.day, 21 * 60)
        showcase.move(MovementKind.WASTE, location, left, moment, "Cierre", reason, sign=-1)
