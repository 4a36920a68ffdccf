"""Takes the pictures of the running product: `python -m tests.pictures`, or `… operators`.

With `operators` only those of the operators' pages, and the small ones of modules in recordings.

Those of the README are in `docs/pictures`, those that the landing page and a device's home screen
show in `app/web/static`. Chromium itself writes them, as WebP, JPEG and PNG.
"""

import base64
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from app.local.postgres import PostgresServer
from tests.bench.visits import make_totals
from tests.browser.conftest import ARGUMENTS, CHROMIUM
from tests.browser.visit import LAPTOP, PHONE, Visit
from tests.conftest import bindir_of, scratch_directory
from tests.fixtures.live import ROOT, LiveSystem, running_system

DOCS = ROOT / "docs" / "pictures"
STATIC = ROOT / "app" / "web" / "static"
CARD, SHARED = (960, 600), (1200, 630)
MOST_BYTES = 60_000
QUALITIES = (82, 70, 55, 40)
ICONS = (192, 512)
TICKET = 3
"""Products on the ticket of the till's picture."""


@dataclass(frozen=True)
class Shot:
    """A picture: of which page, as seen by whom, and where it goes."""

    file: Path
    path: str
    screen: tuple[int, int]
    scheme: str = "light"


SHOTS = {
    "individual_bakery": (
        Shot(STATIC / "pictures" / "individual_bakery.webp", "/demo/", CARD),
        Shot(STATIC / "pictures" / "shared.jpg", "/demo/", SHARED),
        Shot(DOCS / "today.webp", "/demo/", LAPTOP),
        Shot(DOCS / "till-phone.webp", "/demo/caja", PHONE),
        Shot(DOCS / "recipe-phone-dark.webp", "/demo/recetas/1", PHONE, "dark"),
    ),
    "central_baker": (
        Shot(STATIC / "pictures" / "central_baker.webp", "/demo/pedidos", CARD),
        Shot(DOCS / "orders.webp", "/demo/pedidos", LAPTOP),
        Shot(DOCS / "sales-dark.webp", "/demo/ventas", LAPTOP, "dark"),
        Shot(DOCS / "stock-phone.webp", "/demo/inventario", PHONE),
    ),
}


MODULES = {
    "central_baker": {
        "orders": "/demo/pedidos",
        "procurement": "/demo/compras",
        "suppliers": "/demo/proveedores",
    },
    "individual_bakery": {
        "pos": "/demo/caja",
        "production": "/demo/produccion",
        "recipes": "/demo/recetas",
        "inventory": "/demo/inventario",
        "sales": "/demo/ventas",
        "forecasting": "/demo/previsiones",
        "business": "/demo/",
    },
}
"""A page of each module that `app/bakery/events.toml` names."""
SMALL = 1 / 3
MOST_BYTES_SMALL = 8_000
OPERATORS = {"ops-figures": "/ops/", "ops-links": "/ops/links/", "ops-live": "/ops/live"}
VISITS_OF_A_PICTURE = 20_000


def save(page: Page, file: Path, scale: float = 1, most: int = MOST_BYTES) -> None:
    """Write what the page shows, in the best quality that is small enough."""
    kind = {".webp": "webp", ".jpg": "jpeg"}[file.suffix]
    browser = page.context.new_cdp_session(page)
    for quality in QUALITIES:
        asked: dict[str, Any] = {"format": kind, "quality": quality}
        if scale != 1 and (size := page.viewport_size):
            asked["clip"] = {"x": 0, "y": 0, "scale": scale} | size
        content = base64.b64decode(browser.send("Page.captureScreenshot", asked)["data"])
        if len(content) <= most:
            break
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)
    sys.stdout.write(f"{file.relative_to(ROOT)}: {len(content):,} bytes, quality {quality}\n")


@contextmanager
def visitor(browser: Browser, url: str, shot: Shot) -> Iterator[Visit]:
    """Open a browser of its own for a picture."""
    width, height = shot.screen
    context = browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme="dark" if shot.scheme == "dark" else "light",
        locale="es-ES",
        timezone_id="Europe/Madrid",
    )
    try:
        yield Visit(context.new_page(), url)
    finally:
        context.close()


def take(browser: Browser, url: str) -> None:
    """Take all pictures of a running system."""
    for account_type, shots in SHOTS.items():
        for shot in shots:
            with visitor(browser, url, shot) as visit:
                visit.begin(account_type)
                visit.open(shot.path)
                for button in visit.page.locator(".product-add:enabled").all()[:TICKET]:
                    button.click()
                save(visit.page, shot.file)


def take_modules(browser: Browser, url: str) -> None:
    """Take the small pictures that a recording shows beside its steps."""
    shot = Shot(STATIC, "/demo/", CARD)
    for account_type, paths in MODULES.items():
        with visitor(browser, url, shot) as visit:
            visit.begin(account_type)
            for module, path in paths.items():
                visit.open(path)
                file = STATIC / "pictures" / "modules" / f"{module}.webp"
                save(visit.page, file, SMALL, MOST_BYTES_SMALL)


def take_operators(browser: Browser, system: LiveSystem) -> None:
    """Take the pictures of the operators' pages, one visit among them."""
    credentials = {"username": "ops", "password": system.environment["OPS_PASSWORD"]}
    width, height = LAPTOP
    context = browser.new_context(
        viewport={"width": width, "height": height}, http_credentials=credentials
    )
    page = context.new_page()
    page.goto(f"{system.url}/ops/links/")
    page.get_by_label("Title").fill("Feria de panaderos")
    page.get_by_role("button", name="Make the link").click()
    for name, path in OPERATORS.items():
        page.goto(f"{system.url}{path}")
        save(page, DOCS / f"{name}.webp")
    visits = page.locator("tbody a")
    while not visits.count():  # its events are written every few seconds
        page.goto(f"{system.url}/ops/sessions/")
        page.wait_for_timeout(1000)
    visits.first.click()
    page.wait_for_function("[...document.images].slice(0, 2).every((one) => one.naturalWidth > 0)")
    save(page, DOCS / "ops-visit.webp")
    context.close()


def draw_icons(browser: Browser) -> None:
    """Draw the icons of a home screen from the page's own."""
    for size in ICONS:
        page = browser.new_page(viewport={"width": size, "height": size})
        svg = (STATIC / "favicon.svg").read_text().replace('rx="14" ', "")
        sheet = "<style>body{margin:0}svg{display:block;width:100vw}</style>"
        page.set_content(sheet + svg)
        file = STATIC / "icons" / f"{size}.png"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(page.screenshot())
        page.close()


def main() -> None:
    """Start a system on servers of its own, and take its pictures."""
    with scratch_directory("pictures-") as home, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=[*ARGUMENTS, "--lang=es-ES"]
        )
        only_operators = sys.argv[1:] == ["operators"]
        if not only_operators:
            draw_icons(browser)
        postgres = PostgresServer(home, bindir_of("18"))
        postgres.start()
        try:
            system_home = home / "system"
            system_home.mkdir(mode=0o711)
            with running_system(postgres.ensure_database("pictures"), system_home) as system:
                make_totals(system.database_url, VISITS_OF_A_PICTURE, 60)
                if not only_operators:
                    take(browser, system.url)
                take_modules(browser, system.url)
                take_operators(browser, system)
        finally:
            postgres.stop()
            browser.close()


if __name__ == "__main__":
    main()
