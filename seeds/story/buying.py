"""Purchasing runs, deliveries and losses, from the stock of the ingredients as it was played."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from itertools import groupby

from app.bakery.business.models import BusinessModel
from app.bakery.living import events as happened
from app.bakery.living.events import Event
from seeds.story.storeroom import IngredientStock, StoredLot
from seeds.story.storeroom import Purchase as Ordered
from seeds.values import EPOCH, Scene, at, money

RUN_AT = 10 * 60 + 40
SENT_AFTER = timedelta(minutes=20)
LATE_CHANCE = {5: 0.03, 4: 0.12, 3: 0.25, 2: 0.4, 1: 0.5}
"""How often a delivery is a day late, by the supplier's rating."""


class Buying:
    """The events of buying, whose rows have the same identifiers whichever day they are made on."""

    def __init__(self, scene: Scene, stocks: list[IngredientStock]) -> None:
        self._scene = scene
        self._stocks = stocks
        self._items = {item.sku: item for item in scene.profile.ingredients}
        self._suppliers = {policy.sku: policy.supplier for policy in scene.profile.stock}
        self._lot_ids = self._number_lots()
        self._order_ids: dict[tuple[date, int, date], int] = {}

    def events(self) -> Iterator[Event]:
        """All of them; purchase orders only where the business has them."""
        if self._scene.profile.account_type is BusinessModel.CENTRAL_BAKER:
            yield from self._runs()
        yield from self._deliveries()
        for stock in self._stocks:
            for loss in stock.losses:
                lot_id = self._lot_ids[loss.lot.code]
                if loss.is_expiry:
                    yield happened.Expired(loss.at, lot_id)
                else:
                    yield happened.Lost(
                        loss.at, lot_id, loss.quantity, loss.kind.value, loss.reason
                    )

    def _number_lots(self) -> dict[str, int]:
        lots = [lot for stock in self._stocks for lot in stock.lots]
        lots.sort(key=lambda lot: (lot.received_at, lot.code))
        return {
            lot.code: (day - EPOCH).days * 200 + number
            for day, group in groupby(lots, key=lambda lot: lot.received_at.date())
            for number, lot in enumerate(group, start=1)
        }

    def _runs(self) -> Iterator[Event]:
        by_day: dict[date, list[Ordered]] = defaultdict(list)
        for stock in self._stocks:
            for purchase in stock.purchases:
                by_day[purchase.ordered_on].append(purchase)
        for day, purchases in sorted(by_day.items()):
            parcels: dict[tuple[int, date], list[Ordered]] = defaultdict(list)
            for purchase in purchases:
                parcels[self._supplier(purchase.sku), purchase.expected_on].append(purchase)
            orders = []
            for number, ((supplier_id, expected_on), parcel) in enumerate(sorted(parcels.items())):
                order_id = (day - EPOCH).days * 20 + number
                self._order_ids[day, supplier_id, expected_on] = order_id
                lines = tuple(self._line(purchase) for purchase in parcel)
                promised = self._promised(day, supplier_id, expected_on)
                orders.append(happened.Purchase(order_id, supplier_id, promised, lines))
            count = len(purchases)
            note = f"Revisión de existencias: {count} por debajo del punto de pedido."
            moment = at(day, RUN_AT)
            yield happened.Purchasing(moment, (day - EPOCH).days, note, tuple(orders))
            ids = tuple(order.purchase_order_id for order in orders)
            yield happened.PurchasesSent(moment + SENT_AFTER, ids)

    def _promised(self, day: date, supplier_id: int, arrives_on: date) -> date:
        """When the supplier said that it would come: some are late more often than others."""
        rating = self._scene.profile.suppliers[supplier_id - 1].rating
        rng = self._scene.random_for(f"late/{supplier_id}", arrives_on)
        before = arrives_on - timedelta(days=1)
        can_be_late = before > day and self._scene.calendar.next_open(before) == before
        return before if can_be_late and rng.random() < LATE_CHANCE[rating] else arrives_on

    def _supplier(self, sku: str) -> int:
        return self._scene.supplier_ids[self._suppliers[sku]]

    def _line(self, purchase: Ordered) -> tuple[int, int, Decimal, Decimal]:
        item = self._items[purchase.sku]
        return (
            self._scene.ingredient_ids[purchase.sku],
            purchase.packs,
            item.pack_size * purchase.packs,
            money(item.pack_size * item.unit_cost),
        )

    def _deliveries(self) -> Iterator[Event]:
        """One delivery for each purchase order, and one for each lot that came without one."""
        parcels: dict[tuple[int | None, str], list[StoredLot]] = defaultdict(list)
        for stock in self._stocks:
            for lot in stock.lots:
                order_id = self._order_of(lot)
                parcels[order_id, lot.code if order_id is None else ""].append(lot)
        for (order_id, _), lots in parcels.items():
            first = min(lots, key=lambda lot: lot.received_at)
            yield happened.Delivered(
                first.received_at,
                self._scene.location_ids[self._scene.bakes_at.name],
                tuple(self._lot(lot) for lot in lots),
                first.note,
                first.reason,
                order_id,
            )

    def _order_of(self, lot: StoredLot) -> int | None:
        if lot.purchase is None:
            return None
        purchase = lot.purchase
        key = purchase.ordered_on, self._supplier(lot.sku), purchase.expected_on
        return self._order_ids.get(key)

    def _lot(self, lot: StoredLot) -> happened.Lot:
        return happened.Lot(
            self._lot_ids[lot.code],
            self._scene.ingredient_ids[lot.sku],
            lot.code,
            lot.received,
            lot.unit_cost,
            lot.expires_on,
        )
