"""Secrets are generated once, are in no other object, and restart pods when they change."""

import base64
import json

import pytest

from app.settings.table import Settings
from tests.helm.cases import CLUSTER, EXISTING, EXTERNAL, TRIAL, UPSTREAM, URL, WEB_URL
from tests.helm.chart import Document, merged, of_kind, one, pod_of, pods, render_chart

MAIN, LOGINS = "demo-masa-madre", "demo-masa-madre-logins"


def data_of(documents: list[Document], name: str) -> dict[str, str]:
    data = one(documents, "Secret", name)["data"]
    return {key: base64.b64decode(value).decode() for key, value in data.items()}


def checksums(values, name: str = "web") -> dict[str, str]:
    pod = pod_of(render_chart(values), f"demo-masa-madre-{name}")
    return {k: v for k, v in pod.metadata["annotations"].items() if k.startswith("checksum/")}


def test_given_values_are_used_unchanged():
    secret = data_of(render_chart(EXTERNAL), MAIN)
    assert secret["DATABASE_URL"] == URL
    assert secret["WEB_DATABASE_URL"] == WEB_URL
    assert "TENANT_SECRET" not in secret
    assert len(secret["JWT_SECRET"]) == 48


@pytest.mark.parametrize("values", [TRIAL, CLUSTER])
def test_the_app_starts_with_generated_secrets(values):
    fields = {k.lower(): v for k, v in data_of(render_chart(values), MAIN).items()}
    settings = Settings(_env_file=None, **fields)
    assert settings.tenant_url != settings.database_url


@pytest.mark.parametrize("values", [TRIAL, CLUSTER])
def test_passwords_are_the_same_wherever_they_are(values):
    documents = render_chart(values)
    main, logins = data_of(documents, MAIN), data_of(documents, LOGINS)
    assert f"masa_madre:{logins['owner']}@" in main["DATABASE_URL"]
    for who, url in (("web", "WEB_DATABASE_URL"), ("tenants", "TENANT_DATABASE_URL")):
        assert f"masa_madre_{who}:{logins[who]}@" in main[url]
        assert (
            f"CREATE ROLE masa_madre_{who} LOGIN NOINHERIT PASSWORD '{logins[who]}'"
            in (logins["logins.sql"])
        )
    assert f":{logins['redis']}@" in main["REDIS_URL"]
    assert f"requirepass {logins['redis']}\n" in logins["valkey.conf"]
    assert len({logins[k] for k in ("owner", "web", "tenants", "superuser", "redis")}) == 5


def test_web_goes_through_the_pooler_and_the_owner_does_not():
    main = data_of(render_chart(CLUSTER), MAIN)
    assert "@demo-masa-madre-postgres-rw:5432/" in main["DATABASE_URL"]
    assert "@demo-masa-madre-pooler:5432/" in main["WEB_DATABASE_URL"]
    assert "@demo-masa-madre-pooler:5432/" in main["TENANT_DATABASE_URL"]
    direct = {"postgres": {"cloudnativepg": {"pooler": {"enabled": False}}}}
    main = data_of(render_chart(merged(CLUSTER, direct)), MAIN)
    assert "@demo-masa-madre-postgres-rw:5432/" in main["TENANT_DATABASE_URL"]


def test_secrets_are_in_no_other_object():
    documents = render_chart(merged(TRIAL, UPSTREAM))
    values = set(data_of(documents, MAIN).values()) | set(data_of(documents, LOGINS).values())
    others = [d for d in documents if d["kind"] != "Secret"]
    text = json.dumps(others)
    assert len(values) > 10
    assert [value for value in values if value in text] == []


def test_the_app_does_not_read_the_servers_passwords():
    for pod in pods(render_chart(TRIAL)):
        expected = set() if pod.component == "test" else {MAIN} if pod.is_ours else {LOGINS}
        assert pod.secrets() == expected


def test_secrets_outlive_the_release():
    for values in (TRIAL, CLUSTER):
        for secret in of_kind(render_chart(values), "Secret"):
            assert secret["metadata"]["annotations"]["helm.sh/resource-policy"] == "keep"


def test_a_secret_of_ones_own_is_used_and_none_is_made():
    documents = render_chart(EXISTING)
    assert of_kind(documents, "Secret") == []
    assert {name for pod in pods(documents) for name in pod.secrets()} == {"their-secret"}


def test_keys_to_sign_with_are_made_where_they_are_needed():
    assert "GATEWAY_SIGNING_KEYS" not in data_of(render_chart(TRIAL), MAIN)
    keys = data_of(render_chart(merged(TRIAL, UPSTREAM)), MAIN)["GATEWAY_SIGNING_KEYS"]
    name, _, key = keys.partition(":")
    assert (name, len(key)) == ("chart", 48)


def test_without_a_dashboard_there_is_no_password_of_operators():
    off = {"dashboard": {"enabled": False}}
    assert "OPS_PASSWORD" not in data_of(render_chart(merged(TRIAL, off)), MAIN)


MADE_ONCE = {"JWT_SECRET": "j" * 40, "LEADS_KEYS": "l" * 40, "OPS_PASSWORD": "o"}
GIVEN = merged(EXTERNAL, {"secret": {"values": MADE_ONCE}})


@pytest.mark.parametrize("name", ["web", "worker", "scheduler", "dashboard"])
def test_pods_are_replaced_when_what_they_read_changes(name):
    before = checksums(GIVEN, name)
    assert set(before) == {"checksum/config", "checksum/secret"}
    assert checksums(GIVEN, name) == before
    settings = checksums(merged(GIVEN, {"settings": {"DEMO_POOL_SIZE": 4}}), name)
    assert settings["checksum/config"] != before["checksum/config"]
    assert settings["checksum/secret"] == before["checksum/secret"]
    secret = checksums(merged(GIVEN, {"secret": {"values": {"JWT_SECRET": "k" * 40}}}), name)
    assert secret["checksum/config"] == before["checksum/config"]
    assert secret["checksum/secret"] != before["checksum/secret"]


def test_pods_stay_when_only_a_role_is_given_more_room():
    more = {"web": {"resources": {"limits": {"memory": "1Gi"}}}}
    assert checksums(merged(GIVEN, more)) == checksums(GIVEN)
