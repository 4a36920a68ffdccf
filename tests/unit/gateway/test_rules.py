"""The policy, rule by rule."""

import pytest

from gateway import Policy, Rule, Verdict
from gateway.messages import NOT_LISTED, REFUSALS
from tests.fixtures.demo import POLICY

READ = ["GET", "HEAD", "OPTIONS"]
ALL = [*READ, "POST", "PUT", "PATCH", "DELETE", "TRACE", "CONNECT", "PROPFIND"]
RESTRICTED = "demo_restriction"
FORECAST = "forecast_unavailable"
PUBLIC, OPTIONAL, SESSION = Verdict.PUBLIC, Verdict.OPTIONAL, Verdict.SESSION

PAGES = [
    "/favicon.ico",
    "/robots.txt",
    "/static/app.css",
    "/static/js/a/b.js",
    "/sitemap.xml",
    "/assets/0123456789ab/js/till.js",
    "/privacidad",
    "/aviso-legal",
    "/entrar",
    "/health",
    "/ready",
    "/metrics",
    "/openapi.json",
    "/docs",
    "/docs/oauth2-redirect",
]
INSIDE = ["/demo", "/demo/", "/demo/caja/tickets", "/demo/inventario/1", "/demo/sesion/terminar"]
FORMS = [
    "/demo/caja",
    "/demo/caja/tickets/1",
    "/demo/pedidos",
    "/demo/pedidos/1",
    "/demo/inventario/ajustes",
    "/demo/compras",
    "/demo/recorrido",
    "/demo/sesion/ampliar",
    "/demo/sesion/reiniciar",
    "/demo/sesion/terminar",
]
SESSIONS_OWN = ["/api/demo/accounts", "/api/demo/session/create", "/api/demo/session/x/events"]
READABLE = ["/api/tenant", "/api/orders", "/api/orders/1", "/api/auth/me", "/api/nothing", "/api"]
CREATES = ["/api/pos/sales", "/api/orders", "/api/inventory/adjustments", "/api/procurement/runs"]
CHANGES = ["/api/pos/sales/1", "/api/orders/1"]
FORECASTS = ["/api/forecasting", "/api/forecasting/", "/api/forecasting/models/1"]
CLOSED = [
    "/api/billing",
    "/api/billing/invoices/1",
    "/api/auth/password",
    "/api/auth/password/",
    "/api/auth/password/reset",
    "/api/auth/password-reset",
    "/api/auth/credentials",
    "/api/auth/credentials/1",
    "/api/auth/credentials-export",
]


def outcome(method: str, path: str) -> object:
    rule = POLICY.decide(method, path)
    return rule.refusal.code if rule.refusal else rule.verdict


def rows() -> list[tuple[str, str, object]]:
    expected: dict[tuple[str, str], object] = {}
    for path in [*PAGES, *SESSIONS_OWN, *READABLE, *CREATES, *CHANGES]:
        expected |= {(method, path): RESTRICTED for method in ALL}
    expected |= {(method, path): PUBLIC for method in READ for path in PAGES}
    expected |= {(method, path): OPTIONAL for method in [*READ, "POST"] for path in SESSIONS_OWN}
    expected |= {
        (method, path): SESSION for method in READ for path in [*READABLE, *CREATES, *CHANGES]
    }
    expected |= {("POST", path): SESSION for path in CREATES}
    expected |= {("PUT", path): SESSION for path in CHANGES}
    expected |= {(method, path): FORECAST for method in ALL for path in FORECASTS}
    expected |= {(method, path): RESTRICTED for method in ALL for path in CLOSED}
    expected |= {(method, "/ops/rq/queues"): PUBLIC for method in ALL}
    expected |= {(method, path): RESTRICTED for method in ALL for path in [*INSIDE, *FORMS]}
    expected |= {(method, path): SESSION for method in READ for path in [*INSIDE, *FORMS]}
    expected |= {("POST", path): SESSION for path in FORMS}
    expected |= {(method, path): OPTIONAL for method in READ for path in ("/", "/demo/espera")}
    expected["POST", "/entrar"] = PUBLIC
    expected["POST", "/demo/abrir"] = OPTIONAL
    expected["POST", "/api/auth/login"] = PUBLIC
    expected["GET", "/api/auth/login"] = SESSION
    return [(method, path, value) for (method, path), value in expected.items()]


