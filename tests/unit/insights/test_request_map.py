"""Which requests are which events: the demo's file, and files that are wrong."""

import pytest

from app.insights.events.request_map import RequestMap, Step
from app.settings.error import ConfigurationError
from tests.fixtures.demo import DEMO

MAP = RequestMap.from_file(DEMO.events)


@pytest.mark.parametrize(
    ("method", "route", "step"),
    [
        ("GET", "/demo/", Step("opened_module", "business", "/demo")),
        ("GET", "/demo/caja", Step("opened_module", "pos", "/demo/caja")),
        (
            "GET",
            "/demo/caja/tickets/<uuid:sale_id>",
            Step("opened_module", "pos", "/demo/caja/tickets/*"),
        ),
        ("POST", "/demo/caja", Step("sold", "pos", "/demo/caja")),
        ("POST", "/demo/caja/tickets/<uuid:sale_id>", Step("acted", "pos", "/demo/caja/tickets/*")),
        ("POST", "/api/orders", Step("ordered", "orders", "/api/orders")),
        ("PUT", "/api/orders/<uuid:id>", Step("acted", "orders", "/api/orders/*")),
        ("GET", "/demo/sesion/terminar", None),
        ("POST", "/api/demo/session/extend", None),
        ("GET", "/api/posters", None),
        ("HEAD", "/demo/caja", None),
        ("GET", "/", None),
    ],
)
def test_a_route_is_a_step(method, route, step):
    assert MAP.find(method, route) == step
    assert MAP.find(method, route) == step


def test_every_module_of_the_demo_can_be_counted():
    counted = {one.module for one in MAP._file.modules}
    for account in DEMO.accounts:
        assert set(account.modules) <= counted


def test_without_a_file_no_request_is_an_event():
    assert RequestMap.from_file(None).find("GET", "/demo/") is None


@pytest.mark.parametrize(
    "text",
    [
        "modules = [{ path = 'x', module = 'a' }]",
        "modules = [{ path = '/x', module = 'A b' }]",
        "writes = [{ methods = 'POST', path = '/x', kind = 'baked' }]",
        "other = 1",
        "modules = [",
    ],
)
def test_a_file_that_is_wrong_is_named(tmp_path, text):
    file = tmp_path / "events.toml"
    file.write_text(text)
    with pytest.raises(ConfigurationError, match=str(file)):
        RequestMap.from_file(file)
    with pytest.raises(ConfigurationError, match="missing"):
        RequestMap.from_file(tmp_path / "missing")
