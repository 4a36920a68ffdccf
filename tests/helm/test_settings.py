"""The chart's settings are the app's: the same names, defaults and bounds."""

import json

import pytest

from app.settings.table import Settings
from tests.helm.cases import EXTERNAL, INGRESS, MATRIX, TRAEFIK, TRIAL, UPSTREAM
from tests.helm.chart import default_values, merged, of_kind, one, render_chart
from tests.helm.schema import load_schema

SECRETS = {
    "DATABASE_URL",
    "WEB_DATABASE_URL",
    "TENANT_DATABASE_URL",
    "REDIS_URL",
    "JWT_SECRET",
    "JWT_SECRET_PREVIOUS",
    "TENANT_SECRET_PREVIOUS",
    "TENANT_SECRET",
    "OPS_PASSWORD",
    "MARKETING_PASSWORD",
    "OPS_OIDC_CLIENT_SECRET",
    "GATEWAY_SIGNING_KEYS",
    "LEADS_KEYS",
    "CONVERT_SECRET",
    "SMTP_URL",
}
LOCAL = {"STATE_DIR", "PORT", "KUBECONFIG", "DEMO_SCALE", "DEMO_CLOCK_SHIFT_MINUTES"}
MADE_BY_THE_CHART = {
    "CLONE_JOB_IMAGE",
    "CLONE_JOB_NAMESPACE",
    "CLONE_JOB_INSTANCE",
    "CLONE_JOB_SERVICE_ACCOUNT",
    "CLONE_JOB_SECRET",
    "CLONE_JOB_CONFIG",
    "CLONE_JOB_POD",
    "HEARTBEAT_FILE",
    "METRICS_PORT",
}
OTHER_DEFAULTS = {
    "CLONE_LAUNCHER": "kubernetes",  # here there is a Kubernetes
    "COOKIE_SECURE": "auto",  # the chart knows whether there is TLS
    "TRUSTED_PROXIES": "auto",  # and whether there is a proxy
    "GATEWAY_PROXY": "auto",  # and which one asks about requests
}
FIELDS = {name.upper(): field for name, field in Settings.model_fields.items()}


def loaded(values) -> Settings:
    """The settings as a pod reads them."""
    documents = render_chart(values)
    (data,) = [
        d["data"] for d in of_kind(documents, "ConfigMap") if "LOG_LEVEL" in d.get("data", {})
    ]
    fields = {name.lower(): value for name, value in data.items()}
    needed = {"database_url": "x", "redis_url": "x", "jwt_secret": "x" * 32}
    return Settings(_env_file=None, **{k: v for k, v in fields.items() if v != ""}, **needed)


def test_every_setting_is_in_its_place():
    values = default_values()
    assert set(values["settings"]) == set(FIELDS) - SECRETS - LOCAL - MADE_BY_THE_CHART
    assert set(values["secret"]["values"]) == SECRETS


def test_defaults_are_those_of_the_app():
    expected = {name: FIELDS[name].default for name in default_values()["settings"]}
    assert default_values()["settings"] == expected | OTHER_DEFAULTS


def test_bounds_are_those_of_the_app():
    app = Settings.model_json_schema()["properties"]
    chart = load_schema()["properties"]["settings"]["properties"]
    bounds = ("minimum", "exclusiveMinimum", "enum")
    for name in set(chart) - set(OTHER_DEFAULTS):
        expected = {key: app[name.lower()][key] for key in bounds if key in app[name.lower()]}
        assert {key: chart[name][key] for key in bounds if key in chart[name]} == expected, name


def test_a_pod_reads_the_defaults():
    read = loaded(TRIAL)
    assert read.clone_launcher == "kubernetes"
    for name in set(default_values()["settings"]) - set(OTHER_DEFAULTS):
        assert getattr(read, name.lower()) == FIELDS[name].default, name


def test_large_numbers_and_fractions_are_rendered_exactly():
    values = {"settings": {"TENANT_ROWS": 2_000_000, "DEMO_RETENTION_DAYS": 0.5}}
    read = loaded(merged(TRIAL, values))
    assert (read.tenant_rows, read.demo_retention_days) == (2_000_000, 0.5)


@pytest.mark.parametrize(
    ("values", "secure", "proxies"),
    [
        (EXTERNAL, False, 0),
        (merged(EXTERNAL, INGRESS), True, 1),
        (merged(EXTERNAL, INGRESS, {"settings": {"TRUSTED_PROXIES": 2}}), True, 2),
        (merged(EXTERNAL, {"settings": {"COOKIE_SECURE": True}}), True, 0),
    ],
)
def test_proxies_and_tls_are_known_from_the_ingress(values, secure, proxies):
    read = loaded(values)
    assert (read.cookie_secure, read.trusted_proxies) == (secure, proxies)


@pytest.mark.parametrize(
    ("values", "proxy"),
    [
        (merged(EXTERNAL, UPSTREAM), "nginx"),
        (merged(EXTERNAL, UPSTREAM, TRAEFIK), "traefik"),
        (merged(EXTERNAL, UPSTREAM, {"settings": {"GATEWAY_PROXY": "envoy"}}), "envoy"),
    ],
)
def test_the_proxy_that_asks_is_that_of_the_upstream(values, proxy):
    assert loaded(values).gateway_proxy == proxy


def test_clone_jobs_are_those_of_the_release():
    read = loaded(MATRIX["traefik, placed"])
    assert read.clone_job_image == f"masa-madre@sha256:{'0' * 64}"
    assert read.clone_job_namespace == "prod"
    assert read.clone_job_instance == "demo"
    assert read.clone_job_service_account == "demo-clone"
    documents = render_chart(MATRIX["traefik, placed"])
    one(documents, "Secret", read.clone_job_secret)
    one(documents, "ConfigMap", read.clone_job_config)


def test_clone_pods_go_where_the_others_go():
    placed = json.loads(loaded(MATRIX["traefik, placed"]).clone_job_pod)
    assert placed == {
        "nodeSelector": {"pool": "demos"},
        "tolerations": [{"key": "demos", "operator": "Exists"}],
        "affinity": {"nodeAffinity": {"preferredDuringSchedulingIgnoredDuringExecution": []}},
        "priorityClassName": "demos",
        "imagePullSecrets": [{"name": "pull"}],
        "container": {"env": [{"name": "TZ", "value": "UTC"}]},
    }
    assert loaded(TRIAL).clone_job_pod == "{}"
