"""Simulates the stock of ingredients: lots come in and are used, the first to expire first."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import ROUND_CEILING, Decimal
from math import ceil

from app.bakery.inventory.models import IngredientCategory, MovementKind, Unit
from seeds.catalogue.kinds import IngredientSpec, StockPolicy
from seeds.values import Scene, at, quantity, unit_cost

BUYING_WEEKDAYS = (0, 2, 4)
"""Monday, Wednesday and Friday: the days on which ingredients are ordered."""
SHORT_DATED_DAYS = 2
MISHAP_CHANCE = 0.02

MISHAPS = {
    IngredientCategory.FLOUR: "Saco roto al descargar",
    IngredientCategory.EGG: "Huevos rotos en el reparto",
    IngredientCategory.DAIRY: "Rotura de la cadena de frío",
    IngredientCategory.PACKAGING: "Material mojado",
}

LOW_FROM, LOW_TO = Decimal("0.35"), Decimal("0.80")
"""Shares of the reorder point: `runs_low` refills below the first, up to the second."""


@dataclass
class Lot:
    """A delivery, with the quantity that is left of it."""

    code: str
    received: Decimal
    left: Decimal
    unit_cost: Decimal
    received_on: date
    expires_on: date


@dataclass(frozen=True)
class Movement:
    """One entry of the ledger; a positive quantity came in."""

    kind: MovementKind
    lot: Lot
    quantity: Decimal
    occurred_at: datetime
    reference: str | None = None
    reason: str | None = None


@dataclass(frozen=True)
class Purchase:
    """Packs that were ordered on a buying day."""

    sku: str
    packs: int
    ordered_on: date
    expected_on: date


@dataclass
class IngredientStock:
    """One ingredient's lots, their movements, and the purchases that refill it."""

    scene: Scene
    policy: StockPolicy
    item: IngredientSpec
    lead_time_days: int
    lots: list[Lot] = field(default_factory=list)
    movements: list[Movement] = field(default_factory=list)
    purchases: list[Purchase] = field(default_factory=list)

    @property
    def on_hand(self) -> Decimal:
        """The quantity left in all lots."""
        return sum((lot.left for lot in self.lots), Decimal(0))

    def open(self, day: date) -> None:
        """Receive the first lot."""
        if self.policy.runs_low:
            self._receive(day, quantity(self.policy.reorder_point * LOW_TO), "Inventario inicial")
            return
        start = self.policy.reorder_point + self.item.pack_size * self.policy.reorder_packs
        self._receive(day, quantity(start), "Inventario inicial")

    def simulate_day(self, day: date, needed: Decimal) -> None:
        """Simulate one day: discard expired lots, bake, receive deliveries, and order."""
        self._discard(day - timedelta(days=1))
        if self.item.unit is Unit.PIECE:
            needed = needed.to_integral_value(ROUND_CEILING)
        self._use(day, quantity(needed))
        for purchase in self.purchases:
            if purchase.expected_on == day:
                self._receive(day, self.item.pack_size * purchase.packs, None)
        if self.policy.short_dated and day == self.scene.days[-2]:
            bargain = self.item.pack_size * ceil(self.policy.reorder_packs / 2)
            short = self.scene.today + timedelta(days=SHORT_DATED_DAYS)
            self._receive(day, bargain, "Lote de fecha corta", expires_on=short)
        self._order(day)
        if day < self.scene.today:
            self._lose_some(day)

    def _receive(
        self, day: date, amount: Decimal, reason: str | None, expires_on: date | None = None
    ) -> None:
        rng = self.scene.random_for(f"lot/{self.item.sku}/{len(self.lots)}", day)
        number = 1 + sum(lot.received_on == day for lot in self.lots)
        lot = Lot(
            code=f"{self.item.sku}-{day:%y%m%d}-{number}",
            received=quantity(amount),
            left=quantity(amount),
            unit_cost=unit_cost(self.item.unit_cost * Decimal(rng.randrange(97, 105)) / 100),
            received_on=day,
            expires_on=expires_on or self._expiry(day, rng.uniform(0.85, 1.0)),
        )
        self.lots.append(lot)
        delivery_note = f"Albarán {day:%y}/{rng.randrange(1000, 9999)}"
        moment = at(day, 9 * 60 + rng.randrange(90))
        self.movements.append(
            Movement(MovementKind.PURCHASE, lot, lot.received, moment, delivery_note, reason)
        )

    def _expiry(self, day: date, freshness: float) -> date:
        return day + timedelta(days=max(3, round(self.item.shelf_life_days * freshness)))

    def _use(self, day: date, needed: Decimal) -> None:
        """Take what the day's baking needs; a shortage was bought the evening before."""
        if self.on_hand < needed:
            packs = (needed * 2 / self.item.pack_size).to_integral_value(ROUND_CEILING)
            amount = needed * 2 if self.policy.runs_low else packs * self.item.pack_size
            self._receive(day - timedelta(days=1), quantity(amount), "Compra urgente")
        moment = at(day, 4 * 60 + 30)
        for lot, amount in self._draw(needed):
            self.movements.append(
                Movement(
                    MovementKind.PRODUCTION,
                    lot,
                    -amount,
                    moment,
                    f"Obrador {day:%d/%m/%Y}",
                    "Consumo del obrador",
                )
            )

    def _draw(self, needed: Decimal) -> Iterator[tuple[Lot, Decimal]]:
        for lot in sorted(self.lots, key=lambda lot: (lot.expires_on, lot.code)):
            amount = min(lot.left, needed)
            if amount > 0:
                lot.left -= amount
                needed -= amount
                yield lot, amount

    def _order(self, day: date) -> None:
        if self.policy.runs_low:
            if self.on_hand < self.policy.reorder_point * LOW_FROM:
                missing = self.policy.reorder_point * LOW_TO - self.on_hand
                self._receive(day, quantity(missing), "Compra de apoyo")
            return
        if day.weekday() not in BUYING_WEEKDAYS:
            return
        on_order = sum(
            (
                self.item.pack_size * purchase.packs
                for purchase in self.purchases
                if purchase.expected_on > day
            ),
            Decimal(0),
        )
        if self.on_hand + on_order <= self.policy.reorder_point:
            arrival = day + timedelta(days=max(1, self.lead_time_days))
            arrival = self.scene.calendar.next_open(arrival)
            packs = self.policy.reorder_packs
            self.purchases.append(Purchase(self.item.sku, packs, day, arrival))

    def _lose_some(self, day: date) -> None:
        """Sometimes break or miscount a small part of a lot."""
        rng = self.scene.random_for(f"mishap/{self.item.sku}", day)
        lots = [lot for lot in self.lots if lot.left >= 1]
        if not lots or rng.random() >= MISHAP_CHANCE:
            return
        lot = rng.choice(lots)
        mishap = MISHAPS.get(self.item.category)
        kind = MovementKind.ADJUSTMENT if mishap is None else MovementKind.WASTE
        reason = mishap or "Diferencia en el recuento de inventario"
        amount = quantity(lot.left * Decimal(rng.randrange(1, 4)) / 100)
        if self.item.unit is Unit.PIECE:
            amount = max(Decimal(1), amount.to_integral_value())
        if amount > 0:
            lot.left -= amount
            self.movements.append(
                Movement(kind, lot, -amount, at(day, 13 * 60 + 15), "Recuento", reason)
            )

    def _discard(self, day: date) -> None:
        for lot in self.lots:
            if lot.left > 0 and lot.expires_on <= day:
                expired = lot.left
                lot.left = Decimal(0)
                moment = at(day, 20 * 60)
                self.movements.append(
                    Movement(MovementKind.WASTE, lot, -expired, moment, lot.code, "Caducado")
                )
