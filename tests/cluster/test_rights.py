"""The accounts of the chart may do what the code does, and nothing else."""

import pytest

from jobs.kubernetes.api import CALLS
from tests.cluster.server import Server

LAUNCHER = "demo-session-sa"
OTHERS = ("demo-clone", "demo-seed-sa", "demo-masa-madre", "default")
NOT_NEEDED = [
    ("", "configmaps", "get"), ("", "nodes", "list"), ("", "pods", "create"),
    ("", "pods", "delete"), ("", "pods", "get"), ("", "pods/exec", "create"),
    ("", "pods/log", "get"), ("", "secrets", "get"), ("", "secrets", "list"),
    ("", "serviceaccounts/token", "create"), ("apps", "deployments", "patch"),
    ("batch", "cronjobs", "create"), ("batch", "jobs", "deletecollection"),
    ("batch", "jobs", "patch"), ("batch", "jobs", "update"),
    ("rbac.authorization.k8s.io", "rolebindings", "create"),
    ("rbac.authorization.k8s.io", "roles", "escalate"),
]  # fmt: skip


def may(server: Server, accounts: str, account: str, call: tuple, namespace: str) -> bool:
    group, resource, verb = call
    resource, _, subresource = resource.partition("/")
    question = {
        "apiVersion": "authorization.k8s.io/v1",
        "kind": "SubjectAccessReview",
        "metadata": {},
        "spec": {
            "user": f"system:serviceaccount:{accounts}:{account}",
            "groups": ["system:serviceaccounts", f"system:serviceaccounts:{accounts}"],
            "resourceAttributes": {
                "group": group,
                "resource": resource,
                "subresource": subresource,
                "verb": verb,
                "namespace": namespace,
            },
        },
    }
    return bool(server.create(question)["status"]["allowed"])


@pytest.mark.parametrize("call", sorted(CALLS), ids=str)
def test_the_workers_account_may_make_each_of_its_calls(server: Server, accounts: str, call: tuple):
    assert may(server, accounts, LAUNCHER, call, accounts)


@pytest.mark.parametrize("call", NOT_NEEDED, ids=str)
def test_the_workers_account_may_make_no_other_call(server: Server, accounts: str, call: tuple):
    assert not may(server, accounts, LAUNCHER, call, accounts)


@pytest.mark.parametrize("call", sorted(CALLS), ids=str)
@pytest.mark.parametrize("namespace", ["default", "kube-system", ""], ids=repr)
def test_the_workers_account_is_limited_to_its_namespace(
    server: Server, accounts: str, call: tuple, namespace: str
):
    assert not may(server, accounts, LAUNCHER, call, namespace)


@pytest.mark.parametrize("call", [*sorted(CALLS), *NOT_NEEDED], ids=str)
@pytest.mark.parametrize("account", OTHERS)
def test_no_other_account_may_make_these_calls(
    server: Server, accounts: str, call: tuple, account: str
):
    assert not may(server, accounts, account, call, accounts)


def test_the_workers_token_lists_jobs_and_cannot_read_secrets(server: Server, accounts: str):
    with server.with_token(server.token_of(accounts, LAUNCHER)) as launcher:
        jobs = launcher.request("GET", f"/apis/batch/v1/namespaces/{accounts}/jobs")
        secrets = launcher.request("GET", f"/api/v1/namespaces/{accounts}/secrets")
        elsewhere = launcher.request("GET", "/apis/batch/v1/namespaces/default/jobs")
    assert (jobs.status, secrets.status, elsewhere.status) == (200, 403, 403)