@pytest.mark.parametrize(("method", "path", "expected"), rows())
def test_the_table_decides_each_operation(method: str, path: str, expected: object) -> None:
    assert outcome(method, path) == expected


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        ("POST", "/api/orders/", RESTRICTED),
        ("POST", "/api/orders/1", RESTRICTED),
        ("PUT", "/api/orders", RESTRICTED),
        ("PUT", "/api/orders/", RESTRICTED),
        ("PUT", "/api/orders/1/", RESTRICTED),
        ("PUT", "/api/orders/1/lines", RESTRICTED),
        ("POST", "/api/Orders", RESTRICTED),
        ("POST", "/API/orders", RESTRICTED),
        ("PUT", "/api/inventory/stock/1", RESTRICTED),
        ("PATCH", "/api/orders/1", RESTRICTED),
        ("POST", "/api/auth/login/", RESTRICTED),
        ("POST", "/demo", RESTRICTED),
        ("POST", "/demo/caja/", RESTRICTED),
        ("POST", "/demo/pedidos/1/cambiar", RESTRICTED),
        ("POST", "/demo/previsiones", RESTRICTED),
        ("POST", "/demo/proveedores", RESTRICTED),
        ("PUT", "/demo/pedidos/1", RESTRICTED),
        ("GET", "/api/Forecasting/models", FORECAST),
        ("GET", "/API/FORECASTING", FORECAST),
        ("GET", "/api/auth/PASSWORD", RESTRICTED),
        ("GET", "/API/orders", "not_found"),
        ("GET", "/Static/app.css", "not_found"),
        ("GET", "/demolition", "not_found"),
        ("GET", "/opsx", "not_found"),
        ("GET", "/apix/orders", "not_found"),
        ("GET", "/wp-login.php", "not_found"),
        ("POST", "/wp-login.php", RESTRICTED),
    ],
)
def test_another_spelling_admits_nothing(method: str, path: str, expected: object) -> None:
    assert outcome(method, path) == expected


def test_only_what_takes_a_form_of_ours_is_a_form() -> None:
    paths = {rule.pattern for rule in POLICY.rules if rule.form}
    assert paths == {
        "/ops/**",
        "/d/*",
        "/contacto",
        "/contacto/**",
        "/idioma",
        "/entrar",
        "/demo/abrir",
        "/compartir/salir",
        "/compartir/*",
        "/demo/sesion/ampliar",
        "/demo/sesion/compartir",
        "/demo/sesion/compartir/*/cerrar",
        "/demo/sesion/reiniciar",
        "/demo/sesion/terminar",
        "/demo/caja",
        "/demo/caja/tickets/*",
        "/demo/caja/tickets/*/devolver",
        "/demo/caja/abrir",
        "/demo/caja/cerrar",
        "/demo/pedidos",
        "/demo/pedidos/*",
        "/demo/inventario/ajustes",
        "/demo/compras",
        "/demo/recorrido",
    }
    assert all(rule.methods == frozenset({"POST"}) for rule in POLICY.rules if rule.form)


OWNERS = {
    ("POST", "/demo/sesion/ampliar"), ("POST", "/demo/sesion/reiniciar"),
    ("POST", "/demo/sesion/terminar"), ("POST", "/demo/sesion/compartir"),
    ("POST", "/demo/sesion/compartir/1/cerrar"), ("GET", "/demo/sesion/compartir"),
    ("GET", "/demo/sesion/terminar"), ("POST", "/api/demo/session/extend"),
    ("POST", "/api/demo/session/reset"), ("POST", "/api/demo/session/destroy"),
    ("POST", "/api/demo/session/shares"), ("GET", "/api/demo/session/shares"),
    ("POST", "/api/demo/session/shares/1/revoke"),
}  # fmt: skip
ANYBODYS = {
    ("POST", "/api/demo/session/create"), ("GET", "/api/demo/session/current"),
    ("GET", "/api/demo/session/current/events"), ("POST", "/demo/abrir"), ("POST", "/demo/caja"),
    ("POST", "/compartir/salir"), ("POST", "/compartir/x"), ("POST", "/api/demo/shares/open"),
}  # fmt: skip


def test_what_guests_may_send_without_a_session_of_their_own_changes_no_session() -> None:
    open_to_guests = {
        rule.pattern
        for rule in POLICY.rules
        if rule.verdict is OPTIONAL and not rule.owner and (rule.methods or {"POST"}) - set(READ)
    }
    assert open_to_guests == {
        "/api/demo/session/create", "/api/demo/contact", "/api/demo/**", "/contacto", "/demo/abrir",
        "/d/*",
    }  # fmt: skip


def test_what_is_done_with_the_session_itself_is_its_owners() -> None:
    assert {one for one in OWNERS | ANYBODYS if POLICY.decide(*one).owner} == OWNERS


def test_a_newline_ends_no_pattern() -> None:
    rule = Rule(None, "/api/orders", Verdict.SESSION)
    assert not rule.matches("POST", "/api/orders\n")


def test_what_no_rule_mentions_is_refused() -> None:
    rule = Policy([]).decide("GET", "/")
    assert rule.verdict is Verdict.REFUSE
    assert rule.refusal == NOT_LISTED


def test_the_table_ends_with_a_row_for_everything() -> None:
    assert POLICY.rules[-1] == Rule(None, "/**", Verdict.REFUSE, NOT_LISTED)


@pytest.mark.parametrize("pattern", ["orders", "/a/**/b", "/a*b", "/**x"])
def test_a_pattern_that_means_nothing_is_refused(pattern: str) -> None:
    with pytest.raises(ValueError):
        Rule(None, pattern, Verdict.SESSION)


def test_a_refusal_belongs_to_a_refusing_rule() -> None:
    with pytest.raises(ValueError, match="refusal"):
        Rule(None, "/x", Verdict.REFUSE)
    with pytest.raises(ValueError, match="refusal"):
        Rule(None, "/x", Verdict.SESSION, NOT_LISTED)


def test_every_refusal_has_a_sentence() -> None:
    assert NOT_LISTED in REFUSALS
    for refusal in REFUSALS:
        assert refusal.detail.endswith(".")
        assert refusal.detail[0].isupper()
    assert len({refusal.detail for refusal in REFUSALS}) == len(REFUSALS)
