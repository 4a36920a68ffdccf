"""Puts the pages together: those in front of a demo, those inside one, and what they load."""

from pathlib import Path

from apiflask import APIFlask
from flask import Response, redirect, render_template, request
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as BaseResponse

from app.control.services import current_services
from app.web.inside import today
from app.web.inside.frame import blueprint as inside
from app.web.making import forecasts, production, recipes
from app.web.parts.assets import PREFIX, Assets
from app.web.parts.errors import init_errors
from app.web.parts.formats import init_formats
from app.web.selling import comparison, counts, products, returns, sales, tickets, till
from app.web.stock import (
    inventory,
    lots,
    purchase_orders,
    purchase_steps,
    purchasing,
    stock_counts,
    suppliers,
)
from app.web.trade import customers, delivering, notes, orders, standing
from app.web.visit import (
    business,
    contact,
    ending,
    invitation,
    language,
    offline,
    session,
    sharing,
    tour,
)
from app.web.visit.landing import blueprint as outside

PAGES = (
    today,
    till,
    counts,
    tickets,
    returns,
    products,
    sales,
    comparison,
    production,
    recipes,
    forecasts,
    inventory,
    lots,
    purchasing,
    purchase_orders,
    purchase_steps,
    stock_counts,
    suppliers,
    orders,
    delivering,
    standing,
    notes,
    customers,
    session,
    sharing,
    ending,
    offline,
    tour,
    business,
    contact,
    invitation,
    language,
)
"""The modules with views; importing one registers them."""
ADDRESSES = ("/", "/entrar", "/contacto", "/privacidad", "/aviso-legal", "/docs")
"""The pages that a search engine may show."""


def register_pages(app: APIFlask) -> None:
    """Give an application the pages."""
    static = current_static(app)
    app.jinja_env.globals["asset"] = static.address
    app.jinja_env.finalize = _said
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    init_formats(app)
    init_errors(app)
    app.add_url_rule(f"{PREFIX}/<digest>/<path:name>", "asset", static.respond)
    app.register_blueprint(outside)
    app.register_blueprint(inside)


def _said(value: object) -> object:
    """Return what a template writes of a value: nothing of one that is not there."""
    return "" if value is None else value


def current_static(app: APIFlask) -> Assets:
    """Return the assets of an application's static folder."""
    assert app.static_folder is not None, "demo.toml names the folder"
    return Assets(Path(app.static_folder))


@outside.get("/estilo")
def style() -> str:
    """Show every component, where the page is served without TLS: in development."""
    if request.is_secure or current_services().settings.cookie_secure:
        raise NotFound
    return render_template("style.html")


@outside.get("/favicon.ico")
def favicon() -> BaseResponse:
    """Lead browsers that ask for the old name to the icon."""
    return redirect("/static/favicon.svg", 301)


@outside.get("/robots.txt")
def robots() -> Response:
    """Invite search engines to the public pages only."""
    allowed = "".join(f"Allow: {address}$\n" for address in ADDRESSES)
    lines = f"User-agent: *\n{allowed}Allow: /assets/\nDisallow: /\n"
    return Response(f"{lines}Sitemap: {request.host_url}sitemap.xml\n", mimetype="text/plain")


@outside.get("/sitemap.xml")
def sitemap() -> Response:
    """List the public pages."""
    host = request.host_url.rstrip("/")
    page = render_template("visit/sitemap.xml", addresses=[f"{host}{each}" for each in ADDRESSES])
    return Response(page, mimetype="application/xml")
