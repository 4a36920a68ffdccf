"""The pages in a browser: Core Web Vitals, script time, weight, server time; click to inside.

Each page is loaded without the browser's cache, as on a first visit. LCP, CLS and INP are what the
browser says; INP is of a click and a key. Click to inside goes from the click on «Probar demo» to
the first and the largest paint of the first page inside, with a tenant that is ready.
"""

import statistics
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg
import requests
from playwright.sync_api import Browser, Page, sync_playwright
from rich.console import Console
from rich.table import Table

from app.local.postgres import PostgresServer
from tests.bench.figures import counted, machine, write_json
from tests.browser.conftest import ARGUMENTS, CHROMIUM
from tests.browser.visit import LAPTOP, PHONE, Visit
from tests.conftest import scratch_directory
from tests.fixtures.live import LiveSystem, running_system

MODEL = "central_baker"
PAGES = (
    "/", "/demo/", "/demo/caja", "/demo/pedidos", "/demo/pedidos/nuevo", "/demo/inventario",
    "/demo/compras", "/demo/ventas", "/demo/clientes", "/demo/sesion/compartir",
)  # fmt: skip
CLICKS, QUICK_CLICKS = 20, 3
ROUNDS, QUICK_ROUNDS = 7, 2
POOL = 4
POOL_SECONDS = 60.0

OBSERVE = """
window.vitals = { lcp: 0, cls: 0, inp: 0 };
const watch = (type, note, more = {}) => new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) note(entry);
}).observe({ type, buffered: true, ...more });
watch("largest-contentful-paint", (entry) => { vitals.lcp = entry.startTime; });
watch("layout-shift", (entry) => { if (!entry.hadRecentInput) vitals.cls += entry.value; });
watch("event", (entry) => {
  if (entry.interactionId) vitals.inp = Math.max(vitals.inp, entry.duration);
}, { durationThreshold: 16 });
addEventListener("click", () => {
  sessionStorage.clicked = performance.timeOrigin + performance.now();
}, true);
"""
READ = """() => {
  const files = performance.getEntriesByType("resource");
  return { ...vitals,
    asset_bytes: files.reduce((sum, file) => sum + file.encodedBodySize, 0) };
}"""
SINCE_CLICK = """() => {
  const since = performance.timeOrigin - Number(sessionStorage.clicked);
  const [paint] = performance.getEntriesByName("first-contentful-paint");
  return { first: since + paint.startTime, largest: since + vitals.lcp };
}"""
HEADINGS = {
    "server": "server ms", "lcp": "LCP ms", "cls": "CLS", "inp": "INP ms", "script": "script ms",
    "page_bytes": "page bytes", "asset_bytes": "asset bytes",
}  # fmt: skip
_READY = "SELECT count(*) FROM control.tenants WHERE state = 'ready' AND is_demo"


def run(quick: bool) -> None:
    """Print two tables; JSON goes to build/bench/pages.json."""
    with scratch_directory("bench-") as home, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        postgres = PostgresServer(home)
        postgres.start()
        try:
            home.joinpath("system").mkdir(mode=0o711)
            settings = {"DEMO_POOL_SIZE": str(POOL), "DEMO_LIVE": "true", "LOG_LEVEL": "WARNING"}
            database = postgres.ensure_database("bench")
            with running_system(database, home / "system", **settings) as system:
                found = {
                    "laptop": _measure(browser, system, LAPTOP, quick),
                    "phone": _measure(browser, system, PHONE, quick),
                    "click": _click_inside(browser, system, QUICK_CLICKS if quick else CLICKS),
                }
        finally:
            postgres.stop()
            browser.close()
    _show(found)
    write_json("pages", {"machine": machine(), **found})


@contextmanager
def _visitor(browser: Browser, url: str, screen: tuple[int, int]) -> Iterator[Visit]:
    width, height = screen
    context = browser.new_context(viewport={"width": width, "height": height}, locale="es-ES")
    context.add_init_script(OBSERVE)
    try:
        yield Visit(context.new_page(), url.rstrip("/"))
    finally:
        context.close()


