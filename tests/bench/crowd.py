"""Measures a visitor's latency on each web server while other clients are slow or hostile."""

import socket
import statistics
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from multiprocessing import get_context
from typing import Any
from urllib.parse import urlsplit

import psutil
from rich.console import Console
from rich.table import Table

from tests.acceptance.client import Prospect
from tests.bench.figures import counted, machine, summary, write_json
from tests.bench.load import Connection, requests_per_second
from tests.bench.system import served_by, servers

SERVERS = {
    "gthread": ("--worker-class", "gthread", "--workers", "2", "--threads", "8"),
    "waitress in gunicorn": (
        "--worker-class", "app.http.web_worker.WebWorker", "--workers", "2", "--threads", "8",
    ),
}  # fmt: skip
SLOW_SOCKETS = 200
PAUSE_SECONDS = 0.05
"""Between two requests of the visitor."""

ANSWER_SECONDS = 10.0
"""A request of the visitor that takes longer counts as lost."""

PASSWORDS = [
    ("demo.individual@panaderiasanpablo.com", "DemoSanPablo2024!"),
    ("demo.central@panaderialaespiga.com", "wrong"),
]


@dataclass
class Felt:
    """A visitor's requests: milliseconds of each answer, and the number of lost ones."""

    milliseconds: list[float]
    lost: int

    def as_dict(self) -> dict[str, Any]:
        """Return the figures for the table and the file."""
        if not self.milliseconds:
            return {"median_ms": None, "p95_ms": None, "n": 0, "lost": self.lost}
        return summary(self.milliseconds) | {"lost": self.lost}


def visit(url: str, token: str, seconds: float) -> Felt:
    """Ask for the tenant again and again, each time on a connection of its own."""
    felt = Felt([], 0)
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        started = time.perf_counter()
        try:
            connection = Connection(
                url, "/api/tenant", {"Authorization": f"Bearer {token}"}, seconds=ANSWER_SECONDS
            )
            connection.ask()
            connection.close()
            felt.milliseconds.append((time.perf_counter() - started) * 1000)
        except (OSError, RuntimeError):
            felt.lost += 1
        time.sleep(PAUSE_SECONDS)
    return felt


@contextmanager
def slow_sockets(url: str, beginning: bytes, drip: bytes) -> Iterator[None]:
    """Hold open `SLOW_SOCKETS` connections that send a beginning, then a byte a second each.

    One that the server closes is opened again, as a patient attacker would.
    """
    host, stop = urlsplit(url), threading.Event()

    def attack() -> None:
        held: list[socket.socket] = []
        while not stop.is_set():
            while len(held) < SLOW_SOCKETS and not stop.is_set():
                with suppress(OSError):
                    one = socket.create_connection((str(host.hostname), int(host.port or 80)), 2)
                    one.setblocking(False)
                    held.append(one)
                    one.send(beginning)
            for one in list(held):
                try:
                    if drip:
                        one.send(drip)
                    if one.recv(1000) == b"":
                        raise ConnectionResetError
                except BlockingIOError:
                    continue
                except OSError:
                    held.remove(one)
                    one.close()
            stop.wait(1)
        for one in held:
            one.close()

    thread = threading.Thread(target=attack)
    thread.start()
    time.sleep(1)
    try:
        yield
    finally:
        stop.set()
        thread.join()


@contextmanager
def at_once(count: int, call: Callable[[int], object]) -> Iterator[None]:
    """Repeat a call on so many threads at the same time, in a process of its own.

    In this one they would keep the interpreter from the visitor, whom the server keeps waiting.
    """
    context = get_context("fork")
    stop, begun = context.Event(), context.Event()

    def repeat(number: int) -> None:
        while not stop.is_set():
            with suppress(OSError):
                call(number)

    def attack() -> None:
        threads = [threading.Thread(target=repeat, args=(number,)) for number in range(count)]
        for thread in threads:
            thread.start()
        begun.set()
        for thread in threads:
            thread.join()

    process = context.Process(target=attack)
    process.start()
    begun.wait()
    time.sleep(1)
    try:
        yield
    finally:
        stop.set()
        process.join()


