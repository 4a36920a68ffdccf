"""The Kubernetes Job that works on one queue of clones."""

import json
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from app.settings.table import ConfigurationError, Settings

COMPONENT = "clone"
TENANTS = "masa-madre/tenants"
"""Annotation with the ids of the tenants that the Job is to clone."""

QUEUE = "masa-madre/queue"
SECRET_KEYS = {
    "DATABASE_URL": True,
    "REDIS_URL": True,
    "JWT_SECRET": True,
    "JWT_SECRET_PREVIOUS": False,
    "TENANT_DATABASE_URL": False,
    "TENANT_SECRET": False,
    "TENANT_SECRET_PREVIOUS": False,
}
"""The secrets that a clone reads, and whether each is required."""

POD_FIELDS = {
    "affinity",
    "imagePullSecrets",
    "initContainers",
    "nodeSelector",
    "priorityClassName",
    "runtimeClassName",
    "tolerations",
    "volumes",
}
"""What `CLONE_JOB_POD` may set of a pod: where it runs and what runs beside, not what it may do."""

CONTAINER_FIELDS = {"env", "volumeMounts"}
"""What it may add to our container, under the key `container`."""

UID = 10001
"""The user of our container, unless `CLONE_JOB_POD` names another under the key `user`; null leaves
the choice to the cluster, as OpenShift wants it."""


def job_name(queue: str) -> str:
    """Return the name of the Job for a queue `clone-<tenant id>`; one queue has one Job."""
    return f"demo-{queue}"


def selector(settings: Settings) -> str:
    """Return the label selector of this installation's Jobs and pods."""
    return ",".join(f"{name}={value}" for name, value in _identity(settings).items())


def job_manifest(
    settings: Settings, queue: str, tenant_ids: Sequence[UUID], account_type: str, *, waited: bool
) -> dict[str, Any]:
    """Return the Job: a pod works on the queue until that is empty; one that fails is replaced.

    Raises:
        ConfigurationError: CLONE_JOB_POD, _REQUESTS or _LIMITS cannot be used.
    """
    labels = _identity(settings) | {
        "app.kubernetes.io/managed-by": "masa-madre",
        "app.kubernetes.io/part-of": "masa-madre",
        "masa-madre/tenant": str(tenant_ids[0]),
        "masa-madre/template": account_type,
        "masa-madre/for": "session" if waited else "pool",
    }
    annotations = {TENANTS: ",".join(map(str, tenant_ids)), QUEUE: queue}
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {
            "name": job_name(queue),
            "namespace": settings.clone_job_namespace,
            "labels": labels,
            "annotations": annotations,
        },
        "spec": {
            "backoffLimit": settings.clone_attempts - 1,
            "activeDeadlineSeconds": settings.clone_job_deadline_seconds,
            "ttlSecondsAfterFinished": settings.clone_job_ttl_seconds,
            "template": {
                "metadata": {"labels": labels, "annotations": annotations},
                "spec": _pod(settings, queue),
            },
        },
    }


def ensure_jobs_can_be_made(settings: Settings) -> None:
    """Check the settings at the start, before the first Job needs them.

    Raises:
        ConfigurationError: CLONE_JOB_POD, _REQUESTS or _LIMITS cannot be used.
    """
    pod_overrides(settings)
    quantities("CLONE_JOB_REQUESTS", settings.clone_job_requests)
    quantities("CLONE_JOB_LIMITS", settings.clone_job_limits)


def _identity(settings: Settings) -> dict[str, str]:
    return {
        "app.kubernetes.io/name": "masa-madre",
        "app.kubernetes.io/instance": settings.clone_job_instance,
        "app.kubernetes.io/component": COMPONENT,
    }


def _pod(settings: Settings, queue: str) -> dict[str, Any]:
    given = pod_overrides(settings)
    added = given.pop("container", {})
    security = {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}}
    user = given.pop("user", UID)
    if user is not None:
        security |= {"runAsUser": user, "runAsGroup": user, "fsGroup": user}
    tmp = {"name": "tmp", "emptyDir": {"sizeLimit": "64Mi"}}
    return given | {
        # A new pod for every attempt: the logs of a failed one stay.
        "restartPolicy": "Never",
        "serviceAccountName": settings.clone_job_service_account,
        "automountServiceAccountToken": False,
        "enableServiceLinks": False,
        "securityContext": security,
        "containers": [_container(settings, queue, added)],
        "volumes": [tmp, *given.get("volumes", [])],
    }


def _container(settings: Settings, queue: str, added: dict[str, Any]) -> dict[str, Any]:
    secrets = [
        {
            "name": name,
            "valueFrom": {
                "secretKeyRef": {
                    "name": settings.clone_job_secret,
                    "key": name,
                    "optional": not required,
                }
            },
        }
        for name, required in SECRET_KEYS.items()
    ]
    return {
        "name": "clone",
        "image": settings.clone_job_image,
        "imagePullPolicy": "IfNotPresent",
        "args": ["clone", queue],
        "env": [*secrets, *added.get("env", [])],
        "envFrom": [{"configMapRef": {"name": settings.clone_job_config, "optional": True}}],
        "resources": {
            "requests": quantities("CLONE_JOB_REQUESTS", settings.clone_job_requests),
            "limits": quantities("CLONE_JOB_LIMITS", settings.clone_job_limits),
        },
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "capabilities": {"drop": ["ALL"]},
            "privileged": False,
            "readOnlyRootFilesystem": True,
        },
        "terminationMessagePolicy": "FallbackToLogsOnError",
        "volumeMounts": [
            {"name": "tmp", "mountPath": "/tmp"},  # noqa: S108  (the container's)
            *added.get("volumeMounts", []),
        ],
    }


def quantities(setting: str, value: str) -> dict[str, str]:
    """Return `cpu=100m,memory=64Mi` as Kubernetes writes it.

    Raises:
        ConfigurationError: it is written otherwise.
    """
    pairs = [item.strip().partition("=") for item in value.split(",") if item.strip()]
    if not pairs or not all(name and amount for name, _, amount in pairs):
        raise ConfigurationError(f"{setting} is {value!r}: write it like cpu=100m,memory=64Mi.")
    return {name.strip(): amount.strip() for name, _, amount in pairs}


def pod_overrides(settings: Settings) -> dict[str, Any]:
    """Return what `CLONE_JOB_POD` adds to the pods.

    Raises:
        ConfigurationError: it is not a JSON object, or sets what it may not.
    """
    try:
        given = json.loads(settings.clone_job_pod)
    except ValueError as error:
        raise ConfigurationError(f"CLONE_JOB_POD is not JSON: {error}.") from None
    known = POD_FIELDS | {"container", "user"}
    if not isinstance(given, dict) or not given.keys() <= known:
        raise ConfigurationError(
            f"CLONE_JOB_POD has to be a JSON object with no other keys than "
            f"{', '.join(sorted(known))}."
        )
    added = given.get("container", {})
    if not isinstance(added, dict) or not added.keys() <= CONTAINER_FIELDS:
        raise ConfigurationError(
            f"CLONE_JOB_POD.container has to be an object with no other keys than "
            f"{', '.join(sorted(CONTAINER_FIELDS))}."
        )
    user = given.get("user", UID)
    if user is not None and (type(user) is not int or user < 1):
        raise ConfigurationError(
            f"CLONE_JOB_POD.user is {user!r}: it has to be a number over 0, or null."
        )
    return given
