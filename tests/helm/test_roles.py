"""Each role's process, rights, secrets and termination."""

import pytest

from jobs.kubernetes.api import CALLS
from jobs.kubernetes.manifest import SECRET_KEYS
from tests.helm.cases import EXTERNAL, MATRIX, SCALING, TRIAL
from tests.helm.chart import CHART, Refused, merged, of_kind, one, pod_of, pods, render_chart

NEEDED = {"DATABASE_URL", "REDIS_URL", "JWT_SECRET"}
WEB = {"WEB_DATABASE_URL", "TENANT_DATABASE_URL", "REDIS_URL", "JWT_SECRET"}
"""What web and dashboard cannot do without: not the login of the database's owner."""
ROTATED = {
    "TENANT_DATABASE_URL",
    "JWT_SECRET_PREVIOUS",
    "TENANT_SECRET",
    "TENANT_SECRET_PREVIOUS",
}
KEYS = {
    "web": WEB | ROTATED | {"GATEWAY_SIGNING_KEYS", "LEADS_KEYS", "CONVERT_SECRET"},
    "dashboard": WEB
    | ROTATED
    | {"LEADS_KEYS", "OPS_PASSWORD", "MARKETING_PASSWORD", "OPS_OIDC_CLIENT_SECRET"},
    "worker": NEEDED | ROTATED | {"LEADS_KEYS", "SMTP_URL"},
    "cleanup": NEEDED | ROTATED,
    "migrate": NEEDED | {"TENANT_DATABASE_URL"},
    "scheduler": NEEDED,
    "seed": NEEDED,
    "test": set(),
}


@pytest.fixture(scope="module")
def documents():
    return render_chart(TRIAL)


def test_published_names_are_fixed():
    documents = render_chart(merged(TRIAL, {"fullnameOverride": "other"}), "some-release")
    assert one(documents, "CronJob", "demo-session-cleanup")
    for step in ("users", "tenants", "inventory"):
        assert one(documents, "Job", f"demo-seed-{step}")
    for account in ("demo-session-sa", "demo-clone", "demo-seed-sa"):
        assert one(documents, "ServiceAccount", account)
    assert one(documents, "Role", "demo-session-job-creator")
    assert one(documents, "Role", "demo-seed-role")


@pytest.mark.parametrize("component", KEYS)
def test_a_role_reads_the_keys_that_it_needs(documents, component):
    for pod in pods(documents):
        if pod.component == component:
            assert pod.keys() == KEYS[component]


@pytest.mark.parametrize("values", MATRIX.values(), ids=MATRIX.keys())
def test_web_and_dashboard_do_not_get_the_owners_login(values):
    documents = render_chart(values)
    served = [pod for pod in pods(documents) if pod.component in ("web", "dashboard")]
    assert served
    for pod in served:
        assert pod.keys().isdisjoint({"DATABASE_URL"})
        plain = {entry["name"] for entry in pod.container["env"]}
        assert "DATABASE_URL" not in plain
        sources = [source for entry in pod.container["envFrom"] for source in entry]
        assert sources == ["configMapRef"], "no Secret as a whole"
    config = [d for d in documents if d["kind"] == "ConfigMap"]
    assert not any("DATABASE_URL" in (d.get("data") or {}) for d in config)


def test_optional_secret_keys_are_marked_optional(documents):
    for pod in filter(lambda pod: pod.is_ours, pods(documents)):
        needed = WEB if pod.component in ("web", "dashboard") else NEEDED
        for entry in pod.container.get("env", []):
            reference = entry.get("valueFrom", {}).get("secretKeyRef")
            if reference:
                assert reference.get("optional", False) is (reference["key"] not in needed)


def test_the_secret_has_every_key_that_clone_pods_need(documents):
    needed = {key for key, required in SECRET_KEYS.items() if required}
    assert needed <= set(one(documents, "Secret", "demo-masa-madre")["data"])


def test_roles_are_arguments_of_the_entry_point(documents):
    found = {tuple(pod.container["args"]) for pod in pods(documents) if pod.is_ours}
    steps = {("seed", step) for step in ("users", "tenants", "inventory")}
    visit = {("visit", "http://demo-masa-madre-web:8000", "/api/tenant")}
    single = {(c,) for c in KEYS if c not in ("seed", "test")}
    assert found == single | steps | visit
    assert all("command" not in pod.container for pod in pods(documents))


def test_the_account_of_workers_may_do_what_the_code_calls(documents):
    (binding,) = of_kind(documents, "RoleBinding")
    assert [s["name"] for s in binding["subjects"]] == ["demo-session-sa"]
    rules = one(documents, "Role", binding["roleRef"]["name"])["rules"]
    assert {
        (group, resource, verb)
        for rule in rules
        for group in rule["apiGroups"]
        for resource in rule["resources"]
        for verb in rule["verbs"]
    } == CALLS
    assert pod_of(documents, "demo-masa-madre-worker").spec["serviceAccountName"] == (
        "demo-session-sa"
    )


def test_seeds_may_do_nothing_in_the_cluster(documents):
    assert one(documents, "Role", "demo-seed-role")["rules"] == []
    assert pod_of(documents, "demo-seed-users").spec["serviceAccountName"] == "demo-seed-sa"


