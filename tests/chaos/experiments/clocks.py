"""The demo's clock stands at odd moments: nights without an hour or with one twice, leap days."""

from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from app.bakery.clock import MADRID
from tests.acceptance.client import Prospect
from tests.chaos.experiments.model import Experiment, Trial, register
from tests.chaos.history import OVER
from tests.chaos.second_system import SecondSystem, find_libfaketime, second_system
from tests.chaos.stack import eventually
from tests.chaos.visitors import MODELS, PAGES, READS
from tests.conftest import scratch_directory
from tests.fixtures.live import web_server

MOMENTS = (
    datetime(2027, 3, 28, 1, 59, tzinfo=MADRID),
    datetime(2026, 10, 25, 2, 30, tzinfo=MADRID),
    datetime(2026, 10, 25, 2, 30, tzinfo=MADRID, fold=1),
    datetime(2028, 2, 29, 23, 59, tzinfo=MADRID),
    datetime(2026, 12, 31, 23, 59, tzinfo=MADRID),
)
APART_MINUTES = 5
OVER_SECONDS = 60
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
    answers = [prospect.get(path) for path in ("/api/pos/products?per_page=100", "/api/customers")]
    if any(each.status >= 500 for each in answers):
        return [f"lists got {[each.status for each in answers]} at {moment}"]
    products, customers = (each.json.get("items", []) for each in answers)  # one has no customers
    line = {"product_id": products[0]["id"], "quantity": 1}
    bodies = [("/api/pos/sales", {"lines": [line], "payment_method": "card"})]
    if customers:
        due = (moment + timedelta(days=2)).date().isoformat()
        order = {"customer_id": customers[0]["id"], "due_on": due, "lines": [line]}
        bodies.append(("/api/orders", order))
    written = [(path, prospect.post(path, body)) for path, body in bodies]
    return [
        f"POST {path}: {answer.status} at {moment}"
        for path, answer in written
        if answer.status >= 500
    ]


def let_clocks_differ(trial: Trial) -> None:
    """Let Postgres be ahead of web and jobs, and Redis behind, or the other way round."""
    if find_libfaketime() is None:
        return
    ahead = trial.random.choice((APART_MINUTES, -APART_MINUTES))
    settings = {"DEMO_POOL_SIZE": "1", "DEMO_CLEANUP_SECONDS": "2"}
    with (
        scratch_directory("second-") as home,
        second_system(home, minutes=(ahead, -ahead), **settings) as system,
        system.web() as one,
        system.web() as two,
        system.jobs(),
    ):
        wrong = _work_at_both(system, one, two)
    trial.history.wrong += [f"Postgres {ahead:+d} minutes: {each}" for each in wrong]
    trial.done += 1


def _work_at_both(system: SecondSystem, first: str, second: str) -> list[str]:
    """Open sessions at one process, work in them at both, end one, and let the clock end one."""
    wrong: list[str] = []

    def expect(what: str, status: int, *wanted: int) -> None:
        if status not in wanted:
            wrong.append(f"{what} got {status}")

    opened = [Prospect(first, timeout=120).open(model) for model in MODELS]
    for prospect in opened:
        beside = Prospect(second, prospect.token, timeout=120)
        for each in (prospect, beside):
            expect("a sale", each.sell().status, 201)
            expect("an extension", each.post("/api/demo/session/extend").status, 200)
        expect("a reset", beside.post("/api/demo/session/reset").status, 200, 202)
    expect(
        "an end", Prospect(second, opened[0].token).post("/api/demo/session/destroy").status, 200
    )
    expect("after an end", opened[0].get("/api/tenant").status, 401, 410)
    with system.database() as database:
        database.execute("UPDATE control.demo_sessions SET expires_at = now()")
    for url in (first, second):
        there = Prospect(url, opened[1].token, timeout=120)
        over = eventually(lambda p=there: p.get("/api/tenant").status in OVER, OVER_SECONDS)
        expect("after its time", 410 if over else 200, 410)
    return wrong


EXPERIMENTS = register(
    Experiment(
        "clocks apart",
        "Clocks",
        f"On servers of its own: Postgres {APART_MINUTES} minutes ahead of web and jobs and Redis"
        f" {APART_MINUTES} behind, or the other way round (by Debian's libfaketime).",
        "Sessions are opened, used, extended, reset and ended as ever. Their time is that of"
        " Postgres: a web process that is ahead of it refuses them as much earlier, and one that is"
        " behind once cleanup has ended them.",
        let_clocks_differ,
    ),
    Experiment(
        "odd moments",
        "Clocks",
        "A process whose demo stands in a night of the change of clocks, on a leap day, or at the"
        " end of the year.",
        "Everything can be read, sold and ordered.",
        visit_at_odd_moments,
    ),
)
