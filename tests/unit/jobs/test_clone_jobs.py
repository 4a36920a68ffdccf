"""The Kubernetes Job that clones: its manifest, its settings, and which clones go to it."""

import json
from uuid import uuid4

import kubernetes_validate
import pytest

from app.settings.table import ConfigurationError, Settings
from jobs.kubernetes.manifest import SECRET_KEYS, job_manifest, selector
from jobs.queue.dispatcher import KubernetesRouting, WorkerRouting, make_clone_routing

TENANT = uuid4()
QUEUE = f"clone-{TENANT}"


def settings(**values):
    return Settings(
        _env_file=None,
        database_url="postgresql://owner:secret-of-the-owner@db/demo",
        redis_url="redis://:secret-of-redis@redis/0",
        jwt_secret="a secret for tests, at least 32 bytes long",
        clone_launcher="kubernetes",
        clone_job_image="masa-madre:1.2.3",
        **values,
    )


def manifest(**values):
    return job_manifest(settings(**values), QUEUE, [TENANT], "central_baker", waited=True)


@pytest.mark.parametrize("version", ["1.31", "1.35"])
def test_the_job_is_what_kubernetes_wants(version):
    wide = {"clone_job_pod": '{"nodeSelector": {"pool": "demo"}, "priorityClassName": "low"}'}
    for job in (manifest(), manifest(**wide)):
        kubernetes_validate.validate(job, version, strict=True)


def test_the_job_may_do_nothing_but_clone():
    pod = manifest()["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    assert pod["automountServiceAccountToken"] is False
    assert pod["serviceAccountName"] == "demo-clone"
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "capabilities": {"drop": ["ALL"]},
        "privileged": False,
        "readOnlyRootFilesystem": True,
    }
    assert container["imagePullPolicy"] == "IfNotPresent"
    assert container["resources"] == {
        "requests": {"cpu": "100m", "memory": "64Mi"},
        "limits": {"cpu": "1", "memory": "256Mi"},
    }


MORE = {
    "volumes": [{"name": "trust", "secret": {"secretName": "authorities"}}],
    "initContainers": [{"name": "proxy", "image": "proxy:1", "restartPolicy": "Always"}],
    "container": {
        "env": [{"name": "TZ", "value": "UTC"}],
        "volumeMounts": [{"name": "trust", "mountPath": "/trust", "readOnly": True}],
    },
    "user": None,
}


def test_a_pod_gets_what_is_added_and_keeps_its_bounds():
    job = manifest(clone_job_pod=json.dumps(MORE))
    kubernetes_validate.validate(job, "1.35", strict=True)
    pod, plain = (each["spec"]["template"]["spec"] for each in (job, manifest()))
    (container,), (other,) = pod["containers"], plain["containers"]
    assert pod["volumes"] == plain["volumes"] + MORE["volumes"]
    assert pod["initContainers"] == MORE["initContainers"]
    assert container["env"] == other["env"] + MORE["container"]["env"]
    assert container["volumeMounts"] == other["volumeMounts"] + MORE["container"]["volumeMounts"]
    assert container["securityContext"] == other["securityContext"]
    assert pod["securityContext"] == {
        "runAsNonRoot": True,
        "seccompProfile": {"type": "RuntimeDefault"},
    }
    assert plain["securityContext"]["runAsUser"] == 10001


def test_secrets_are_named_and_never_written():
    job = manifest(jwt_secret_previous="another secret, at least 32 bytes long")
    for secret in (
        "secret-of-the-owner",
        "secret-of-redis",
        "a secret for tests",
        "another secret",
    ):
        assert secret not in str(job)
    (container,) = job["spec"]["template"]["spec"]["containers"]
    named = {entry["name"]: entry["valueFrom"]["secretKeyRef"] for entry in container["env"]}
    assert named.keys() == SECRET_KEYS.keys()
    assert {reference["name"] for reference in named.values()} == {"masa-madre"}


