"""Network policies deny everything but what is needed."""

import pytest

from app.settings.table import Settings
from jobs.kubernetes.manifest import selector as clone_selector
from tests.helm.cases import CLUSTER, EXTERNAL, INGRESS, METRICS, TRIAL
from tests.helm.chart import merged, of_kind, pods, render_chart
from tests.helm.policies import allows, both_ways

OURS = {"web", "worker", "scheduler", "dashboard", "migrate", "seed", "cleanup", "clone"}
STRANGER = {"app.kubernetes.io/name": "something-else"}
DNS, POSTGRES, REDIS, API, WEB = 53, 5432, 6379, 6443, 8000


def clone_labels() -> dict[str, str]:
    """The labels of the app's own Jobs."""
    settings = Settings(
        _env_file=None,
        database_url="x",
        redis_url="x",
        jwt_secret="x" * 32,
        clone_job_instance="demo",
    )
    return dict(pair.split("=") for pair in clone_selector(settings).split(","))


def release(values, **options):
    """The policies of a release, and the labels of its pods by component."""
    documents = render_chart(values, **options)
    labels = {pod.component: pod.metadata["labels"] for pod in pods(documents)}
    return of_kind(documents, "NetworkPolicy"), labels | {"clone": clone_labels()}


@pytest.mark.parametrize("component", sorted(OURS))
def test_every_role_reaches_names_postgres_and_redis(component):
    policies, labels = release(TRIAL)
    mine = labels[component]
    assert allows(policies, "Egress", mine, {"k8s-app": "kube-dns"}, DNS, namespace="kube-system")
    assert all(both_ways(policies, mine, labels["postgres"], POSTGRES, "postgres"))
    assert all(both_ways(policies, mine, labels["redis"], REDIS, "redis"))


@pytest.mark.parametrize("component", sorted(OURS))
def test_servers_outside_the_cluster_are_reached(component):
    policies, labels = release(EXTERNAL)
    assert allows(policies, "Egress", labels[component], None, POSTGRES)
    assert allows(policies, "Egress", labels[component], None, REDIS)
    assert not allows(policies, "Egress", labels[component], None, 443) or component == "worker"


def test_addresses_of_servers_can_be_narrowed():
    where = {"postgres": {"to": [{"ipBlock": {"cidr": "10.1.2.3/32"}}], "ports": [6432]}}
    policies, labels = release(merged(EXTERNAL, {"networkPolicy": where}))
    assert allows(policies, "Egress", labels["web"], None, 6432)
    assert not allows(policies, "Egress", labels["web"], STRANGER, 6432)
    assert not allows(policies, "Egress", labels["web"], None, POSTGRES)


def test_a_cluster_and_its_pooler_are_reached():
    policies, labels = release(CLUSTER)
    for theirs in (
        {"cnpg.io/cluster": "demo-masa-madre-postgres"},
        {"cnpg.io/poolerName": "demo-masa-madre-pooler"},
    ):
        assert allows(policies, "Egress", labels["web"], theirs, POSTGRES)
        assert allows(policies, "Ingress", theirs, labels["web"], POSTGRES)


def test_only_workers_reach_the_kubernetes_api():
    policies, labels = release(TRIAL)
    reaching = {c for c, mine in labels.items() if allows(policies, "Egress", mine, None, API)}
    assert reaching == {"worker"}
    policies, labels = release(merged(TRIAL, {"settings": {"CLONE_LAUNCHER": "worker"}}))
    assert not any(allows(policies, "Egress", mine, None, API) for mine in labels.values())


@pytest.mark.parametrize("component", ["web", "dashboard"])
def test_only_the_ingress_controller_reaches_web(component):
    policies, labels = release(merged(TRIAL, INGRESS))
    mine = labels[component]
    assert allows(policies, "Ingress", mine, STRANGER, "http", namespace="ingress-nginx")
    assert not allows(policies, "Ingress", mine, STRANGER, "http", namespace="default")
    assert not allows(policies, "Ingress", mine, STRANGER, "http")
    assert not allows(policies, "Ingress", mine, None, "http")


