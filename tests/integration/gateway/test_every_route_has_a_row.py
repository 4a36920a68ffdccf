"""Every route of the app is allowed or refused by a rule of its own."""

import re

import pytest

from app import create_app
from app.settings.table import Settings
from gateway import Verdict
from tests.fixtures.demo import POLICY

CATCH_ALL = POLICY.rules[-2:]
"""The catch-all rules: no route may depend on them."""


@pytest.fixture(scope="module")
def app():
    return create_app(
        Settings(
            database_url="postgresql://nobody@127.0.0.1:1/nothing",
            redis_url="redis://127.0.0.1:1",
            jwt_secret="s" * 32,
            ops_password="ops",
        )
    )


def requests_of(app):
    """A method and a path for every way into the app."""
    for rule in app.url_map.iter_rules():
        path = re.sub(r"<[^>]*>", "1", rule.rule)
        for method in sorted(rule.methods or ()):
            yield method, path


def test_every_route_has_a_rule_of_its_own(app):
    loose = {
        f"{method} {path}"
        for method, path in requests_of(app)
        if POLICY.decide(method, path) in CATCH_ALL
    }
    assert loose == set(), "write a row for each of these in app/bakery/policy.toml"


def test_every_admitting_rule_matches_a_route(app):
    ways = list(requests_of(app))
    used = {POLICY.decide(method, path) for method, path in ways}
    spare = {
        rule.pattern
        for rule in POLICY.rules
        if rule.verdict is Verdict.SESSION and rule not in used
    }
    assert spare == set()


def test_every_writing_route_is_listed_or_refused(app):
    changing = {
        f"{method} {path}"
        for method, path in requests_of(app)
        if method in ("POST", "PUT", "PATCH", "DELETE")
        and POLICY.decide(method, path).verdict is Verdict.SESSION
    }
    assert changing == {
        "POST /api/pos/sales",
        "POST /api/pos/sales/1/returns",
        "POST /api/pos/session/open",
        "POST /api/pos/session/close",
        "POST /api/orders",
        "POST /api/inventory/adjustments",
        "POST /api/procurement/runs",
        "PUT /api/pos/sales/1",
        "PUT /api/orders/1",
        "POST /demo/caja",
        "POST /demo/caja/tickets/1",
        "POST /demo/caja/tickets/1/devolver",
        "POST /demo/caja/abrir",
        "POST /demo/caja/cerrar",
        "POST /demo/pedidos",
        "POST /demo/pedidos/1",
        "POST /demo/inventario/ajustes",
        "POST /demo/compras",
        "POST /demo/recorrido",
        "POST /demo/sesion/ampliar",
        "POST /demo/sesion/compartir",
        "POST /demo/sesion/compartir/1/cerrar",
        "POST /demo/sesion/reiniciar",
        "POST /demo/sesion/terminar",
    }
