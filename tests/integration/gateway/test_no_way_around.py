"""An operation that the demo refuses never reaches the app, in any spelling."""

from typing import Any
from urllib.parse import unquote_to_bytes
from wsgiref.types import StartResponse, WSGIEnvironment

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, RequestRedirect, Rule
from werkzeug.test import EnvironBuilder, run_wsgi_app

from gateway import SESSION_KEY, TENANT_HEADER

METHODS = ["GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"]
READ = {"GET", "HEAD", "OPTIONS"}
# What the demo allows, written down apart from the gateway's table: endpoint → methods.
ALLOWED = {
    "/": READ,
    "/demo": READ,
    "/demo/<page>": READ,
    "/demo/caja": READ | {"POST"},
    "/demo/pedidos/<name>": READ | {"POST"},
    "/demo/pedidos": READ | {"POST"},
    "/static/<path:name>": READ,
    "/ops/<path:name>": set(METHODS),
    "/api/demo/session/create": READ | {"POST"},
    "/api/demo/session/<name>": READ | {"POST"},
    "/api/auth/login": READ | {"POST"},
    "/api/auth/me": READ,
    "/api/auth/password": set(),
    "/api/auth/credentials": set(),
    "/api/billing/invoices": set(),
    "/api/billing/invoices/<name>": set(),
    "/api/forecasting/models": set(),
    "/api/forecasting/<path:name>": set(),
    "/api/tenant": READ,
    "/api/recipes": READ,
    "/api/recipes/<name>": READ,
    "/api/orders": READ | {"POST"},
    "/api/orders/<name>": READ | {"PUT"},
    "/api/orders/<name>/lines": READ,
    "/api/pos/sales": READ | {"POST"},
    "/api/pos/sales/<name>": READ | {"PUT"},
    "/api/inventory/adjustments": READ | {"POST"},
    "/api/procurement/runs": READ | {"POST"},
    "/internal/reset": set(),
    "/API/orders": set(),
}
TENANTLESS = ("/api/demo/", "/static/", "/ops/", "/api/auth/login")
MAPS = [
    Map([Rule(rule, endpoint=rule, methods=METHODS) for rule in ALLOWED], strict_slashes=strict)
    for strict in (True, False)
]
WORDS = sorted({word for rule in ALLOWED for word in rule.split("/") if "<" not in word})
TRICKS = ["..", ".", "", "%2e%2e", "%2F", "%5c", "\\", ";x", "%3b", "%00", "%0a", "%20", "x", "1"]
TRICKS += ["%252f", "%2E", "~", "*", "%ef%bc%8f", "%ff", "//", "%25%32%66", "API", "Forecasting"]

known = st.sampled_from(sorted(ALLOWED)).map(
    lambda rule: rule.replace("<path:name>", "a/b").replace("<name>", "1").replace("<page>", "x")
)
pieces = st.lists(st.sampled_from([*WORDS, *TRICKS]), max_size=7).map(lambda p: "/" + "/".join(p))


@st.composite
def bent(draw: st.DrawFn) -> str:
    """A known address with something inserted, or one letter of it written another way."""
    path = draw(known)
    at = draw(st.integers(0, len(path)))
    if draw(st.booleans()) or at == len(path):
        return path[:at] + draw(st.sampled_from(["/", *TRICKS])) + path[at:]
    other = draw(
        st.sampled_from([f"%{ord(path[at]):02x}", path[at].upper(), f"%25{ord(path[at]):02x}"])
    )
    return path[:at] + other + path[at + 1 :]


class Router:
    """An app that only routes, with werkzeug's own eyes."""

    def __init__(self) -> None:
        self.strict = True
        self.reached: list[tuple[str, str, WSGIEnvironment]] = []

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Any:
        method = environ["REQUEST_METHOD"]
        try:
            endpoint, _ = MAPS[0 if self.strict else 1].bind_to_environ(environ).match()
            self.reached.append((endpoint, method, dict(environ)))
        except RequestRedirect:
            pass  # does nothing here, and comes back through the gateway
        except HTTPException:
            pass
        start_response("200 OK", [])
        return [b""]


def send(world: Any, target: str, method: str, headers: dict[str, str], keep_target: bool) -> str:
    path = unquote_to_bytes(target.partition("?")[0]).decode("latin-1")
    own = {"Sec-Fetch-Site": "same-origin"}
    environ = EnvironBuilder(method="GET", headers=headers | own).get_environ()
    environ |= {"REQUEST_METHOD": method, "PATH_INFO": path}
    for name in ("RAW_URI", "REQUEST_URI"):
        environ[name] = target if keep_target else ""
    status: str = run_wsgi_app(world.gateway, environ)[1]
    return status


@pytest.mark.parametrize("with_session", [True, False])
@settings(
    max_examples=1500,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    target=st.one_of(pieces, bent(), known),
    method=st.sampled_from([*METHODS, "delete", "Put"]),
    strict=st.booleans(),
    keep_target=st.booleans(),
)
def test_no_spelling_reaches_what_is_refused(
    world: Any, with_session: bool, target: str, method: str, strict: bool, keep_target: bool
) -> None:
    router = world.app = Router()
    router.strict = strict
    record = world.open()
    status = send(world, target, method, world.bearer(record) if with_session else {}, keep_target)
    assert status.split()[0] in ("200", "400", "401", "403", "404")
    for endpoint, reached, environ in router.reached:
        assert reached in ALLOWED[endpoint], f"{method} {target} got to {endpoint}"
        tenantless = endpoint == "/" or environ["PATH_INFO"].startswith(TENANTLESS)
        if endpoint != "/api/auth/login":
            assert (TENANT_HEADER in environ) == (not tenantless)
        if not with_session:
            assert not {TENANT_HEADER, SESSION_KEY} & set(environ)
            assert endpoint == "/" or endpoint.startswith(TENANTLESS)


def test_what_is_allowed_does_reach_the_app(world: Any) -> None:
    router = world.app = Router()
    headers = world.bearer(world.open())
    for endpoint, methods in ALLOWED.items():
        path = endpoint.replace("<path:name>", "a/b").replace("<name>", "1").replace("<page>", "x")
        for method in METHODS:
            router.reached.clear()
            send(world, path, method, headers, keep_target=True)
            assert bool(router.reached) == (method in methods), (method, path)
