"""Operators sign in by OpenID Connect: a real provider on the loopback, and what it may not say."""

import time
from http.client import HTTPConnection
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from joserfc.jwk import RSAKey
from pydantic import ValidationError

from app.settings.table import Settings
from tests.fixtures.openid import CLIENT, SECRET, openid_provider
from tests.integration.insights.conftest import OPS, PERSON, made_app

pytestmark = pytest.mark.parametrize("postgres", ["18"], indirect=True)


@pytest.fixture(scope="module")
def provider():
    with openid_provider() as provider:
        yield provider


@pytest.fixture(scope="module")
def app(settings, provider):
    changed = {
        "ops_oidc_issuer": provider.url,
        "ops_oidc_client_id": CLIENT,
        "ops_oidc_client_secret": SECRET,
        "ops_oidc_roles_claim": "realm.roles",
        "ops_oidc_ops_role": "demo-ops",
        "ops_oidc_marketing_role": "demo-marketing",
        "cookie_secure": False,
    }
    with made_app(settings.model_copy(update=changed)) as app:
        yield app


@pytest.fixture
def client(app, database, provider):
    database.execute("TRUNCATE control.operator_actions")
    provider.claims, provider.signing, provider.faults = {}, None, []
    return app.test_client()


def at_provider(address):
    """Go to the provider as a browser does; return the address that it leads back to."""
    split = urlsplit(address)
    connection = HTTPConnection(split.netloc, timeout=30)
    connection.request("GET", f"{split.path}?{split.query}")
    answer = connection.getresponse()
    connection.close()
    return answer.headers["Location"]


def sign_in(client):
    """Sign in from the first page on; return the answer to the way back."""
    led = client.get("/ops/", headers=PERSON)
    assert (led.status_code, led.headers["Location"]) == (302, "/ops/sign-in")
    begun = client.get("/ops/sign-in")
    assert begun.status_code == 302
    back = urlsplit(at_provider(begun.headers["Location"]))
    assert f"{back.scheme}://{back.netloc}" == "https://demo.example"
    return client.get(f"{back.path}?{back.query}")


def noted(database):
    return database.execute("SELECT who, what FROM control.operator_actions ORDER BY id").fetchall()


@pytest.mark.parametrize(("role", "status"), [("demo-ops", 404), ("demo-marketing", 403)])
def test_an_account_with_a_role_comes_in_and_out(client, database, provider, role, status):
    provider.claims = {"email": "carmen@pan.example", "realm": {"roles": ["other", role]}}
    came = sign_in(client)
    assert (came.status_code, came.headers["Location"]) == (303, "/ops/")
    cookie = came.headers["Set-Cookie"]
    assert all(word in cookie for word in ("HttpOnly", "SameSite=Lax", "Path=/ops"))
    assert provider.faults == []
    assert "carmen@pan.example" in client.get("/ops/", headers=PERSON).text
    gone = client.post("/ops/live/00000000-0000-4000-8000-000000000000/extend")
    assert gone.status_code == status
    assert noted(database)[0] == ("carmen@pan.example", f"sign in: as {role.removeprefix('demo-')}")
    client.post("/ops/sign-in/out")
    assert client.get("/ops/", headers=PERSON).status_code == 302


def refused(answer, status, code, words):
    assert (answer.status_code, answer.json["code"]) == (status, code)
    assert words in answer.json["detail"]


def test_an_account_without_a_role_is_refused_and_written_down(client, database, provider):
    provider.claims = {"email": "pepe@pan.example", "realm": {"roles": ["baker"]}}
    refused(sign_in(client), 403, "role_unknown", "none of the roles")
    assert noted(database) == [("pepe@pan.example", "sign in: role_unknown")]
    assert client.get("/ops/", headers=PERSON).status_code == 302


@pytest.mark.parametrize(
    "claims",
    [
        {"nonce": "another"},
        {"nonce": None},
        {"exp": int(time.time()) - 3600},
        {"aud": "somebody else"},
        {"iss": "https://elsewhere.example"},
    ],
    ids=lambda claims: next(iter(claims)),
)
def test_a_token_that_does_not_hold_is_refused(client, database, provider, claims):
    provider.claims = {"realm": {"roles": ["demo-ops"]}} | claims
    refused(sign_in(client), 401, "sign_in_refused", "could not be verified")
    assert noted(database) == []
    assert client.get("/ops/", headers=PERSON).status_code == 302


def test_a_token_of_another_key_is_refused(client, provider):
    provider.claims = {"realm": {"roles": ["demo-ops"]}}
    provider.signing = RSAKey.generate_key(2048)
    refused(sign_in(client), 401, "sign_in_refused", "could not be verified")


def test_a_way_back_that_this_browser_did_not_begin_is_refused(app, client, provider):
    provider.claims = {"realm": {"roles": ["demo-ops"]}}
    back = urlsplit(at_provider(client.get("/ops/sign-in").headers["Location"]))
    other = app.test_client()
    refused(other.get(f"{back.path}?{back.query}"), 401, "sign_in_refused", "Begin again")
    query = urlencode({**{k: v[0] for k, v in parse_qs(back.query).items()}, "state": "guessed"})
    refused(client.get(f"{back.path}?{query}"), 401, "sign_in_refused", "Begin again")
    refused(client.get(f"{back.path}?error=access_denied"), 401, "sign_in_refused", "Begin again")


def test_passwords_and_programs_go_on_as_before(client):
    assert client.get("/ops/", auth=OPS, headers=PERSON).status_code == 200
    assert client.get("/ops/", headers={"Accept": "application/json"}).status_code == 401
    assert client.get("/ops/", auth=("ops", "wrong"), headers=PERSON).status_code == 401


def test_a_provider_that_is_away_is_a_sentence(settings):
    changed = {
        "ops_oidc_issuer": "http://127.0.0.1:9",
        "ops_oidc_client_id": "x",
        "ops_oidc_client_secret": "y",
    }
    with made_app(settings.model_copy(update=changed)) as app:
        refused(app.test_client().get("/ops/sign-in"), 503, "sign_in_away", "does not answer")


def test_without_a_provider_there_is_no_sign_in_and_no_cookie(settings):
    with made_app(settings) as app:
        client = app.test_client()
        assert client.get("/ops/sign-in", auth=OPS).status_code == 404
        assert client.get("/ops/sign-in").status_code == 401
        assert app.secret_key is None


@pytest.mark.parametrize(
    "given",
    [
        {
            "ops_oidc_issuer": "http://id.example",
            "ops_oidc_client_id": "x",
            "ops_oidc_client_secret": "y",
        },
        {"ops_oidc_issuer": "https://id.example", "ops_oidc_client_id": "x"},
    ],
)
def test_settings_that_cannot_work_are_refused(settings, given):
    known = {
        "database_url": settings.database_url,
        "redis_url": settings.redis_url,
        "jwt_secret": "s" * 32,
    }
    with pytest.raises(ValidationError, match="OPS_OIDC"):
        Settings(_env_file=None, **known, **given)
