"""What each event changes in the books, or that it changes nothing because a visitor came first.

One module a domain; `moving` has what they share.
"""

from collections.abc import Callable
from typing import Any

from app.bakery.living import events as happened
from app.bakery.living.books import Books
from app.bakery.living.effects import making, planning, selling, storing

_EFFECTS: dict[type, Callable[[Books, Any], bool]] = {
    happened.TillOpened: selling.till_opened,
    happened.TillClosed: selling.till_closed,
    happened.Sold: selling.sold,
    happened.OrderPlaced: selling.order_placed,
    happened.OrderMoved: selling.order_moved,
    happened.BatchPlanned: making.batch_planned,
    happened.BatchStarted: making.batch_started,
    happened.BatchFinished: making.batch_finished,
    happened.BatchCancelled: making.batch_cancelled,
    happened.Baked: making.baked,
    happened.Transferred: making.transferred,
    happened.Cleared: making.cleared,
    happened.Used: storing.used,
    happened.Delivered: storing.delivered,
    happened.Lost: storing.lost,
    happened.Expired: storing.expired,
    happened.Purchasing: storing.purchasing,
    happened.PurchasesSent: storing.purchases_sent,
    happened.ModelsTrained: planning.models_trained,
    happened.SeasonTurned: planning.season_turned,
}


def apply(books: Books, event: happened.Event) -> bool:
    """Change the rows as the event says; False if it cannot happen any more: nothing changed."""
    return _EFFECTS[type(event)](books, event)
