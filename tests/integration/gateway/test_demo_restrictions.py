"""A demo is told kindly what it may not do, and what the real account does instead."""

import pytest

REFUSED = {
    "POST /api/inventory/counts": "cuentas el almacén",
    "POST /api/inventory/transfers": "trasladas",
    "POST /api/inventory/waste": "con su motivo",
    "POST /api/recipes": "añades tus recetas",
    "PUT /api/recipes/1": "guarda la versión anterior",
    "POST /api/production/plan": "planificas",
    "POST /api/production/batches": "planificas",
    "POST /api/production/batches/1/start": "planificas",
    "POST /api/production/batches/1/finish": "planificas",
    "POST /api/production/batches/1/cancel": "planificas",
    "POST /api/procurement/orders": "los tuyos",
    "POST /api/procurement/orders/1/send": "los envías",
    "POST /api/procurement/orders/1/receive": "los envías",
    "POST /api/procurement/orders/1/cancel": "los envías",
    "PUT /api/suppliers/1": "cambias sus precios",
    "PUT /api/suppliers/1/prices": "cambias sus precios",
    "POST /api/tenant/team": "das acceso",
    "PUT /api/tenant/team/1": "función",
}
"""What a demo may not do, with words of the sentence that it is told."""


@pytest.mark.parametrize("request_line", REFUSED)
def test_a_demo_is_told_what_the_real_account_does(world, code, request_line):
    method, path = request_line.split()
    answer = world.call(method, path, json={}, headers=world.bearer(world.open()))
    assert (answer.status_code, code(answer)) == (403, "demo_restriction")
    sentence = answer.get_json()["detail"]
    assert sentence.startswith("En la demo")
    assert "En tu cuenta" in sentence
    assert REFUSED[request_line] in sentence
    assert world.seen == []


def test_what_a_demo_may_read_reaches_the_app(world):
    record = world.open()
    for path in (
        "/api/inventory/counts", "/api/inventory/valuation", "/api/inventory/waste",
        "/api/recipes/1/versions", "/api/production/proposal", "/api/production/batches/1/trace",
        "/api/production/lots/1/trace", "/api/procurement/orders", "/api/tenant/team",
        "/api/tenant/roles",
    ):  # fmt: skip
        assert world.get(record, path).status_code == 200, path


def test_forecasts_are_not_trained_in_a_demo(world, code):
    headers = world.bearer(world.open())
    answer = world.call("POST", "/api/forecasting/models", json={}, headers=headers)
    assert (answer.status_code, code(answer)) == (403, "forecast_unavailable")
