"""Values that contradict each other end with a sentence; unknown ones are not taken."""

import pytest

from tests.helm.cases import CLUSTER, EXISTING, EXTERNAL, INGRESS, METRICS, OWN_CLUSTER, TRIAL, URL
from tests.helm.chart import Refused, Values, merged, render_chart


def values(path: str, value: object, *base: Values) -> Values:
    """Values with one at a dotted path."""
    nested: object = value
    for key in reversed(path.split(".")):
        nested = {key: nested}
    return merged(*(base or (EXTERNAL,)), nested)


CONTRADICTIONS = {
    "image.tag is latest": values("image.tag", "latest"),
    "postgres.trial.image is postgres: it needs a tag": values("postgres.trial.image", "postgres"),
    "redis.trial.image is valkey/valkey:latest": values(
        "redis.trial.image", "valkey/valkey:latest"
    ),
    "secret.existing and secret.values.JWT_SECRET are both set": values(
        "secret.values.JWT_SECRET", "x" * 32, EXISTING
    ),
    "secret.values.WEB_DATABASE_URL is empty": values("secret.values.WEB_DATABASE_URL", ""),
    "secret.values.TENANT_DATABASE_URL is empty": values("secret.values.TENANT_DATABASE_URL", ""),
    "postgres.mode is external, but nothing says where": values("redis.mode", "trial", {}),
    "redis.mode is external, but nothing says where": values("postgres.mode", "trial", {}),
    "secret.values.DATABASE_URL is set, but postgres.mode is trial": values(
        "secret.values.DATABASE_URL", URL, TRIAL
    ),
    "secret.values.TENANT_DATABASE_URL is set, but postgres.mode is cloudnativepg": values(
        "secret.values.TENANT_DATABASE_URL", URL, CLUSTER
    ),
    "secret.values.REDIS_URL is set, but redis.mode is trial": values(
        "secret.values.REDIS_URL", "redis://r.example", TRIAL
    ),
    "postgres.mode is trial, but secret.existing is set": values(
        "postgres.mode", "trial", EXISTING
    ),
    "redis.mode is trial, but secret.existing is set": values("redis.mode", "trial", EXISTING),
    "name your Secrets of the logins as well": values("postgres.mode", "cloudnativepg", EXISTING),
    "is set without secret.existing": values("secret.existing", "", OWN_CLUSTER, TRIAL),
    "web.replicas is 3 and web.autoscaling is enabled": values(
        "web", {"replicas": 3, "autoscaling": {"enabled": True}}
    ),
    "web.autoscaling.minReplicas is 9, more than maxReplicas, 6": values(
        "web.autoscaling.minReplicas", 9
    ),
    "worker.replicas is 3 and worker.keda is enabled": values(
        "worker", {"replicas": 3, "keda": {"enabled": True, "prometheusUrl": "http://p"}}
    ),
    "worker.keda and worker.autoscaling are both enabled": values(
        "worker", {"autoscaling": {"enabled": True}, "keda": {"enabled": True}}
    ),
    "without worker.keda.prometheusUrl or triggers": values("worker.keda.enabled", True),
    "worker.autoscaling is enabled without a target": values(
        "worker.autoscaling", {"enabled": True, "targetCPUUtilizationPercentage": None}
    ),
    "web.service.loadBalancerClass is set, but web.service.type is ClusterIP": values(
        "web.service.loadBalancerClass", "service.k8s.aws/nlb"
    ),
    "dashboard.service.loadBalancerSourceRanges is set": values(
        "dashboard.service.loadBalancerSourceRanges", ["10.0.0.0/8"]
    ),
    "web.service.externalTrafficPolicy is set": values(
        "web.service.externalTrafficPolicy", "Local"
    ),
    "web.terminationGracePeriodSeconds is 20, but": values("web.terminationGracePeriodSeconds", 20),
    "dashboard.terminationGracePeriodSeconds is 40, but": values(
        "web", {"gracefulTimeoutSeconds": 60, "terminationGracePeriodSeconds": 90}
    ),
    "worker.terminationGracePeriodSeconds is 330, but a clone may take": values(
        "settings.CLONE_TIMEOUT_SECONDS", 500
    ),
    "set without ingress.hosts": values("ingress.enabled", True),
    "ingress.tls.enabled is set, but ingress.enabled is not": values(
        "ingress", {"hosts": ["a.example"], "tls": {"enabled": True}}
    ),
    "set without dashboard.ingress.host": values("dashboard.ingress.enabled", True),
    "dashboard.ingress.enabled is set, but dashboard.enabled is not": values(
        "dashboard", {"enabled": False, "ingress": {"enabled": True, "host": "ops.example"}}
    ),
    "which is one of ingress.hosts": merged(
        values("dashboard.ingress", {"enabled": True, "host": "a.example"}),
        {"ingress": {"enabled": True, "hosts": ["a.example"]}},
    ),
    "gateway.upstream.enabled is set without": values("gateway.upstream.enabled", True),
    "settings.DEMO_POOL_SIZE is 30, more than settings.DEMO_POOL_MAX, 20": values(
        "settings.DEMO_POOL_SIZE", 30
    ),
    "settings.CLONE_TIMEOUT_SECONDS is 300, more than settings.CLONE_JOB_DEADLINE_SECONDS": values(
        "settings.CLONE_JOB_DEADLINE_SECONDS", 200
    ),
    "networkPolicy.ingressController.from lets no pod in": values(
        "networkPolicy.ingressController.from", [], EXTERNAL, INGRESS
    ),
    "networkPolicy.prometheus.from lets no pod in": values(
        "networkPolicy.prometheus.from", [], EXTERNAL, METRICS
    ),
    "The label app.kubernetes.io/component is the chart's own": values(
        "redis.trial.pod.labels", {"app.kubernetes.io/component": "cache"}
    ),
    "The label app.kubernetes.io/name is the chart's own": values(
        "web.pod.labels", {"app.kubernetes.io/name": "mine"}
    ),
}


@pytest.mark.parametrize("sentence", CONTRADICTIONS)
def test_contradictions_end_with_a_sentence(sentence):
    with pytest.raises(Refused) as refused:
        render_chart(CONTRADICTIONS[sentence])
    assert sentence in str(refused.value)


UNKNOWN = {
    "a key at the top": values("replicas", 3),
    "a key of a role": values("web.replica", 3),
    "a key deep down": values("web.pod.labelz", {}),
    "a setting that the app does not have": values("settings.DEMO_POOL", 3),
    "a secret that the app does not have": values("secret.values.PASSWORD", "x"),
    "a secret among the settings": values("settings.JWT_SECRET", "x" * 32),
    "a key of a network policy": values("networkPolicy.web", {}),
    "a secret that is too short": values("secret.values.JWT_SECRET", "short"),
    "a setting out of bounds": values("settings.DEMO_MAX_SESSIONS", 0),
    "a number as words": values("settings.DEMO_MAX_SESSIONS", "many"),
    "an unknown mode": values("postgres.mode", "embedded"),
    "a container without limits": values("web.resources", {"limits": None}),
    "a host with a path": values("ingress.hosts", ["a.example/demo"]),
}


@pytest.mark.parametrize("mistake", UNKNOWN)
def test_the_schema_takes_no(mistake):
    with pytest.raises(Refused, match="schema"):
        render_chart(UNKNOWN[mistake])