def test_prometheus_reaches_web_when_it_is_enabled():
    for values, comes in ((TRIAL, False), (merged(TRIAL, METRICS), True)):
        policies, labels = release(values)
        for component, expected in (("web", comes), ("dashboard", False)):
            mine = labels[component]
            assert (
                allows(policies, "Ingress", mine, STRANGER, "http", namespace="monitoring")
                is expected
            )


def test_without_an_ingress_controller_web_accepts_no_traffic():
    closed = {"networkPolicy": {"ingressController": {"from": []}}}
    policies, labels = release(merged(TRIAL, closed))
    assert not allows(policies, "Ingress", labels["web"], STRANGER, "http", namespace="x")
    assert not allows(policies, "Ingress", labels["web"], None, "http")


def test_all_other_traffic_is_denied():
    policies, labels = release(TRIAL)
    for component, mine in labels.items():
        if component == "test":
            continue
        for port in (22, 80, 443, POSTGRES, REDIS, WEB):
            expected = component == "worker" and port == 443
            assert allows(policies, "Egress", mine, None, port) is expected, (component, port)
            assert not allows(policies, "Ingress", mine, None, port)
            assert not allows(policies, "Ingress", mine, STRANGER, port)


def test_the_pod_of_helm_test_asks_names_and_web_and_nothing_else():
    policies, labels = release(TRIAL)
    mine = labels["test"]
    assert allows(policies, "Egress", mine, {"k8s-app": "kube-dns"}, DNS, namespace="kube-system")
    assert all(both_ways(policies, mine, labels["web"], WEB, "http"))
    for other, theirs in labels.items():
        for port in (80, 443, POSTGRES, REDIS, WEB):
            expected = other == "web" and port == WEB
            assert allows(policies, "Egress", mine, theirs, port) is expected, (other, port)
    assert not allows(policies, "Egress", mine, None, 443)
    assert not allows(policies, "Ingress", labels["dashboard"], mine, "http")


@pytest.mark.parametrize("component", ["web", "dashboard"])
def test_a_load_balancer_reaches_pods_by_address(component):
    cidr = "10.0.0.0/20"
    where = {"loadBalancer": {"cidrs": [cidr]}, "ingressController": {"from": []}}
    policies, labels = release(merged(TRIAL, {"networkPolicy": where}))
    assert allows(policies, "Ingress", labels[component], None, "http")
    (policy,) = [p for p in policies if p["metadata"]["name"].endswith(f"-{component}")]
    (rule,) = policy["spec"]["ingress"]
    assert {"ipBlock": {"cidr": cidr}} in rule["from"]
    assert not allows(policies, "Ingress", labels[component], STRANGER, "http", namespace="x")


@pytest.mark.parametrize("component", ["web", "clone", "test"])
def test_caches_on_the_nodes_resolve_names(component):
    def may_ask(port, **dns):
        policies, labels = release(merged(TRIAL, {"networkPolicy": {"dns": dns}}))
        return allows(policies, "Egress", labels[component], None, port)

    assert may_ask(DNS), "169.254.20.10"
    assert not may_ask(DNS, cidrs=[])
    assert may_ask(DNS, to=[])
    assert (may_ask(5353, ports=[5353]), may_ask(DNS, ports=[5353])) == (True, False)


def test_servers_have_no_egress():
    policies, labels = release(TRIAL)
    for server in ("postgres", "redis"):
        for other in labels.values():
            assert not allows(policies, "Egress", labels[server], other, POSTGRES)


def test_pods_of_another_release_are_not_selected():
    policies, labels = release(TRIAL)
    other = labels["web"] | {"app.kubernetes.io/instance": "other"}
    assert not allows(policies, "Ingress", labels["postgres"], other, POSTGRES)
    assert allows(policies, "Egress", other, None, 443), "it is not ours to restrict"


def test_clone_pods_are_found_under_another_name_of_the_chart():
    policies, labels = release(merged(TRIAL, {"nameOverride": "bakery"}))
    assert all(both_ways(policies, labels["clone"], labels["postgres"], POSTGRES, "postgres"))
    assert not allows(policies, "Egress", labels["clone"], None, 443)