def test_without_clone_jobs_the_worker_has_no_rights_in_the_cluster():
    documents = render_chart(merged(TRIAL, {"settings": {"CLONE_LAUNCHER": "worker"}}))
    assert of_kind(documents, "RoleBinding") == []
    assert [r["rules"] for r in of_kind(documents, "Role")] == [[]]


def test_two_pods_serve_and_one_schedules(documents):
    replicas = {
        d["metadata"]["name"]: d["spec"]["replicas"] for d in of_kind(documents, "Deployment")
    }
    assert replicas["demo-masa-madre-web"] == 2
    assert replicas["demo-masa-madre-scheduler"] == 1
    scheduler = one(documents, "Deployment", "demo-masa-madre-scheduler")
    assert scheduler["spec"]["strategy"] == {"type": "Recreate"}


def test_with_an_autoscaler_no_replica_count_is_set():
    documents = render_chart(merged(EXTERNAL, SCALING))
    assert "replicas" not in one(documents, "Deployment", "demo-masa-madre-web")["spec"]
    scaler = one(documents, "HorizontalPodAutoscaler", "demo-masa-madre-web")["spec"]
    assert (scaler["minReplicas"], scaler["maxReplicas"]) == (2, 6)


def test_no_pods_at_all_can_be_asked_for():
    documents = render_chart(merged(EXTERNAL, {"web": {"replicas": 0}}))
    assert one(documents, "Deployment", "demo-masa-madre-web")["spec"]["replicas"] == 0


def test_cleanup_comes_once_an_hour_and_never_twice_at_a_time(documents):
    spec = one(documents, "CronJob", "demo-session-cleanup")["spec"]
    minute, *rest = spec["schedule"].split()
    assert minute.isdigit()
    assert rest == ["*"] * 4
    assert spec["concurrencyPolicy"] == "Forbid"


def test_web_ends_its_requests_before_it_is_killed(documents):
    for name in ("web", "dashboard"):
        pod = pod_of(documents, f"demo-masa-madre-{name}")
        seconds = pod.container["lifecycle"]["preStop"]["sleep"]["seconds"]
        env = {entry["name"]: entry.get("value") for entry in pod.container["env"]}
        graceful = int(env["WEB_GRACEFUL_SECONDS"])
        assert seconds + graceful < pod.spec["terminationGracePeriodSeconds"]


def test_a_worker_has_time_for_the_longest_clone():
    longer = {"settings": {"CLONE_TIMEOUT_SECONDS": 500}}
    with pytest.raises(Refused):
        render_chart(merged(EXTERNAL, longer))
    patient = merged(EXTERNAL, longer, {"worker": {"terminationGracePeriodSeconds": 530}})
    pod = pod_of(render_chart(patient), "demo-masa-madre-worker")
    assert pod.spec["terminationGracePeriodSeconds"] == 530


def test_web_is_asked_for_its_own_health(documents):
    for name in ("web", "dashboard"):
        container = pod_of(documents, f"demo-masa-madre-{name}").container
        assert container["livenessProbe"]["httpGet"]["path"] == "/health"
        assert container["startupProbe"]["httpGet"]["path"] == "/health"
        assert container["readinessProbe"]["httpGet"]["path"] == "/ready?without=redis"


def test_worker_and_scheduler_show_that_their_main_loop_goes_round(documents):
    image = (CHART.parents[1] / "Dockerfile").read_text()
    for name in ("worker", "scheduler"):
        container = pod_of(documents, f"demo-masa-madre-{name}").container
        env = {entry["name"]: entry.get("value") for entry in container["env"]}
        assert env["HEARTBEAT_FILE"].startswith("/tmp/")  # the one place that can be written to
        for probe in ("startupProbe", "livenessProbe"):
            role, argument = container[probe]["exec"]["command"]
            assert f'ENTRYPOINT ["{role}"]' in image
            assert argument == "alive"


def test_web_and_workers_spread(documents):
    for name in ("web", "worker"):
        pod = pod_of(documents, f"demo-masa-madre-{name}")
        for spread in pod.spec["topologySpreadConstraints"]:
            assert spread["labelSelector"]["matchLabels"].items() <= pod.metadata["labels"].items()


def test_a_roles_own_labels_override_the_shared_ones():
    labels = {"commonLabels": {"team": "a"}, "pod": {"labels": {"team": "b"}}}
    documents = render_chart(merged(TRIAL, labels, {"web": {"pod": {"labels": {"team": "c"}}}}))
    assert pod_of(documents, "demo-masa-madre-web").metadata["labels"]["team"] == "c"
    assert pod_of(documents, "demo-masa-madre-worker").metadata["labels"]["team"] == "b"
    assert one(documents, "Service", "demo-masa-madre-web")["metadata"]["labels"]["team"] == "a"


def test_a_roles_own_scheduling_overrides_the_shared_one():
    shared = {"nodeSelector": {"pool": "demos", "disk": "slow"}, "priorityClassName": "low"}
    own = {"web": {"pod": {"nodeSelector": {"disk": "fast"}, "priorityClassName": "high"}}}
    documents = render_chart(merged(TRIAL, {"pod": shared}, own))
    web = pod_of(documents, "demo-masa-madre-web").spec
    assert web["nodeSelector"] == {"pool": "demos", "disk": "fast"}
    assert web["priorityClassName"] == "high"
    assert pod_of(documents, "demo-masa-madre-postgres").spec["nodeSelector"]["disk"] == "slow"
