"""A real nginx asks the gateway, and an upstream in another process checks the signature."""

import shutil
import subprocess
import threading
import urllib.error
import urllib.request
from datetime import timedelta
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest
from werkzeug.test import Client

from gateway import InvalidSignature, SignedTenants, TenantSigner, Verification
from gateway.verification.endpoint import PREFIX
from tests.fixtures.live import free_port
from tests.support.waiting import wait_until

PROXIES = ("nginx", "traefik", "envoy")
KEYS = {"new": "n" * 32, "old": "o" * 32}
CONFIGURATION = """
daemon off; worker_processes 1; error_log stderr; pid {home}/nginx.pid;
events {{ worker_connections 64; }}
http {{
  access_log off;
  client_body_temp_path {home}; proxy_temp_path {home}; fastcgi_temp_path {home};
  uwsgi_temp_path {home}; scgi_temp_path {home};
  server {{
    listen 127.0.0.1:{port};
    location / {{
      auth_request /_gateway;
      auth_request_set $tenant $upstream_http_x_tenant_id;
      auth_request_set $signature $upstream_http_x_tenant_signature;
      proxy_set_header X-Tenant-Id $tenant;
      proxy_set_header X-Tenant-Signature $signature;
      proxy_pass http://127.0.0.1:{upstream};
    }}
    location = /_gateway {{
      internal;
      proxy_pass http://127.0.0.1:{gateway}/gateway/verify;
      proxy_pass_request_body off;
      proxy_set_header Content-Length "";
      proxy_set_header X-Original-Method $request_method;
      proxy_set_header X-Original-URI $request_uri;
    }}
  }}
}}
"""


class Quiet(WSGIRequestHandler):
    def log_message(self, *arguments):
        pass


@pytest.fixture
def serve():
    """Serves WSGI apps on ports of their own."""
    servers = []

    def start(app):
        server = make_server("127.0.0.1", 0, app, handler_class=Quiet)
        servers.append(server)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        return server.server_port

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture
def verification(world):
    return Verification(world.gateway, TenantSigner(KEYS, clock=world.clock), world.echo)


def upstream(world):
    """Another team's app: it answers with the tenant of the request."""

    def app(environ, start_response):
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [environ.get("HTTP_X_TENANT_ID", "none").encode()]

    return SignedTenants(app, TenantSigner(KEYS, clock=world.clock))


@pytest.fixture
def nginx(world, verification, serve, tmp_path):
    program = shutil.which("nginx") or "/usr/sbin/nginx"
    if not shutil.which(program):
        pytest.skip("nginx is not on this machine: the Debian package nginx-light brings it.")
    tmp_path.chmod(0o755)
    port = free_port()
    file = tmp_path / "nginx.conf"
    file.write_text(
        CONFIGURATION.format(
            home=tmp_path,
            port=port,
            upstream=serve(upstream(world)),
            gateway=serve(verification),
        )
    )
    process = subprocess.Popen([program, "-c", str(file), "-p", str(tmp_path)])
    url = f"http://127.0.0.1:{port}"
    try:
        wait_until(lambda: ask(url, "/")[0], "nginx to answer")
        yield url
    finally:
        process.terminate()
        process.wait(90)


def ask(url, path, method="GET", headers=None):
    request = urllib.request.Request(url + path, method=method, headers=headers or {})
    try:
        with urllib.request.urlopen(request, timeout=5) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, ""
    except OSError:
        return 0, ""


def test_nginx_admits_only_active_sessions_and_passes_the_tenant(world, nginx):
    record = world.open()
    bearer = world.bearer(record)
    assert ask(nginx, "/api/orders?page=1", headers=bearer) == (200, str(record.tenant_id))
    assert ask(nginx, "/api/orders", "POST", bearer) == (200, str(record.tenant_id))
    assert ask(nginx, "/api/orders")[0] == 401
    assert ask(nginx, "/api/orders/1", "DELETE", bearer)[0] == 403
    assert ask(nginx, "/api/forecasting/models", headers=bearer)[0] == 403
    assert ask(nginx, "/api/orders%2f..%2fusers", headers=bearer)[0] == 403
    assert ask(nginx, "//api/./orders", headers=bearer) == (200, str(record.tenant_id))


def test_tenant_and_original_headers_of_a_client_are_ignored(world, nginx):
    record, other = world.open(), world.open()
    lies = {
        "X-Tenant-Id": str(other.tenant_id),
        "X-Tenant-Signature": TenantSigner(KEYS, clock=world.clock).sign(
            str(other.tenant_id), "GET", "/api/orders"
        ),
        "X-Original-URI": "/health",
        "X-Original-Method": "GET",
        "X-Forwarded-Uri": "/health",
    }
    assert ask(nginx, "/api/orders", headers=lies)[0] == 401
    answer = ask(nginx, "/api/orders", headers=lies | world.bearer(record))
    assert answer == (200, str(record.tenant_id))
    assert ask(nginx, "/api/recipes", "POST", lies | world.bearer(record))[0] == 403


def verify(world, verification, path=PREFIX, **headers):
    return Client(verification, use_cookies=False).get(
        path, headers={name.replace("_", "-"): value for name, value in headers.items()}
    )