def _measure(
    browser: Browser, system: LiveSystem, screen: tuple[int, int], quick: bool
) -> dict[str, dict[str, float]]:
    """Each page, round after round; medians."""
    _wait_for_pool(system)
    rounds: dict[str, list[dict[str, float]]] = {path: [] for path in PAGES}
    with _visitor(browser, system.url, screen) as visit:
        visit.begin(MODEL)
        for _ in counted(range(QUICK_ROUNDS if quick else ROUNDS), f"pages, {screen[0]} wide"):
            for path in PAGES:
                rounds[path].append(_load(visit, path))
    return {path: _medians(found) for path, found in rounds.items()}


def _load(visit: Visit, path: str) -> dict[str, float]:
    """Load a page in a tab of its own, use it, and read what the browser has measured."""
    page = visit.page.context.new_page()
    devtools = page.context.new_cdp_session(page)
    devtools.send("Network.setCacheDisabled", {"cacheDisabled": True})
    devtools.send("Performance.enable")
    page.goto(visit.url + path, wait_until="load")
    page.locator("h1").click()
    page.keyboard.press("Tab")
    _settle(page)
    metrics = devtools.send("Performance.getMetrics")["metrics"]
    found: dict[str, float] = page.evaluate(READ)
    found["script"] = next(one["value"] for one in metrics if one["name"] == "ScriptDuration") * 1e3
    page.close()
    return found | _ask(visit, path)


def _ask(visit: Visit, path: str) -> dict[str, float]:
    """Ask the server as the browser does: how long it takes to answer, and what the answer weighs.

    The browser's own figures would be those of the service worker, which is in between.
    """
    cookies = {one["name"]: one["value"] for one in visit.page.context.cookies()}
    headers = {"Accept": "text/html", "Accept-Encoding": "br", "Accept-Language": "es"}
    with requests.get(
        visit.url + path, headers=headers, cookies=cookies, stream=True, timeout=30
    ) as answer:
        server = answer.elapsed.total_seconds() * 1e3
        return {"server": server, "page_bytes": float(answer.headers["Content-Length"])}


def _settle(page: Page) -> None:
    """Wait for two frames, and for what the observers have still to be told."""
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => setTimeout(done, 100)))")


def _medians(rounds: Sequence[dict[str, float]]) -> dict[str, float]:
    return {name: statistics.median(each[name] for each in rounds) for name in rounds[0]}


def _click_inside(browser: Browser, system: LiveSystem, clicks: int) -> dict[str, Any]:
    """From the click to the paint, each time in a browser that was never here."""
    rounds: list[dict[str, float]] = []
    for _ in counted(range(clicks), "clicks"):
        _wait_for_pool(system)
        with _visitor(browser, system.url, PHONE) as visit:
            visit.begin(MODEL)
            _settle(visit.page)
            rounds.append(visit.page.evaluate(SINCE_CLICK))
            visit.page.request.post(
                f"{visit.url}/api/demo/session/destroy",
                data={},
                headers={"Sec-Fetch-Site": "same-origin"},
            )
    return {
        name: {
            "median_ms": round(statistics.median(each[name] for each in rounds)),
            "worst_ms": round(max(each[name] for each in rounds)),
            "n": len(rounds),
        }
        for name in ("first", "largest")
    }


def _wait_for_pool(system: LiveSystem) -> None:
    """Wait until the pool is as it is when no one has come for a while."""
    end = time.monotonic() + POOL_SECONDS
    with psycopg.connect(system.database_url, autocommit=True) as connection:
        while time.monotonic() < end:
            row = connection.execute(_READY).fetchone()
            if row is not None and row[0] >= POOL:
                return
            time.sleep(0.1)
    raise TimeoutError(f"the pool has no {POOL} tenants; see {system.log}")


def _show(found: dict[str, Any]) -> None:
    console = Console(highlight=False)
    for screen in ("laptop", "phone"):
        table = Table("page", *HEADINGS.values(), title=f"{screen}, medians")
        for path, figures in found[screen].items():
            values = [f"{figures[name]:.3f}" if name == "cls" else f"{figures[name]:,.0f}"
                      for name in HEADINGS]  # fmt: skip
            table.add_row(path, *values)
        console.print(table)
    for name, figures in found["click"].items():
        console.print(
            f"  «Probar demo» to the {name} paint inside: median {figures['median_ms']} ms, "
            f"worst {figures['worst_ms']} ms of {figures['n']}"
        )
