"""Authorisation and admission: roles, quotas, service accounts, pod security."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.fixtures.kube import Cluster
from tests.integration.kube_double.conftest import Api, changed, container_of, eventually, job

RESTRICTED = {"pod-security.kubernetes.io/enforce": "restricted"}


@pytest.fixture
def clerk(cluster: Cluster, node: Api) -> Iterator[Api]:
    """A service account of the namespace, which may do nothing yet."""
    account = Api(cluster.kubeconfig_for(account_of(node)), node.namespace)
    yield account
    account.client.close()


def account_of(api: Api) -> str:
    return f"system:serviceaccount:{api.namespace}:clerk"


def grant(api: Api, **rule: Any) -> None:
    """Bind a Role with one rule to the account."""
    rule = {"apiGroups": ["batch"], "resources": ["jobs"], **rule}
    body = {"metadata": {"name": "clerk"}, "rules": [rule]}
    assert api.send("POST", f"{api.rbac}/roles", body).code == 201
    subject = {"kind": "ServiceAccount", "name": "clerk", "namespace": api.namespace}
    reference = {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "clerk"}
    body = {"metadata": {"name": "clerk"}, "roleRef": reference, "subjects": [subject]}
    assert api.send("POST", f"{api.rbac}/rolebindings", body).code == 201


def test_nothing_is_allowed_that_is_not_granted(node: Api, clerk: Api) -> None:
    answer = clerk.send("POST", node.jobs, job())
    assert (answer.code, answer.body["reason"]) == (403, "Forbidden")
    assert answer.body["message"] == (
        f'jobs.batch is forbidden: User "{account_of(node)}" cannot create resource "jobs" in API '
        f'group "batch" in the namespace "{node.namespace}"'
    )


def test_authorisation_is_checked_before_anything_else(node: Api, clerk: Api) -> None:
    for path in ("/apis/nothing.example/v1/things", "/metrics", "/api/v1/namespaces"):
        assert clerk.send("GET", path).code == 403
    message = clerk.send("GET", f"{node.jobs}/bread").body["message"]
    assert f'jobs.batch "bread" is forbidden: User "{account_of(node)}" cannot get' in message


def test_a_role_allows_its_verbs_in_its_namespace_and_no_others(
    cluster: Cluster, node: Api, clerk: Api
) -> None:
    groups = ["batch", "rbac.authorization.k8s.io"]
    grant(node, apiGroups=groups, resources=["jobs", "secrets"], verbs=["create", "get"])
    assert clerk.send("POST", node.jobs, job()).code == 201
    assert clerk.send("GET", f"{node.jobs}/bread").code == 200
    assert clerk.send("GET", node.jobs).code == 403
    assert clerk.send("GET", f"{node.rbac}/roles/clerk").code == 403
    assert clerk.send("GET", f"{node.path('secrets')}/key").code == 403
    baker = Api(cluster.kubeconfig_for(f"{account_of(node)}-baker"), node.namespace)
    assert baker.send("GET", f"{node.jobs}/bread").code == 403
    baker.client.close()
    assert clerk.send("DELETE", f"{node.jobs}/bread?propagationPolicy=Background").code == 403
    assert clerk.send("GET", "/apis/batch/v1/namespaces/default/jobs/bread").code == 403
    mine = [call for call in cluster.calls if call.user == account_of(node)]
    assert [(call.verb, call.resource, call.name, call.status) for call in mine[:3]] == [
        ("create", "jobs", "bread", 201),
        ("get", "jobs", "bread", 200),
        ("list", "jobs", "", 403),
    ]


def test_a_quota_of_jobs_refuses_the_next(node: Api) -> None:
    quota = {"metadata": {"name": "few"}, "spec": {"hard": {"count/jobs.batch": "1"}}}
    node.send("POST", node.path("resourcequotas"), quota)
    assert node.send("POST", node.jobs, job()).code == 201
    answer = node.send("POST", node.jobs, job("cake"))
    assert answer.code == 403
    assert answer.body["message"] == (
        'jobs.batch "cake" is forbidden: exceeded quota: few, requested: count/jobs.batch=1, '
        "used: count/jobs.batch=1, limited: count/jobs.batch=1"
    )


def assert_makes_no_pod(cluster: Cluster, api: Api, body: Any, why: str) -> None:
    """A Job that is taken though its pods are refused: its controller tries again and again."""
    refused = cluster.refused_pods
    assert api.send("POST", api.jobs, body).code == 201
    eventually(lambda: len(refused) > 1 and why in refused[-1])
    assert api.pods() == []
    assert (api.job()["status"].get("active"), api.job()["status"].get("failed")) == (None, None)


def test_a_pod_needs_its_service_account(cluster: Cluster, node: Api) -> None:
    body = changed(job(), "spec.template.spec.serviceAccountName", "none")
    why = f'error looking up service account {node.namespace}/none: serviceaccount "none" not found'
    assert_makes_no_pod(cluster, node, body, why)
    node.send("POST", node.path("serviceaccounts"), {"metadata": {"name": "none"}})
    node.finished()


def test_a_quota_of_pods_refuses_them(cluster: Cluster, node: Api) -> None:
    quota = {"metadata": {"name": "none"}, "spec": {"hard": {"count/pods": "0"}}}
    node.send("POST", node.path("resourcequotas"), quota)
    assert_makes_no_pod(cluster, node, job(), "exceeded quota: none, requested: count/pods=1")


@pytest.fixture
def restricted(node: Api) -> Api:
    """The namespace of a test that enforces the standard `restricted`."""
    node.send("DELETE", f"/api/v1/namespaces/{node.namespace}")
    metadata = {"name": node.namespace, "labels": RESTRICTED}
    assert node.send("POST", "/api/v1/namespaces", {"metadata": metadata}).code == 201
    return node


def test_restricted_pods_are_refused_with_every_reason(cluster: Cluster, restricted: Api) -> None:
    body = changed(job(), "spec.template.spec.securityContext", {"runAsUser": 0})
    container_of(body)["securityContext"] = {"privileged": True}
    assert_makes_no_pod(cluster, restricted, body, 'violates PodSecurity "restricted:latest"')
    assert re.findall(r"[:,] ([^:,]+) \(container", cluster.refused_pods[-1]) == [
        "privileged", "allowPrivilegeEscalation != false", "unrestricted capabilities",
        "runAsNonRoot != true", "runAsUser=0", "seccompProfile",
    ]  # fmt: skip


def test_a_job_that_keeps_the_standard_makes_its_pod(restricted: Api) -> None:
    pod = {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}}
    body = changed(job(), "spec.template.spec.securityContext", pod)
    own = {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}}
    container_of(body)["securityContext"] = own
    restricted.send("POST", restricted.jobs, body)
    restricted.finished()