def question(proxy, method, target):
    """A proxy's request to the gateway: its method, path and headers."""
    if proxy == "envoy":
        return method, PREFIX + target, {}
    kind = {"nginx": "Original", "traefik": "Forwarded"}[proxy]
    return "GET", PREFIX, {f"X-{kind}-Method": method, f"X-{kind}-Uri": target}


def asked_by(world, proxy):
    """A client that asks as a proxy does, whose headers alone are believed."""
    signer = TenantSigner(KEYS, clock=world.clock)
    verification = Verification(world.gateway, signer, world.echo, proxy=proxy)
    return Client(verification, use_cookies=False)


@pytest.mark.parametrize("proxy", PROXIES)
def test_every_proxy_asks_in_its_own_way(world, proxy):
    record = world.open()
    client = asked_by(world, proxy)
    method, path, headers = question(proxy, "PUT", "/api/orders/1")
    answer = client.open(path, method=method, headers=headers | world.bearer(record))
    assert answer.status_code == 204
    assert answer.headers["X-Tenant-Id"] == str(record.tenant_id)
    signer = TenantSigner(KEYS, clock=world.clock)
    signature = answer.headers["X-Tenant-Signature"]
    assert signer.verify(signature, str(record.tenant_id), "PUT", "/api/orders/1")
    assert client.open(path, method=method, headers=headers).status_code == 401


@pytest.mark.parametrize("other", PROXIES)
@pytest.mark.parametrize("proxy", PROXIES)
def test_a_clients_own_headers_do_not_change_the_verified_request(world, proxy, other):
    """A proxy passes on what its client sent of another proxy's headers."""
    bearer = world.bearer(world.open())
    client = asked_by(world, proxy)
    _, _, lies = question(other, "GET", "/health")
    method, path, headers = question(proxy, "DELETE", "/api/orders/1")
    answer = client.open(path, method=method, headers=lies | headers | bearer)
    assert answer.status_code == 403
    if proxy != other:
        method, path, headers = question(proxy, "GET", "/api/orders")
        assert client.open(path, method=method, headers=lies | headers).status_code == 401


@pytest.mark.parametrize("missing", ["X-Original-Method", "X-Original-Uri"])
def test_a_verify_request_without_its_headers_is_refused(world, missing):
    method, path, headers = question("nginx", "GET", "/")
    client = asked_by(world, "nginx")
    assert client.open(path, method=method, headers=headers).status_code == 204
    del headers[missing]
    assert client.open(path, method=method, headers=headers).status_code == 403


def test_a_refusal_carries_its_sentence(world, verification):
    answer = verify(world, verification, X_Original_Method="GET", X_Original_URI="/api/orders")
    assert answer.get_json()["code"] == "session_required"
    pending = world.open(status="pending", tenant_id=None)
    answer = verify(
        world,
        verification,
        X_Original_Method="GET",
        X_Original_URI="/api/orders",
        **world.bearer(pending),
    )
    assert (answer.status_code, answer.get_json()["code"]) == (403, "session_pending")


@pytest.fixture
def signed(world):
    tenant = str(world.open().tenant_id)
    signer = TenantSigner(KEYS, clock=world.clock)
    return signer, tenant, signer.sign(tenant, "GET", "/api/orders")


def test_a_signature_is_good_for_one_tenant_method_path_and_half_a_minute(world, signed):
    signer, tenant, signature = signed
    assert str(signer.verify(signature, tenant, "GET", "/api/orders")) == tenant
    other = str(world.open().tenant_id)
    for lie in (
        (signature, other, "GET", "/api/orders"),
        (signature, tenant, "POST", "/api/orders"),
        (signature, tenant, "GET", "/api/orders/1"),
        (signature.replace("new.", "old."), tenant, "GET", "/api/orders"),
        (signature[:-1], tenant, "GET", "/api/orders"),
        ("", tenant, "GET", "/api/orders"),
        ("new.٣.x", tenant, "GET", "/api/orders"),
    ):
        with pytest.raises(InvalidSignature):
            signer.verify(*lie)
    world.now += timedelta(seconds=31)
    with pytest.raises(InvalidSignature):
        signer.verify(signature, tenant, "GET", "/api/orders")


def test_keys_are_rotated_without_a_gap(world, signed):
    _, tenant, signature = signed
    turned = TenantSigner({"newest": "x" * 32, **KEYS}, clock=world.clock)
    assert turned.verify(signature, tenant, "GET", "/api/orders")
    dropped = TenantSigner({"newest": "x" * 32}, clock=world.clock)
    with pytest.raises(InvalidSignature):
        dropped.verify(signature, tenant, "GET", "/api/orders")


def test_an_upstream_rejects_a_tenant_without_a_signature(world, signed):
    client = Client(upstream(world))
    _, tenant, signature = signed
    good = {"X-Tenant-Id": tenant, "X-Tenant-Signature": signature}
    assert client.get("/api/orders", headers=good).text == tenant
    assert client.get("/api/orders", headers={"X-Tenant-Id": tenant}).status_code == 401
    assert client.post("/api/orders", headers=good).status_code == 401
    assert client.get("/api/orders").text == "none"
