"""Schemas of the custom resources: the parts of their definitions that the chart uses, closed."""

from typing import Any

from tests.helm.chart import Document

STRINGS = {"type": "object", "additionalProperties": {"type": "string"}}
TEXT, NUMBER, FLAG = {"type": "string"}, {"type": "integer", "minimum": 1}, {"type": "boolean"}
TEXTS = {"type": "array", "items": TEXT, "minItems": 1}
ANY = {"type": "object"}
NAME = {"type": "object", "required": ["name"], "properties": {"name": TEXT}}


def closed(needed: str, **properties: Any) -> Document:
    """An object with these properties and no others; `needed` names those that must be there."""
    return {
        "type": "object",
        "additionalProperties": False,
        "required": needed.split(),
        "properties": properties,
    }


def listed(item: Document) -> Document:
    """A list of at least one."""
    return {"type": "array", "items": item, "minItems": 1}


CLUSTER = closed(
    "instances storage bootstrap postgresql resources",
    instances=NUMBER,
    imageName=TEXT,
    imagePullSecrets=listed(NAME),
    storage=closed("size", size=TEXT, storageClass=TEXT),
    resources=ANY,
    enableSuperuserAccess=FLAG,
    certificates=closed("", serverAltDNSNames=TEXTS),
    priorityClassName=TEXT,
    affinity=closed("", nodeSelector=STRINGS, tolerations=listed(ANY)),
    backup=ANY,
    bootstrap=closed(
        "initdb",
        initdb=closed(
            "database owner secret postInitApplicationSQLRefs",
            database=TEXT,
            owner=TEXT,
            secret=NAME,
            postInitApplicationSQLRefs=closed(
                "secretRefs", secretRefs=listed(closed("name key", name=TEXT, key=TEXT))
            ),
        ),
    ),
    postgresql=closed("parameters", parameters=STRINGS),
)
POOLER = closed(
    "cluster instances type pgbouncer",
    cluster=NAME,
    instances=NUMBER,
    type={"enum": ["rw", "ro", "r"]},
    pgbouncer=closed("poolMode", poolMode={"enum": ["session", "transaction"]}, parameters=STRINGS),
    template=closed("spec", metadata=ANY, spec=ANY),
)
SERVICE_MONITOR = closed(
    "selector endpoints",
    selector=closed("matchLabels", matchLabels=STRINGS),
    endpoints=listed(closed("port path", port=TEXT, path=TEXT, interval=TEXT)),
)
POD_MONITOR = closed(
    "selector podMetricsEndpoints",
    selector=closed("matchLabels", matchLabels=STRINGS, matchExpressions=listed(ANY)),
    podMetricsEndpoints=listed(closed("port path", port=TEXT, path=TEXT, interval=TEXT)),
)
ALERT = closed(
    "alert expr",
    alert={"type": "string", "pattern": "^[A-Za-z]+$"},
    expr=TEXT,
    labels=STRINGS,
    annotations=STRINGS,
    **{"for": {"type": "string", "pattern": "^[0-9]+[smh]$"}},
)
RECORD = closed(
    "record expr", record={"type": "string", "pattern": "^[a-z0-9_]+(:[a-z0-9_]+)+$"}, expr=TEXT
)
RULES = listed({"oneOf": [ALERT, RECORD]})
PROMETHEUS_RULE = closed("groups", groups=listed(closed("name rules", name=TEXT, rules=RULES)))
SCALED_OBJECT = closed(
    "scaleTargetRef triggers",
    scaleTargetRef=closed("name", name=TEXT),
    minReplicaCount={"type": "integer", "minimum": 0},
    maxReplicaCount=NUMBER,
    cooldownPeriod={"type": "integer", "minimum": 0},
    triggers=listed(closed("type metadata", type=TEXT, metadata=STRINGS, authenticationRef=ANY)),
)
MIDDLEWARE = closed(
    "forwardAuth",
    forwardAuth=closed(
        "address", address=TEXT, authRequestHeaders=TEXTS, authResponseHeaders=TEXTS
    ),
)

SPECS = {
    ("postgresql.cnpg.io/v1", "Cluster"): CLUSTER,
    ("postgresql.cnpg.io/v1", "Pooler"): POOLER,
    ("monitoring.coreos.com/v1", "ServiceMonitor"): SERVICE_MONITOR,
    ("monitoring.coreos.com/v1", "PodMonitor"): POD_MONITOR,
    ("monitoring.coreos.com/v1", "PrometheusRule"): PROMETHEUS_RULE,
    ("traefik.io/v1alpha1", "Middleware"): MIDDLEWARE,
    ("keda.sh/v1alpha1", "ScaledObject"): SCALED_OBJECT,
}
"""The spec of each, by version and kind."""
