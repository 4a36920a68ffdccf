"""Alerts and dashboard use metrics that the app exports."""

import ast
import json
import re

import pytest

from tests.helm.cases import EXTERNAL, METRICS
from tests.helm.chart import CHART, default_values, merged, of_kind, one, render_chart

WATCHED = merged(EXTERNAL, METRICS)
WORDS = re.compile(r"\b(?:up|demo_[a-z_]+)(?=[{\[ )])")
OF_PROMETHEUS = {"up"}


def metrics_of_the_app() -> dict[str, set[str]]:
    """Each metric with its labels, read from where they are made."""
    sources = sorted((CHART.parents[1] / "app" / "http").glob("*.py"))
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in sources]
    found = {}
    for call in (node for tree in trees for node in ast.walk(tree)):
        if isinstance(call, ast.Call) and getattr(call.func, "id", "").endswith("MetricFamily"):
            labels = [k.value for k in call.keywords if k.arg == "labels"]
            names = {item.value for value in labels for item in value.elts}
            found[call.args[0].value] = names
    return found


def expressions() -> dict[str, str]:
    """Each expression of alerts and dashboard, by its title."""
    documents = render_chart(WATCHED)
    (rule,) = of_kind(documents, "PrometheusRule")
    board = json.loads(
        one(documents, "ConfigMap", "demo-masa-madre-grafana")["data"]["masa-madre.json"]
    )
    found = {r["alert"]: r["expr"] for group in rule["spec"]["groups"] for r in group["rules"]}
    for panel in board["panels"]:
        for target in panel["targets"]:
            found[panel["title"]] = target["expr"]
    return found


def test_the_app_has_metrics():
    assert metrics_of_the_app()["demo_tenants"] == {"account_type", "state"}


@pytest.mark.parametrize("title", expressions())
def test_expressions_ask_for_metrics_that_exist(title):
    expression = expressions()[title]
    known = metrics_of_the_app()
    asked = set(WORDS.findall(expression))
    assert asked, expression
    assert asked <= set(known) | OF_PROMETHEUS
    labels = set(re.findall(r"(\w+)=\"", expression)) - {"namespace", "service"}
    assert labels <= set().union(*(known.get(name, set()) for name in asked))
    assert expression.count("(") == expression.count(")")
    assert expression.count("{") == expression.count("}")


def test_alerts_are_about_this_release():
    documents = render_chart(WATCHED)
    service = one(documents, "Service", "demo-masa-madre-web")["metadata"]
    (rule,) = of_kind(documents, "PrometheusRule")
    mine = f'namespace="{service["namespace"]}", service="{service["name"]}"'
    for alert in rule["spec"]["groups"][0]["rules"]:
        selectors = re.findall(r"\{([^}]*)\}", alert["expr"])
        assert selectors
        assert all(mine in selector for selector in selectors), alert["alert"]
        assert alert["annotations"]["summary"].endswith((".", "?"))


def test_the_fullness_alert_knows_the_limit():
    limit = default_values()["settings"]["DEMO_MAX_SESSIONS"]
    assert expressions()["MasaMadreFull"].endswith(f">= {limit}")


def test_prometheus_finds_web_and_its_port():
    documents = render_chart(WATCHED)
    (monitor,) = of_kind(documents, "ServiceMonitor")
    wanted = monitor["spec"]["selector"]["matchLabels"].items()
    found = [s for s in of_kind(documents, "Service") if wanted <= s["metadata"]["labels"].items()]
    assert [s["metadata"]["name"] for s in found] == ["demo-masa-madre-web"]
    (endpoint,) = monitor["spec"]["endpoints"]
    assert (endpoint["port"], endpoint["path"]) == ("http", "/metrics")
    assert endpoint["port"] in {port["name"] for port in found[0]["spec"]["ports"]}
    assert monitor["metadata"]["labels"]["release"] == "prometheus"


def test_grafana_finds_the_dashboard():
    board = one(render_chart(WATCHED), "ConfigMap", "demo-masa-madre-grafana")
    assert board["metadata"]["labels"]["grafana_dashboard"] == "1"


def test_metrics_objects_are_off_by_default():
    documents = render_chart(EXTERNAL)
    assert of_kind(documents, "ServiceMonitor", "PrometheusRule") == []
    assert not [d for d in documents if d["metadata"]["name"].endswith("-grafana")]
