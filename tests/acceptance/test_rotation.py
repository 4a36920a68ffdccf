"""Every secret is rotated in a running system without affecting open sessions."""

import sys
from contextlib import contextmanager
from datetime import UTC, datetime

import jwt
import psycopg
import pytest

from app.database.isolation import tenant_role
from app.database.logins import make_logins
from app.local.valkey import ValkeyServer
from gateway import InvalidSignature, TenantSigner
from tests.acceptance.client import Prospect
from tests.acceptance.test_visit import ready_pool, wait_for
from tests.conftest import filled, new_database, scratch_directory
from tests.fixtures.live import LiveSystem, seed

JWT = [f"token secret {number}, 32 characters or more" for number in (1, 2)]
TENANT = [f"tenant secret {number}, 32 characters or more" for number in (1, 2)]
SIGNING = {"one": "1" * 32, "two": "2" * 32}
BEFORE = {
    "JWT_SECRET": JWT[0],
    "TENANT_SECRET": TENANT[0],
    "GATEWAY_SIGNING_KEYS": f"one:{SIGNING['one']}",
}
TURNED = {
    "JWT_SECRET": JWT[1],
    "JWT_SECRET_PREVIOUS": JWT[0],
    "TENANT_SECRET": TENANT[1],
    "TENANT_SECRET_PREVIOUS": TENANT[0],
    "GATEWAY_SIGNING_KEYS": f"two:{SIGNING['two']},one:{SIGNING['one']}",
}
AFTER = {
    "JWT_SECRET": JWT[1],
    "TENANT_SECRET": TENANT[1],
    "GATEWAY_SIGNING_KEYS": f"two:{SIGNING['two']}",
}


class House:
    """A system whose processes are restarted with other secrets, on the same data."""

    def __init__(self, system):
        self.system = system

    @contextmanager
    def with_secrets(self, secrets):
        """Web, worker and scheduler; gives the web server's URL."""
        system = self.system
        with (
            system.web(**secrets) as url,
            system.process(sys.executable, "-m", "jobs.worker", **secrets),
            system.process(sys.executable, "-m", "jobs.scheduler", **secrets),
        ):
            ready_pool(system)
            yield url

    def rows(self, query, *values):
        with psycopg.connect(self.system.database_url) as owner:
            return owner.execute(query, values).fetchall()

    def ready(self):
        return {
            row[0]
            for row in self.rows("SELECT id FROM control.tenants WHERE is_demo AND state = 'ready'")
        }

    def secret_of(self, tenant):
        """Return the secrets under which the tenant's role was made."""
        roles = {row[0] for row in self.rows("SELECT rolname FROM pg_roles")}
        return [s for s in TENANT if tenant_role(s, tenant).name in roles]

    def secrets_of_pool(self):
        return {secret for tenant in self.ready() for secret in self.secret_of(tenant)}


@pytest.fixture
def house(postgres):
    with (
        new_database(postgres, filled(postgres, seed)) as url,
        scratch_directory("rotation-") as home,
    ):
        valkey = ValkeyServer(home, {"appendonly": "no"})
        valkey.start()
        try:
            logins = make_logins(url, "the logins' passwords stay as they are")
            system = LiveSystem(url, valkey.url, home / "processes.log")
            system.environment = {
                "DATABASE_URL": url,
                "WEB_DATABASE_URL": logins.web,
                "TENANT_DATABASE_URL": logins.tenants,
                "REDIS_URL": valkey.url,
                "DEMO_CREATE_RATE_LIMIT": "1000 per minute",
                "DEMO_CLEANUP_SECONDS": "2",
                "DEMO_POOL_SIZE": "1",
                "DEMO_POOL_MAX": "1",
                "TZ": "UTC",
            }
            yield House(system)
        finally:
            valkey.stop()


def kid(visitor):
    return jwt.get_unverified_header(visitor.token)["kid"]


def signature_of(visitor):
    asked = {"X-Original-Method": "GET", "X-Original-URI": "/api/orders"}
    answer = visitor.request("GET", "/gateway/verify", headers=asked)
    assert answer.status == 204
    return answer.headers["X-Tenant-Signature"]


def is_signed(names, signature, visitor):
    """Return True if an app with these keys accepted the signature when it was made."""
    made = datetime.fromtimestamp(int(signature.split(".")[1]), UTC)
    signer = TenantSigner({name: SIGNING[name] for name in names}, clock=lambda: made)
    try:
        signer.verify(signature, visitor.session["virtual_tenant_id"], "GET", "/api/orders")
    except InvalidSignature:
        return False
    return True


def dropped_role(house, tenant):
    return not house.secret_of(tenant) and not house.rows(
        "SELECT FROM pg_namespace WHERE nspname = %s", f"demo_{tenant.hex}"
    )


@pytest.mark.timeout(300)
@pytest.mark.parametrize("postgres", ["18"], indirect=True)
def test_secrets_are_rotated_without_a_gap_and_old_ones_stop_working(house):
    with house.with_secrets(BEFORE) as url:
        early = Prospect(url).open("individual_bakery")
        signed = signature_of(early)
        assert is_signed(["one"], signed, early)
        assert wait_for(lambda: len(house.ready()) == 2, 30)
        stock = house.ready()
        assert house.secrets_of_pool() == {TENANT[0]}

    with house.with_secrets(TURNED) as url:
        early.url = url
        assert early.sell().status == 201
        assert is_signed(["two", "one"], signed, early)
        turned = signature_of(early)
        assert is_signed(["two", "one"], turned, early)
        assert not is_signed(["one"], turned, early)
        between = Prospect(url).open("individual_bakery")
        assert between.session["virtual_tenant_id"] in {str(tenant) for tenant in stock}
        assert kid(between) != kid(early)
        assert between.sell().status == 201
        extended = early.post("/api/demo/session/extend").json["session_token"]
        assert early.post("/api/demo/session/reset").status == 200
        assert wait_for(lambda: len(house.ready()) == 2, 30)
        assert house.secrets_of_pool() == set(TENANT)
        (kept,) = stock & house.ready()  # it was not leased meanwhile

    with house.with_secrets(AFTER) as url:
        early.url = between.url = url
        refused = early.get("/api/tenant")
        assert (refused.status, refused.code) == (401, "token_invalid")
        early.token = extended  # a new token, though its schema is of the old secret
        refused = early.get("/api/tenant")
        assert (refused.status, refused.code) == (401, "session_unknown")
        assert refused.json["detail"].endswith("Abre una nueva.")
        assert between.get("/api/pos/products").status == 401
        assert not is_signed(["two"], signed, early)
        assert is_signed(["two"], turned, early)
        late = [Prospect(url).open(model) for model in ("individual_bakery", "central_baker")]
        for visitor in late:
            assert visitor.session["virtual_tenant_id"] != str(kept)
            assert visitor.sell().status == 201
        assert wait_for(lambda: dropped_role(house, kept), 30)
        assert wait_for(lambda: len(house.ready()) == 2, 30)
        assert house.secrets_of_pool() == {TENANT[1]}
    assert "Traceback" not in house.system.log.read_text()
