"""The store room: what is used of each ingredient, and the lots that come in to replace it.

An ingredient's stock is played through day by day, the first lot to expire first, because what is
bought depends on what is left. The events say only what came, was lost or expired: what is drawn
from which lot is decided when an event happens, by the same rule.
"""

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
DELIVERED_FROM = 11 * 60 + 15
"""Orders arrive after the day's own are sent, so that one is always on its way."""
SHORT_DATED_DAYS = 3
"""Each day a lot that keeps so long is taken at a discount."""
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
class StoredLot:
    """A lot of one ingredient, with what is left of it."""

    sku: str
    code: str
    received: Decimal
    left: Decimal
    unit_cost: Decimal
    received_at: datetime
    expires_on: date
    note: str
    reason: str | None = None
    purchase: "Purchase | None" = None


@dataclass(frozen=True)
class Purchase:
    """Packs that were ordered on a buying day."""

    sku: str
    packs: int
    ordered_on: date
    expected_on: date


@dataclass(frozen=True)
class Loss:
    """A part of a lot that was lost, or all that was left of it when it expired."""

    lot: StoredLot
    quantity: Decimal
    at: datetime
    kind: MovementKind
    reason: str
    is_expiry: bool = False


@dataclass
class IngredientStock:
    """One ingredient's lots and losses, and the purchases that refill it."""

    scene: Scene
    policy: StockPolicy
    item: IngredientSpec
    lead_time_days: int
    lots: list[StoredLot] = field(default_factory=list)
    losses: list[Loss] = field(default_factory=list)
    purchases: list[Purchase] = field(default_factory=list)

    @property
    def on_hand(self) -> Decimal:
        """The quantity left in all lots."""
        return sum((lot.left for lot in self.lots), Decimal(0))

    def open(self, day: date) -> None:
        """Begin with an inventory."""
        point = self.policy.reorder_point
        start = point * LOW_TO if self.policy.runs_low else point + self._refill / 2
        self._receive(day, start, "Inventario inicial", minute=18 * 60)

    @property
    def _refill(self) -> Decimal:
        return self.item.pack_size * self.policy.reorder_packs

    def play_day(self, day: date, needed: Decimal) -> None:
        """Play one day: bake, receive deliveries, order, lose some, throw away what expires."""
        self._use(day, needed)
        for purchase in self.purchases:
            if purchase.expected_on == day:
                amount = self.item.pack_size * purchase.packs
                self._receive(day, amount, None, purchase=purchase, minute=DELIVERED_FROM)
        if self.policy.short_dated:
            bargain = self.item.pack_size * ceil(self.policy.reorder_packs / 4)
            expires_on = day + timedelta(days=SHORT_DATED_DAYS)
            self._receive(day, bargain, "Lote de fecha corta", expires_on=expires_on)
        self._order(day)
        self._lose_some(day)
        self._discard(day)

    def _receive(
        self,
        day: date,
        amount: Decimal,
        reason: str | None,
        *,
        expires_on: date | None = None,
        purchase: Purchase | None = None,
        minute: int = 9 * 60,
    ) -> None:
        rng = self.scene.random_for(f"lot/{self.item.sku}/{reason}", day)
        number = 1 + sum(lot.received_at.date() == day for lot in self.lots)
        amount = measured(self.item, amount)
        price = self.item.unit_cost * Decimal(rng.randrange(97, 105)) / 100
        self.lots.append(
            StoredLot(
                self.item.sku,
                f"{self.item.sku}-{day:%y%m%d}-{number}",
                received=amount,
                left=amount,
                unit_cost=unit_cost(self.item.unit_cost if purchase else price),
                received_at=at(day, minute + rng.randrange(90)),
                expires_on=expires_on or self._expiry(day, rng.uniform(0.85, 1.0)),
                note=f"Albarán {day:%y}/{rng.randrange(1000, 9999)}",
                reason=reason,
                purchase=purchase,
            )
        )

    def _expiry(self, day: date, freshness: float) -> date:
        return day + timedelta(days=max(3, round(self.item.shelf_life_days * freshness)))

    def _use(self, day: date, needed: Decimal) -> None:
        """Take what the day needs; a shortage was bought the evening before."""
        if self.on_hand < needed:
            packs = ((needed - self.on_hand) * 2 / self.item.pack_size).to_integral_value(
                ROUND_CEILING
            )
            amount = self.item.pack_size * packs
            self._receive(day - timedelta(days=1), amount, "Compra urgente", minute=18 * 60)
        for lot in sorted(self.lots, key=lambda lot: (lot.expires_on, lot.code)):
            amount = min(lot.left, needed)
            lot.left -= amount
            needed -= amount

    def _order(self, day: date) -> None:
        if self.policy.runs_low:
            if self.on_hand < self.policy.reorder_point * LOW_FROM:
                missing = self.policy.reorder_point * LOW_TO - self.on_hand
                self._receive(day, missing, "Compra de apoyo", minute=16 * 60)
            return
        if day.weekday() not in BUYING_WEEKDAYS:
            return
        waiting = [purchase for purchase in self.purchases if purchase.expected_on > day]
        on_order = self.item.pack_size * sum(purchase.packs for purchase in waiting)
        if self.on_hand + on_order <= self.policy.reorder_point:
            arrival = day + timedelta(days=max(1, self.lead_time_days))
            arrival = self.scene.calendar.next_open(arrival)
            packs = self.policy.reorder_packs
            self.purchases.append(Purchase(self.item.sku, packs, day, arrival))

    def _lose_some(self, day: date) -> None:
        """Sometimes break or miscount a small part of a lot."""
        rng = self.scene.random_for(f"mishap/{self.item.sku}", day)
        moment = at(day, 13 * 60 + 15)
        lots = [lot for lot in self.lots if lot.left >= 2 and lot.received_at < moment]
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
            self.losses.append(Loss(lot, amount, moment, kind, reason))

    def _discard(self, day: date) -> None:
        moment = at(day, 20 * 60 + 55)
        for lot in self.lots:
            if lot.left > 0 and lot.expires_on <= day:
                kind, reason = MovementKind.WASTE, "Caducado"
                self.losses.append(Loss(lot, lot.left, moment, kind, reason, is_expiry=True))
                lot.left = Decimal(0)


