"""The demo's clock stands at odd moments: nights without an hour or with one twice, leap days."""

from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from app.bakery.clock import MADRID
from tests.acceptance.client import Prospect
from tests.chaos.experiments.model import Experiment, Trial, register
from tests.chaos.visitors import MODELS, PAGES, READS
from tests.fixtures.live import web_server

MOMENTS = (
    datetime(2027, 3, 28, 1, 59, tzinfo=MADRID),
    datetime(2026, 10, 25, 2, 30, tzinfo=MADRID),
    datetime(2026, 10, 25, 2, 30, tzinfo=MADRID, fold=1),
    datetime(2028, 2, 29, 23, 59, tzinfo=MADRID),
    datetime(2026, 12, 31, 23, 59, tzinfo=MADRID),
)
SHIFT = "DEMO_CLOCK_SHIFT_MINUTES"


@contextmanager
def web_at(trial: Trial, moment: datetime) -> Any:
    """A web process more, whose demo stands at this moment; gives its URL."""
    stack = trial.stack
    shift = (moment.timestamp() - datetime.now(MADRID).timestamp()) / 60
    settings = {SHIFT: str(shift), "DEMO_LIVE": "true"}
    with web_server(stack.environment | settings, stack.home / "clocks.log") as url:
        yield url


def visit_at_odd_moments(trial: Trial) -> None:
    """Open a demo at one of the moments, read everything in it, sell, and take an order."""
    moment = trial.random.choice(MOMENTS)
    wrong: list[str] = []
    with web_at(trial, moment) as url:
        for model in MODELS:
            prospect = Prospect(url, timeout=120).open(model)
            trial.history.count(trial.history.opening, "done")
            for path in (*READS, *PAGES):
                status = prospect.get(path).status
                if status >= 500:
                    wrong.append(f"{path}: {status} at {moment}")
            wrong += _write(prospect, moment)
            prospect.post("/api/demo/session/destroy")
    trial.history.wrong += wrong
    trial.done += 1


def _write(prospect: Prospect, moment: datetime) -> list[str]:
    """Sell where there is something to sell, and take an order for the day after tomorrow."""
    products = prospect.get("/api/pos/products?per_page=100").json["items"]
    customers = prospect.get("/api/customers").json["items"]
    line = {"product_id": products[0]["id"], "quantity": 1}
    bodies = [("/api/pos/sales", {"lines": [line], "payment_method": "card"})]
    if customers:
        due = (moment + timedelta(days=2)).date().isoformat()
        order = {"customer_id": customers[0]["id"], "due_on": due, "lines": [line]}
        bodies.append(("/api/orders", order))
    answers = [(path, prospect.post(path, body)) for path, body in bodies]
    return [
        f"POST {path}: {answer.status} at {moment}"
        for path, answer in answers
        if answer.status >= 500
    ]


EXPERIMENTS = register(
    Experiment(
        "odd moments",
        "Clocks",
        "A process whose demo stands in a night of the change of clocks, on a leap day, or at the"
        " end of the year.",
        "Everything can be read, sold and ordered.",
        visit_at_odd_moments,
    ),
)
