"""The combinations of values on which every rule about documents is checked."""

from pathlib import Path

import yaml

from tests.helm.chart import Values, merged

URL = "postgresql://owner:secret@db.example.com/bakery"
WEB_URL = "postgresql://web:secret@db.example.com/bakery"
TENANT_URL = "postgresql://tenants:secret@db.example.com/bakery"
EXTERNAL: Values = {
    "secret": {
        "values": {
            "DATABASE_URL": URL,
            "WEB_DATABASE_URL": WEB_URL,
            "TENANT_DATABASE_URL": TENANT_URL,
            "REDIS_URL": "redis://r.example",
        }
    }
}
EXISTING: Values = {"secret": {"existing": "their-secret"}}
TRIAL: Values = {"postgres": {"mode": "trial"}, "redis": {"mode": "trial"}}
CLUSTER: Values = {"postgres": {"mode": "cloudnativepg"}, "redis": {"mode": "trial"}}
INGRESS: Values = {
    "ingress": {
        "enabled": True,
        "className": "nginx",
        "hosts": ["demo.example.com", "prueba.example.com"],
        "tls": {"enabled": True},
    },
    "dashboard": {
        "ingress": {"enabled": True, "host": "ops.example.com", "tls": {"enabled": True}}
    },
}
UPSTREAM: Values = {
    "gateway": {
        "upstream": {"enabled": True, "host": "app.example.com", "service": {"name": "their-app"}}
    }
}
TRAEFIK: Values = {"gateway": {"upstream": {"controller": "traefik"}}}
METRICS: Values = {
    "metrics": {
        "serviceMonitor": {"enabled": True, "labels": {"release": "prometheus"}},
        "prometheusRule": {"enabled": True},
        "grafanaDashboard": {"enabled": True},
    }
}
SCALING: Values = {"web": {"autoscaling": {"enabled": True}}}
PLACED: Values = {
    "image": {"repository": "masa-madre", "digest": f"sha256:{'0' * 64}"},
    "imagePullSecrets": [{"name": "pull"}],
    "commonLabels": {"team": "demos"},
    "commonAnnotations": {"example.com/owner": "demos"},
    "extraEnv": [{"name": "TZ", "value": "UTC"}],
    "pod": {
        "labels": {"tier": "demo"},
        "annotations": {"example.com/note": "hello"},
        "nodeSelector": {"pool": "demos"},
        "tolerations": [{"key": "demos", "operator": "Exists"}],
        "affinity": {"nodeAffinity": {"preferredDuringSchedulingIgnoredDuringExecution": []}},
        "priorityClassName": "demos",
    },
    "web": {"pod": {"nodeSelector": {"disk": "fast"}}},
    "serviceAccounts": {"session": {"annotations": {"example.com/role": "worker"}}},
}
BARE: Values = {
    "dashboard": {"enabled": False},
    "seeds": {"enabled": False},
    "networkPolicy": {"enabled": False},
    "settings": {"CLONE_LAUNCHER": "worker"},
    "web": {"podDisruptionBudget": {"enabled": False}},
    "worker": {"podDisruptionBudget": {"enabled": False}},
}
FORGETFUL: Values = {
    "postgres": {"trial": {"persistence": {"enabled": False}}},
    "redis": {"trial": {"persistence": {"enabled": False}}},
}
OWN_CLUSTER: Values = {
    "secret": {"existing": "their-secret"},
    "postgres": {
        "mode": "cloudnativepg",
        "cloudnativepg": {
            "existingOwnerSecret": "their-owner",
            "existingLoginsSecret": "their-logins",
            "spec": {"backup": {"retentionPolicy": "30d"}},
        },
    },
}
EXTRA: Values = {
    "trust": {"secret": "their-authorities"},
    "extraEnv": [{"name": "TZ", "value": "UTC"}],
    "extraVolumes": [{"name": "theirs", "emptyDir": {}}],
    "extraVolumeMounts": [{"name": "theirs", "mountPath": "/theirs", "readOnly": True}],
    "extraInitContainers": [{"name": "fetch", "image": "fetch:1"}],
    "extraContainers": [{"name": "proxy", "image": "proxy:1"}],
}
ARGOCD: Values = {"hooks": {"enabled": False}, "gitops": {"argocd": True}}
KEDA: Values = {"worker": {"keda": {"enabled": True, "prometheusUrl": "http://prometheus:9090"}}}
EXAMPLES = Path(__file__).resolve().parents[2] / "helm" / "examples"


def example(name: str) -> Values:
    """Return the values of an example."""
    return yaml.safe_load((EXAMPLES / f"values-{name}.yaml").read_text(encoding="utf-8"))


MATRIX: dict[str, Values] = {
    "external": EXTERNAL,
    "existing secret": EXISTING,
    "trial": TRIAL,
    "trial without volumes": merged(TRIAL, FORGETFUL),
    "cluster": CLUSTER,
    "cluster with secrets of one's own": OWN_CLUSTER,
    "published": merged(EXTERNAL, INGRESS, UPSTREAM, METRICS, SCALING),
    "traefik, placed": merged(TRIAL, INGRESS, UPSTREAM, TRAEFIK, PLACED, METRICS),
    "bare": merged(EXISTING, BARE),
    "without hooks": merged(TRIAL, {"hooks": {"enabled": False}}),
    "with more in its pods": merged(EXTERNAL, EXTRA, KEDA),
    "Argo CD": merged(OWN_CLUSTER, {"redis": {"mode": "external"}}, ARGOCD),
    "EKS": example("eks"),
    "GKE": example("gke"),
    "OpenShift": example("openshift"),
    "kind": example("kind"),
}