def play(scene: Scene, uses: dict[date, dict[str, Decimal]]) -> list[IngredientStock]:
    """Play every ingredient through the days of `uses`, which are in order."""
    lead_times = {supplier.name: supplier.lead_time_days for supplier in scene.profile.suppliers}
    stocks = [
        IngredientStock(scene, policy, item, lead_times[policy.supplier])
        for policy, item in zip(scene.profile.stock, scene.profile.ingredients, strict=True)
    ]
    first = min(uses)
    for stock in stocks:
        stock.open(first - timedelta(days=1))
        for day, used in uses.items():
            stock.play_day(day, used.get(stock.policy.sku, Decimal(0)))
    return stocks


def daily_uses(scene: Scene, pieces: dict[date, int]) -> Iterator[tuple[date, dict[str, Decimal]]]:
    """What each day takes besides the batches, by SKU, in proportion to the pieces made."""
    settled = [count for day, count in pieces.items() if day < scene.monday]
    average = sum(settled) / len(settled)
    items = {item.sku: item for item in scene.profile.ingredients}
    for day, count in pieces.items():
        busy = Decimal(round(100 * count / average)) / 100
        yield (
            day,
            {
                policy.sku: measured(items[policy.sku], policy.daily_use * busy)
                for policy in scene.profile.stock
                if policy.daily_use
            },
        )


def measured(item: IngredientSpec, amount: Decimal) -> Decimal:
    """An amount as it can be had: whole pieces, or to the gram."""
    if item.unit is Unit.PIECE:
        return amount.to_integral_value(ROUND_CEILING)
    return quantity(amount)
