"""How pods are watched, replaced and scaled, and what is said of load balancers: all by value."""

import pytest

from tests.helm.cases import EXTERNAL, KEDA, TRIAL
from tests.helm.chart import merged, of_kind, one, pod_of, render_chart

PROBE = {"exec": {"command": ["true"]}, "periodSeconds": 7}


@pytest.mark.parametrize(
    ("role", "probe"),
    [
        ("web", "startupProbe"),
        ("web", "livenessProbe"),
        ("web", "readinessProbe"),
        ("worker", "startupProbe"),
        ("worker", "livenessProbe"),
        ("scheduler", "startupProbe"),
        ("scheduler", "livenessProbe"),
    ],
)
def test_a_probe_is_that_of_the_values(role, probe):
    name = f"demo-masa-madre-{role}"
    given = merged({probe: {"httpGet": None, "exec": None}}, {probe: PROBE})
    changed = pod_of(render_chart(merged(TRIAL, {role: given})), name).container
    assert PROBE.items() <= changed[probe].items()
    without = pod_of(render_chart(merged(TRIAL, {role: {probe: None}})), name).container
    assert probe not in without


def test_a_strategy_is_that_of_the_values():
    strategy = {"type": "Recreate", "rollingUpdate": None}
    own = {"web": {"strategy": strategy}, "worker": {"strategy": {"type": "Recreate"}}}
    documents = render_chart(merged(TRIAL, own))
    for role in ("web", "worker"):
        spec = one(documents, "Deployment", f"demo-masa-madre-{role}")["spec"]
        assert spec["strategy"] == {"type": "Recreate"}
    web = one(render_chart(TRIAL), "Deployment", "demo-masa-madre-web")["spec"]
    assert web["strategy"] == {
        "type": "RollingUpdate",
        "rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0},
    }


@pytest.mark.parametrize("role", ["web", "worker"])
def test_an_autoscaler_is_that_of_the_values(role):
    behavior = {"scaleUp": {"stabilizationWindowSeconds": 10}}
    wanted = {
        "enabled": True,
        "targetCPUUtilizationPercentage": None,
        "targetMemoryUtilizationPercentage": 80,
        "behavior": behavior,
    }
    documents = render_chart(merged(EXTERNAL, {role: {"autoscaling": wanted}}))
    name = f"demo-masa-madre-{role}"
    assert "replicas" not in one(documents, "Deployment", name)["spec"]
    spec = one(documents, "HorizontalPodAutoscaler", name)["spec"]
    assert spec["scaleTargetRef"]["name"] == name
    (metric,) = spec["metrics"]
    assert metric["resource"] == {
        "name": "memory",
        "target": {"type": "Utilization", "averageUtilization": 80},
    }
    assert spec["behavior"] == {"scaleDown": {"stabilizationWindowSeconds": 300}, **behavior}


def test_keda_scales_workers_by_the_length_of_the_queues():
    trigger = {"type": "cron", "metadata": {"start": "0 8 * * *"}}
    documents = render_chart(merged(EXTERNAL, KEDA, {"worker": {"keda": {"triggers": [trigger]}}}))
    name = "demo-masa-madre-worker"
    assert "replicas" not in one(documents, "Deployment", name)["spec"]
    assert of_kind(documents, "HorizontalPodAutoscaler") == []
    spec = one(documents, "ScaledObject", name)["spec"]
    assert spec["scaleTargetRef"] == {"name": name}
    prometheus, other = spec["triggers"]
    assert other == trigger
    assert prometheus["metadata"] == {
        "serverAddress": "http://prometheus:9090",
        "query": "max(sum by (instance) (demo_queue_jobs"
        '{namespace="prod", service="demo-masa-madre-web"}))',
        "threshold": "5",
    }


@pytest.mark.parametrize("role", ["web", "dashboard"])
def test_a_load_balancer_is_that_of_the_values(role):
    service = {
        "type": "LoadBalancer",
        "loadBalancerClass": "service.k8s.aws/nlb",
        "loadBalancerSourceRanges": ["203.0.113.0/24"],
        "externalTrafficPolicy": "Local",
    }
    documents = render_chart(merged(TRIAL, {role: {"service": service}}))
    spec = one(documents, "Service", f"demo-masa-madre-{role}")["spec"]
    assert service.items() <= spec.items()
    plain = one(render_chart(TRIAL), "Service", f"demo-masa-madre-{role}")["spec"]
    assert not set(service) - {"type"} & set(plain)
