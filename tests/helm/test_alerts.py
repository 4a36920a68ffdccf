"""Prometheus' own tool checks the rules, and tries them on series that we make up."""

import shutil
import subprocess

import pytest
import yaml

from tests.helm.chart import of_kind
from tests.helm.test_metrics import watched

PROMTOOL = shutil.which("promtool")
pytestmark = pytest.mark.skipif(
    PROMTOOL is None, reason="promtool is not here: the Debian package prometheus brings it"
)
JOB = 'namespace="prod", service="demo-masa-madre-web", instance="a"'
MIGRATION = 'namespace="prod", job_name="demo-masa-madre-migrate", condition="true"'
CLEANUP = 'namespace="prod", cronjob="demo-session-cleanup"'
VOLUME = 'namespace="prod", persistentvolumeclaim="data-demo-masa-madre-postgres-0"'
OF_CREATE = f'kind="create", status="2xx", {JOB}'


@pytest.fixture(scope="module")
def rules(tmp_path_factory):
    (rule,) = of_kind(watched(), "PrometheusRule")
    path = tmp_path_factory.mktemp("rules") / "rules.yml"
    path.write_text(yaml.safe_dump({"groups": rule["spec"]["groups"]}))
    return path


def promtool(*arguments):
    return subprocess.run([PROMTOOL, *arguments], capture_output=True, text=True, check=False)


def test_the_rules_are_rules(rules):
    checked = promtool("check", "rules", str(rules))
    assert checked.returncode == 0, checked.stdout + checked.stderr