def attacks(url: str, greedy: Prospect) -> dict[str, Callable[[], Any]]:
    """Return each attack by its name, as something to enter and leave."""
    host = f"Host: {urlsplit(url).netloc}\r\n".encode()
    body = b"POST /api/auth/login HTTP/1.1\r\n" + host + b"Content-Length: 100000\r\n\r\n"
    anonymous = Prospect(url)

    def log_in(number: int) -> None:
        email, password = PASSWORDS[number % len(PASSWORDS)]
        anonymous.post("/api/auth/login", {"email": email, "password": password + "?"})

    def follow(_: int) -> None:
        greedy.get(f"{greedy.session['events_url']}?until=end")

    return {
        "quiet": lambda: ExitStack(),
        "200 silent sockets": lambda: slow_sockets(url, b"", b""),
        "200 halves of a header": lambda: slow_sockets(url, b"GET / HTTP/1.1\r\n" + host, b"a"),
        "200 bodies that trickle": lambda: slow_sockets(url, body, b"a"),
        "30 logins at once": lambda: at_once(30, log_in),
        "40 resets of one session": lambda: at_once(
            40, lambda _: greedy.post("/api/demo/session/reset")
        ),
        "20 event streams of one session": lambda: at_once(20, follow),
        "20 readers of public figures": lambda: at_once(
            20, lambda _: anonymous.get("/api/demo/stats")
        ),
        "20 readers of the API's document": lambda: at_once(
            20, lambda _: anonymous.get("/openapi.json")
        ),
    }


def run(quick: bool, only: list[str] | None = None, seconds: float | None = None) -> None:
    """Measure every attack on every server, show a table, and keep the figures.

    Each takes `seconds`: 60, or 6 if it has to be quick.
    """
    seconds = seconds or (6.0 if quick else 60.0)
    figures: dict[str, Any] = {"machine": machine(), "seconds": seconds, "servers": {}}
    with servers() as system, system.process(sys.executable, "-m", "jobs.worker"):
        system.environment["GATEWAY_OPEN_REQUESTS"] = "64"  # the throughput is of one session
        system.environment["GATEWAY_FAILURES_PER_MINUTE"] = "1000000"  # as from many addresses
        for name, arguments in SERVERS.items():
            with served_by(system, arguments) as (url, process):
                visitor = Prospect(url).open("individual_bakery", wait=False)
                greedy = Prospect(url).open("individual_bakery", wait=False)
                for each in (visitor, greedy):
                    each.wait_until_active()
                visit(url, visitor.token or "", 2)  # warms up
                felt: dict[str, Any] = {}
                chosen = {n: a for n, a in attacks(url, greedy).items() if not only or n in only}
                for attack in counted(list(chosen), f"attacks on {name}"):
                    with chosen[attack]():
                        felt[attack] = visit(url, visitor.token or "", seconds).as_dict()
                        felt[attack]["memory_mb"] = _memory(process.pid)
                figures["servers"][name] = {
                    "felt": felt, "requests_per_second": _throughput(url, visitor.token or ""),
                }  # fmt: skip
    write_json("crowd", figures)
    show(figures)


def _memory(pid: int) -> int:
    """Return the megabytes that the server's processes have for themselves."""
    master = psutil.Process(pid)
    processes = [master, *master.children(recursive=True)]
    return round(sum(each.memory_full_info().uss for each in processes) / (1 << 20))


def _throughput(url: str, token: str) -> float:
    rates = []
    for _ in range(3):
        connections = [
            Connection(url, "/api/tenant", {"Authorization": f"Bearer {token}"}) for _ in range(16)
        ]
        rates.append(requests_per_second(connections, 3))
        for connection in connections:
            connection.close()
    return round(statistics.median(rates))


def show(figures: dict[str, Any]) -> None:
    """Print the table: a visitor's milliseconds, median and 95th percentile, and what was lost."""
    table = Table(title="What a visitor feels: median / p95 ms, lost requests, server's memory")
    table.add_column("while there are")
    for name in figures["servers"]:
        table.add_column(name, justify="right")
    names = list(next(iter(figures["servers"].values()))["felt"])
    for attack in names:
        cells = []
        for server in figures["servers"].values():
            felt = server["felt"][attack]
            times = f"{felt['median_ms']} / {felt['p95_ms']}" if felt["n"] else "none answered"
            cells.append(f"{times}, {felt['lost']} lost, {felt['memory_mb']} MB")
        table.add_row(attack, *cells)
    rates = [str(server["requests_per_second"]) for server in figures["servers"].values()]
    table.add_row("requests a second, 16 at once", *rates)
    Console().print(table)