def test_a_pod_starts_without_what_is_optional_and_not_without_what_is_required():
    pod = manifest()["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    secrets = [entry["valueFrom"]["secretKeyRef"] for entry in container["env"]]
    required = {secret["key"] for secret in secrets if not secret["optional"]}
    assert required == {"DATABASE_URL", "REDIS_URL", "JWT_SECRET"}
    assert [source["configMapRef"]["optional"] for source in container["envFrom"]] == [True]
    assert pod["enableServiceLinks"] is False


def test_the_job_ends_by_itself_and_is_found_by_its_labels():
    job = manifest(clone_attempts=4, clone_job_deadline_seconds=99, clone_job_ttl_seconds=7)
    spec = job["spec"]
    assert (spec["backoffLimit"], spec["activeDeadlineSeconds"]) == (3, 99)
    assert spec["ttlSecondsAfterFinished"] == 7
    assert job["metadata"]["name"] == f"demo-clone-{TENANT}"
    assert len(job["metadata"]["name"]) <= 63
    labels = job["metadata"]["labels"].items()
    assert set(selector(settings()).split(",")) <= {f"{name}={value}" for name, value in labels}
    assert spec["template"]["metadata"]["labels"].items() == labels


@pytest.mark.parametrize(("waited", "label"), [(True, "session"), (False, "pool")])
def test_a_label_tells_whether_a_session_waits_for_the_job(waited, label):
    tenants = [TENANT, uuid4()]
    job = job_manifest(settings(), QUEUE, tenants, "central_baker", waited=waited)
    assert job["metadata"]["labels"]["masa-madre/for"] == label
    assert job["metadata"]["labels"]["masa-madre/tenant"] == str(TENANT)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("clone_job_requests", "cpu"),
        ("clone_job_limits", ""),
        ("clone_job_pod", "[]"),
        ("clone_job_pod", "not json"),
        ("clone_job_pod", '{"hostNetwork": true}'),
        ("clone_job_pod", '{"securityContext": {"runAsUser": 0}}'),
        ("clone_job_pod", '{"container": {"securityContext": {}}}'),
        ("clone_job_pod", '{"container": []}'),
        ("clone_job_pod", '{"user": 0}'),
        ("clone_job_pod", '{"user": true}'),
        ("clone_job_pod", '{"user": "root"}'),
    ],
)
def test_an_unusable_setting_is_named(name, value):
    with pytest.raises(ConfigurationError, match=name.upper()):
        manifest(**{name: value})


def test_a_system_with_unusable_job_settings_does_not_start():
    with pytest.raises(ConfigurationError, match="CLONE_JOB_POD"):
        make_clone_routing(settings(clone_job_pod="[]"))


def test_standing_workers_clone_where_no_kubernetes_is_asked_for():
    routing = make_clone_routing(settings().model_copy(update={"clone_launcher": "worker"}))
    assert isinstance(routing, WorkerRouting)
    assert isinstance(make_clone_routing(settings()), KubernetesRouting)


def test_without_an_image_there_are_no_jobs():
    with pytest.raises(ConfigurationError, match="CLONE_JOB_IMAGE"):
        make_clone_routing(settings().model_copy(update={"clone_job_image": None}))


def test_the_pool_is_cloned_in_batches_and_a_waiting_session_alone():
    tenants = [uuid4() for _ in range(5)]
    routing = KubernetesRouting(2)
    assert routing.batches(tenants) == [
        (f"clone-{tenants[0]}", tenants[:2]),
        (f"clone-{tenants[2]}", tenants[2:4]),
        (f"clone-{tenants[4]}", tenants[4:]),
    ]
    assert routing.queue_of(tenants[3]) == f"clone-{tenants[3]}"
    assert WorkerRouting().batches(tenants) == [("pool", tenants)]
    assert WorkerRouting().batches([]) == routing.batches([]) == []
