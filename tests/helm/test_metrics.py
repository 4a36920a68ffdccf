"""Alerts and dashboard use metrics that the app exports."""

import ast
import json
import re
from functools import cache
from typing import Any

import pytest

from app.http.metrics.measurements import MEASURED
from tests.helm.cases import EXTERNAL, METRICS
from tests.helm.chart import (
    CHART,
    Document,
    Pod,
    default_values,
    merged,
    of_kind,
    one,
    pods,
    render_chart,
)
from tests.helm.policies import allows, selects

WATCHED = merged(EXTERNAL, METRICS, {"settings": {"DEMO_DISK_MB": 1000}})
WORDS = re.compile(r"\b(?:up|(?:demo|gateway|kube|kubelet)_[a-z_]+|masa_madre:[a-z0-9_:]+)")
OF_OTHERS = {
    "up": set(),
    # kube-state-metrics
    "kube_cronjob_status_last_schedule_time": {"cronjob"},
    "kube_cronjob_status_last_successful_time": {"cronjob"},
    "kube_job_failed": {"job_name", "condition"},
    # the kubelet
    "kubelet_volume_stats_available_bytes": {"persistentvolumeclaim"},
    "kubelet_volume_stats_capacity_bytes": {"persistentvolumeclaim"},
}
"""Metrics that are not the app's, with their labels."""
PARTS_OF_A_HISTOGRAM = ("_bucket", "_count", "_sum")
ROOT = CHART.parents[1]


@cache
def metrics_of_the_app() -> dict[str, set[str]]:
    """Each metric with its labels, read from where they are made."""
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in (ROOT / "app").rglob("*.py")]
    found: dict[str, set[str]] = {}
    for call in (node for tree in trees for node in ast.walk(tree)):
        name = getattr(getattr(call, "func", None), "id", "")
        if name.endswith("MetricFamily") and isinstance(call.args[0], ast.Constant):
            labels = [k.value for k in call.keywords if k.arg == "labels"]
            names = {item.value for value in labels for item in value.elts}
            suffix = "_total" if name.startswith("Counter") else ""
            found[call.args[0].value + suffix] = names
    for metric, measured in MEASURED.items():
        if not measured.buckets:
            found[f"{metric}_total"] = set(measured.labels)
        for part in PARTS_OF_A_HISTOGRAM if measured.buckets else ():
            found[metric + part] = {*measured.labels, "le"}
    return found


@cache
def watched() -> list[Document]:
    """The documents of the chart, rendered once."""
    return render_chart(WATCHED)


@cache
def rules() -> list[dict[str, str]]:
    (rule,) = of_kind(watched(), "PrometheusRule")
    return [rule for group in rule["spec"]["groups"] for rule in group["rules"]]


@cache
def expressions() -> dict[str, str]:
    """Each expression of rules and dashboard, by its title."""
    found = {rule.get("alert") or rule["record"]: rule["expr"] for rule in rules()}
    for panel in dashboard()["panels"]:
        for target in panel["targets"]:
            found[f"{panel['title']}, {target['refId']}"] = target["expr"]
    return found


def dashboard() -> dict[str, Any]:
    board = one(watched(), "ConfigMap", "demo-masa-madre-grafana")
    return json.loads(board["data"]["masa-madre.json"])


def test_the_app_has_metrics():
    assert metrics_of_the_app()["demo_tenants"] == {"account_type", "state"}


@pytest.mark.parametrize("title", expressions())
def test_expressions_ask_for_metrics_that_exist(title):
    expression = expressions()[title]
    recorded = {rule["record"] for rule in rules() if "record" in rule}
    known = metrics_of_the_app() | OF_OTHERS
    asked = set(WORDS.findall(re.sub(r'"[^"]*"', '""', expression)))
    assert asked, expression
    assert asked <= set(known) | recorded
    labels = set(re.findall(r"(\w+)(?:=|!=|=~)\"", expression)) - {"namespace", "service"}
    assert labels <= set().union(*(known.get(name, set()) for name in asked))
    assert expression.count("(") == expression.count(")")
    assert expression.count("{") == expression.count("}")