CREATE = f'demo_http_request_seconds_bucket{{le="0.3", {OF_CREATE}}}'
CREATES = f"demo_http_request_seconds_count{{{OF_CREATE}}}"
CASES = {
    "no pod answers": ("MasaMadreAway", "10m", 1, {f"up{{{JOB}}}": "0x20"}),
    "a pod answers": ("MasaMadreAway", "10m", 0, {f"up{{{JOB}}}": "1x20"}),
    "no worker": (
        "MasaMadreJobsAway", "10m", 1, {f'demo_job_processes{{role="worker", {JOB}}}': "0x20"},
    ),
    "a worker on another pod's page": (
        "MasaMadreJobsAway", "10m", 0, {f'demo_job_processes{{role="worker", {JOB}}}': "2x20"},
    ),
    "a queue stands": (
        "MasaMadreQueueWaits", "10m", 1,
        {f'demo_queue_wait_seconds{{queue="clone", {JOB}}}': "0+60x20"},
    ),
    "a queue moves": (
        "MasaMadreQueueWaits", "10m", 0,
        {f'demo_queue_wait_seconds{{queue="clone", {JOB}}}': "0 60 0 60 0 60 0 60 0 60 0"},
    ),
    "an incident": (
        "MasaMadreIncidents", "10m", 1,
        {f'demo_incidents_total{{kind="schema_closed", {JOB}}}': "0 0 0 0 0 1 1 1 1 1 1"},
    ),
    "one in five creations is slow": (
        "MasaMadreBudgetCreate", "70m", 1, {CREATES: "0+60x90", CREATE: "0+48x90"},
    ),
    "one in five hundred is slow": (
        "MasaMadreBudgetCreate", "70m", 0, {CREATES: "0+500x90", CREATE: "0+499x90"},
    ),
    "a slow minute an hour ago": (
        "MasaMadreBudgetCreate", "70m", 0,
        {CREATES: "0+60x90", CREATE: "0 30 90+60x88"},
    ),
    "a migration has failed": (
        "MasaMadreMigrationFails", "5m", 1, {f"kube_job_failed{{{MIGRATION}}}": "1x20"},
    ),
    "another release's migration": (
        "MasaMadreMigrationFails", "5m", 0,
        {f"kube_job_failed{{{MIGRATION.replace('prod', 'test')}}}": "1x20"},
    ),
    "a cleanup has failed": (
        "MasaMadreCleanupFails", "40m", 1,
        {f"kube_cronjob_status_last_schedule_time{{{CLEANUP}}}": "3600x60",
         f"kube_cronjob_status_last_successful_time{{{CLEANUP}}}": "30x60"},
    ),
    "no cleanup has ever succeeded": (
        "MasaMadreCleanupFails", "40m", 1,
        {f"kube_cronjob_status_last_schedule_time{{{CLEANUP}}}": "3600x60"},
    ),
    "a cleanup runs": (
        "MasaMadreCleanupFails", "40m", 0,
        {f"kube_cronjob_status_last_schedule_time{{{CLEANUP}}}": "3600x60",
         f"kube_cronjob_status_last_successful_time{{{CLEANUP}}}": "30x15 3630x60"},
    ),
    "clone Jobs fail": (
        "MasaMadreCloneJobsFail", "20m", 1,
        {f'demo_incidents_total{{kind="clone_job_failed", {JOB}}}': "0x5 0+2x20"},
    ),
    "clone Jobs fail, one alert is enough": (
        "MasaMadreIncidents", "20m", 0,
        {f'demo_incidents_total{{kind="clone_job_failed", {JOB}}}': "0x5 0+2x20"},
    ),
    "one clone Job failed": (
        "MasaMadreCloneJobsFail", "20m", 0,
        {f'demo_incidents_total{{kind="clone_job_failed", {JOB}}}': "0x10 1x20"},
    ),
    "a volume fills": (
        "MasaMadreDiskFills", "10m", 1,
        {f"kubelet_volume_stats_available_bytes{{{VOLUME}}}": "10x20",
         f"kubelet_volume_stats_capacity_bytes{{{VOLUME}}}": "100x20"},
    ),
    "a volume has room": (
        "MasaMadreDiskFills", "10m", 0,
        {f"kubelet_volume_stats_available_bytes{{{VOLUME}}}": "20x20",
         f"kubelet_volume_stats_capacity_bytes{{{VOLUME}}}": "100x20"},
    ),
    "tenants take what they may": (
        "MasaMadreDatabaseFull", "10m", 1,
        {f'demo_tenants{{state="ready", account_type="a", {JOB}}}': "60x20",
         f'demo_tenants{{state="leased", account_type="a", {JOB}}}': "40x20",
         f'demo_tenant_bytes{{account_type="a", {JOB}}}': "10000000x20"},
    ),
    "prospects wait": (
        "MasaMadreBudgetReady", "70m", 1,
        {
            f"demo_session_wait_seconds_count{{{JOB}}}": "0+10x90",
            f'demo_session_wait_seconds_bucket{{le="5.0", {JOB}}}': "0+9x90",
        },
    ),
}  # fmt: skip
LABELS = {"MasaMadreMigrationFails": {"job_name": "demo-masa-madre-migrate"},
          "MasaMadreCleanupFails": {"cronjob": "demo-session-cleanup"},
          "MasaMadreDiskFills": {"persistentvolumeclaim": "data-demo-masa-madre-postgres-0"},
          "MasaMadreJobsAway": {"role": "worker"}, "MasaMadreQueueWaits": {"queue": "clone"},
          "MasaMadreIncidents": {"kind": "schema_closed"}}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_an_alert_fires_when_it_should_and_only_then(rules, tmp_path, case):
    alert, at, fires, series = CASES[case]
    (rule,) = [
        rule
        for group in yaml.safe_load(rules.read_text())["groups"]
        for rule in group["rules"]
        if rule.get("alert") == alert
    ]
    labels = {**rule["labels"], **LABELS.get(alert, {})}
    known = {key: str(value) for key, value in rule["annotations"].items()}
    for label, value in labels.items():
        known["summary"] = known["summary"].replace(f"{{{{ $labels.{label} }}}}", value)
    expected = [{"exp_labels": labels, "exp_annotations": known}] if fires else []
    test = {
        "interval": "1m",
        "input_series": [{"series": key, "values": value} for key, value in series.items()],
        "alert_rule_test": [{"eval_time": at, "alertname": alert, "exp_alerts": expected}],
    }
    path = tmp_path / "test.yml"
    path.write_text(
        yaml.safe_dump({"rule_files": [str(rules)], "evaluation_interval": "1m", "tests": [test]})
    )
    tried = promtool("test", "rules", str(path))
    assert tried.returncode == 0, tried.stdout + tried.stderr
