"""The doctor names the rights in the cluster that our account lacks, and changes nothing."""

from app.settings.table import load_settings
from jobs.kubernetes.api import Cluster
from tests.fixtures.kube.namespace import NAMESPACE, give_role

ACCOUNT = "demo-clone"
"""The account of clone pods, to which the chart gives no rights."""


def test_an_account_with_the_charts_role_lacks_nothing(cluster, parts):
    assert Cluster(load_settings()).find_missing_rights() == []
    assert cluster.objects("Job", NAMESPACE) == []


def test_rights_that_are_missing_are_named(cluster, parts, monkeypatch):
    account = f"system:serviceaccount:{NAMESPACE}:{ACCOUNT}"
    monkeypatch.setenv("KUBECONFIG", str(cluster.kubeconfig_for(account)))
    api = Cluster(load_settings())
    assert api.find_missing_rights() == ["list pods", "create jobs", "delete jobs", "list jobs"]

    rules = [
        {"apiGroups": ["batch"], "resources": ["jobs"], "verbs": ["create", "list"]},
        {"apiGroups": [""], "resources": ["pods"], "verbs": ["list"]},
    ]
    give_role(cluster, ACCOUNT, "some", rules)
    assert api.find_missing_rights() == ["delete jobs"]
    assert cluster.objects("Job", NAMESPACE) == []