def test_rules_are_about_this_release():
    documents = watched()
    service = one(documents, "Service", "demo-masa-madre-web")["metadata"]
    cluster = f'namespace="{service["namespace"]}"'
    mine = f'{cluster}, service="{service["name"]}"'
    for rule in rules():
        selectors = re.findall(r"\{([^}]*)\}", rule["expr"])
        assert selectors or "masa_madre:" in rule["expr"]
        of_the_cluster = set(WORDS.findall(rule["expr"])) & set(OF_OTHERS) - {"up"}
        where = cluster if of_the_cluster else mine
        assert all(where in selector for selector in selectors), rule


def test_every_alert_has_a_line_in_the_runbook_and_leads_there():
    alerts = {rule["alert"]: rule["annotations"] for rule in rules() if "alert" in rule}
    for name, annotations in alerts.items():
        assert annotations["summary"].endswith((".", "?"))
        assert annotations["runbook_url"] == f"docs/operations.md#{name.lower()}"
    runbook = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    told = re.findall(r"^#### (MasaMadre\w+)\n\n?(.+)$", runbook, re.MULTILINE)
    assert sorted(name for name, _ in told) == sorted(alerts), "neither more nor fewer"
    assert all(len(line) > 40 for _, line in told)


def test_the_fullness_alert_knows_the_limit():
    limit = default_values()["settings"]["DEMO_MAX_SESSIONS"]
    assert expressions()["MasaMadreFull"].endswith(f">= {limit}")


def test_prometheus_finds_web_and_its_port():
    documents = watched()
    (monitor,) = of_kind(documents, "ServiceMonitor")
    wanted = monitor["spec"]["selector"]["matchLabels"].items()
    found = [s for s in of_kind(documents, "Service") if wanted <= s["metadata"]["labels"].items()]
    assert [s["metadata"]["name"] for s in found] == ["demo-masa-madre-web"]
    (endpoint,) = monitor["spec"]["endpoints"]
    assert (endpoint["port"], endpoint["path"]) == ("http", "/metrics")
    assert endpoint["port"] in {port["name"] for port in found[0]["spec"]["ports"]}
    assert monitor["metadata"]["labels"]["release"] == "prometheus"


def labels_of(pod: Pod) -> dict[str, str]:
    return pod.metadata["labels"]


def test_prometheus_finds_worker_and_scheduler_and_their_port():
    documents = watched()
    (monitor,) = of_kind(documents, "PodMonitor")
    policies = of_kind(documents, "NetworkPolicy")
    found = [pod for pod in pods(documents) if selects(monitor["spec"]["selector"], labels_of(pod))]
    assert sorted(pod.component for pod in found) == ["scheduler", "worker"]
    (endpoint,) = monitor["spec"]["podMetricsEndpoints"]
    for pod in found:
        (port,) = pod.container["ports"]
        assert endpoint == {"port": port["name"], "path": "/metrics", "interval": "30s"}
        env = {each["name"]: each.get("value") for each in pod.container["env"]}
        assert env["METRICS_PORT"] == str(port["containerPort"])
        for namespace, may_ask in (("monitoring", True), ("other", False)):
            asked = allows(policies, "Ingress", labels_of(pod), {}, "metrics", namespace=namespace)
            assert asked is may_ask


def test_grafana_finds_the_dashboard():
    board = one(watched(), "ConfigMap", "demo-masa-madre-grafana")
    assert board["metadata"]["labels"]["grafana_dashboard"] == "1"


def test_metrics_objects_are_off_by_default():
    documents = render_chart(EXTERNAL)
    assert of_kind(documents, "ServiceMonitor", "PodMonitor", "PrometheusRule") == []
    assert not [d for d in documents if d["metadata"]["name"].endswith("-grafana")]
