"""A client generated from the OpenAPI document makes a visit, without knowing anything else."""

import json
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest
from redis import Redis

from app.database.tenant_cache import cache_key
from tests.acceptance.client import Prospect

PACKAGE = "generated_bakery_client"


@pytest.fixture
def client_of(live_url, tmp_path, monkeypatch):
    """The generated package: `client_of("api.demo.demo_create")` is a module of it."""
    document, config = tmp_path / "openapi.json", tmp_path / "config.yaml"
    document.write_text(json.dumps(Prospect(live_url).get("/openapi.json").json))
    config.write_text("post_hooks: []\n")  # they would format it
    made = subprocess.run(
        [
            Path(sys.executable).with_name("openapi-python-client"), "generate", "--path", document,
            "--meta", "none", "--config", config, "--output-path", tmp_path / PACKAGE,
            "--fail-on-warning",
        ],
        capture_output=True, text=True, timeout=240,
    )  # fmt: skip
    assert made.returncode == 0, made.stdout + made.stderr
    monkeypatch.syspath_prepend(tmp_path)
    yield lambda name: import_module(f"{PACKAGE}.{name}")
    for name in [name for name in sys.modules if name.startswith(PACKAGE)]:
        del sys.modules[name]


def test_a_generated_client_makes_a_visit(client_of, live_url, live_system):
    models, clients = client_of("models"), client_of("client")

    def call(name, client, **arguments):
        return client_of(f"api.{name}").sync_detailed(client=client, **arguments)

    with clients.Client(base_url=live_url) as anyone:
        wanted = models.CreateIn(
            demo_account_type=models.CreateInDemoAccountType("individual_bakery")
        )
        session = call("demo.demo_create", anyone, body=wanted).parsed
        assert len(call("demo.demo_list_accounts", anyone).parsed.accounts) == 2
    with clients.AuthenticatedClient(base_url=live_url, token=session.session_token) as visitor:
        known = session.to_dict()
        Prospect(live_url, session.session_token, known).wait_until_active()

        page = call("punto_de_venta.pos_list_products", visitor, per_page=100, active=True).parsed
        product = next(item for item in page.items if item.stock >= 2)
        line = models.SaleLineIn(product_id=product.id, quantity=2)
        asked = models.SaleIn(lines=[line], payment_method=models.PaymentMethod.CARD)
        sales = [
            call("punto_de_venta.pos_sell", visitor, body=asked, idempotency_key="one")
            for _ in range(2)
        ]
        assert [sale.status_code for sale in sales] == [201, 201]
        sale, etag = sales[0].parsed, sales[0].headers["ETag"]
        assert sales[1].parsed.id == sale.id

        change = models.CorrectionIn(payment_method=models.PaymentMethod.CASH)
        place = {"sale_id": sale.id, "body": change, "if_match": etag}
        corrected = call("punto_de_venta.pos_correct_sale", visitor, **place)
        assert corrected.parsed.status is models.SaleStatus.CORRECTED
        assert call("punto_de_venta.pos_correct_sale", visitor, **place).status_code == 412

        assert call("punto_de_venta.pos_list_sales", visitor).parsed.items[0].id == sale.id
        with Redis.from_url(live_system.redis_url) as redis:
            kept = cache_key(session.virtual_tenant_id)
            assert redis.hexists(kept, "recent_sales")

        ended = call("demo.demo_destroy", visitor, body=models.SessionIn())
        assert ended.status_code == 200
        with Redis.from_url(live_system.redis_url) as redis:
            assert not redis.exists(kept)
        assert call("punto_de_venta.pos_list_sales", visitor).status_code == 401
