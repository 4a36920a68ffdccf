"""What events, recording and metrics cost a request: with and without, by turns in one process.

`written` writes each event within the request, which in service a thread does for many at once:
the cost with all of the thread's work in it.
"""

import os
import statistics
import time
from collections.abc import Callable
from unittest.mock import patch

from rich.console import Console
from rich.table import Table
from werkzeug.test import Client

from app.control.services import KEY
from app.insights.events import recorder
from app.local.postgres import PostgresServer
from app.settings.table import load_settings
from tests.acceptance.client import Prospect
from tests.bench.figures import machine, write_json
from tests.bench.gateway import NO_LIMITS, ask
from tests.conftest import FAST_AND_FORGETFUL, scratch_directory
from tests.fixtures.live import running_system

WARM = 20
PATHS = ("/api/tenant", "/api/inventory/ingredients", "/demo/caja", "/demo/inventario", "/demo/")


def run(quick: bool) -> None:
    """Measure, show, and keep the figures."""
    with scratch_directory("bench-events-") as home:
        server = PostgresServer(home, None, FAST_AND_FORGETFUL)
        server.start()
        try:
            with running_system(server.ensure_database("bench"), home) as system:
                visitor = Prospect(system.url).open("individual_bakery")
                path = visitor.session["status_url"]
                while visitor.get(path).json["status"] != "active":
                    time.sleep(0.2)
                token = visitor.get(path).json["session_token"]
                figures = _measure(system.environment, token, 100 if quick else 1000)
        finally:
            server.stop()
    write_json("events", {"machine": machine(), "median_ms": figures})
    table = Table(title="A request: median ms, and processor time of its thread")
    for column in ("path", "without", "with", "more processor time", "", "written", ""):
        table.add_column(column, justify="left" if column == "path" else "right")
    for path, ways in figures.items():
        table.add_row(path, *_row(ways))
    Console().print(table)


def _row(ways: dict[str, tuple[float, float]]) -> list[str]:
    wall, spent = ways["without"]
    cells = [f"{wall:.2f}", f"{ways['with'][0]:.2f}"]
    for name in ("with", "written"):
        more = ways[name][1] - spent
        cells += [f"{more * 1000:+.0f} µs", f"{100 * more / wall:+.1f} %"]
    return cells


def _measure(
    environment: dict[str, str], token: str, rounds: int
) -> dict[str, dict[str, tuple[float, float]]]:
    os.environ.update(environment | NO_LIMITS | {"LOG_LEVEL": "ERROR"})
    from wsgi import build  # reads the environment

    made = {}
    for value in ("off", "on"):
        os.environ["DEMO_EVENTS"] = value
        made[value] = build(load_settings())
    silent = made["off"][1].extensions[KEY].measurements
    silent._add = lambda _: None
    clients = {value: Client(front, use_cookies=False) for value, (front, _) in made.items()}
    events = made["on"][1].extensions[KEY].events
    headers = {"Authorization": f"Bearer {token}", "Accept": "text/html"}
    figures = {}
    with patch.object(recorder, "MOST_PER_MINUTE", 10_000_000):
        for path in PATHS:
            given = headers if path.startswith("/demo") else {"Authorization": f"Bearer {token}"}
            taken = ask(clients["on"], path, given)
            ways = {
                "without": ask(clients["off"], path, given),
                "with": taken,
                "written": _and_flush(taken, events.flush),
            }
            figures[path] = _by_turns(ways, rounds)
    return figures


def _by_turns(ways: dict[str, Callable[[], None]], rounds: int) -> dict[str, tuple[float, float]]:
    """Return each way's median milliseconds, and of processor time, which a busy machine tells."""
    taken: dict[str, list[tuple[float, float]]] = {name: [] for name in ways}
    for number in range(rounds + WARM):
        for name, way in ways.items():
            started, spent = time.perf_counter(), time.thread_time()
            way()
            found = time.perf_counter() - started, time.thread_time() - spent
            if number >= WARM:
                taken[name].append(found)
    return {
        name: tuple(statistics.median(each[place] * 1000 for each in times) for place in (0, 1))
        for name, times in taken.items()
    }


def _and_flush(request: Callable[[], None], flush: Callable[[], None]) -> Callable[[], None]:
    def both() -> None:
        request()
        flush()

    return both
