"""Who may do what, on any API server: roles, bindings, and questions about them."""

from typing import Any

import pytest

from tests.fixtures.kube import Cluster
from tests.integration.kube_double.conftest import Api, eventually, job

REVIEWS = "/apis/authorization.k8s.io/v1"


def grant(api: Api, rules: list[dict[str, Any]], account: str = "clerk") -> None:
    """A Role and its binding to a service account, in force when this returns."""
    api.rbac.create_namespaced_role(api.namespace, {"metadata": {"name": "clerk"}, "rules": rules})
    subject = {"kind": "ServiceAccount", "name": account, "namespace": api.namespace}
    api.rbac.create_namespaced_role_binding(
        api.namespace,
        {
            "metadata": {"name": "clerk"},
            "roleRef": {
                "apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "clerk",
            },
            "subjects": [subject],
        },
    )  # fmt: skip
    rule = rules[0]
    eventually(
        lambda: may(
            api,
            rule["verbs"][0],
            rule["apiGroups"][0],
            rule["resources"][0],
            name=(rule.get("resourceNames") or [""])[0],
        )
    )


def may(api: Api, verb: str, group: str, resource: str, name: str = "") -> bool:
    """What the API answers to the account's own question."""
    plural, _, subresource = resource.partition("/")
    asked = {
        "namespace": api.namespace,
        "verb": verb,
        "group": group,
        "resource": plural,
        "subresource": subresource,
        "name": name,
    }
    answer = api.send(
        "POST",
        f"{REVIEWS}/selfsubjectaccessreviews",
        {"spec": {"resourceAttributes": asked}},
        account="clerk",
    )
    assert answer.code == 201
    return bool(answer.body["status"]["allowed"])


def test_nothing_is_allowed_that_is_not_granted(api: Api) -> None:
    answer = api.send("POST", api.jobs, job("bread"), account="clerk")
    assert answer.code == 403
    assert answer.body["reason"] == "Forbidden"
    assert answer.body["message"] == (
        f'jobs.batch is forbidden: User "system:serviceaccount:{api.namespace}:clerk" cannot '
        f'create resource "jobs" in API group "batch" in the namespace "{api.namespace}"'
    )
    assert answer.body["details"] == {"group": "batch", "kind": "jobs"}


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("jobs/bread", 'jobs.batch "bread" is forbidden: User "{user}" cannot get resource "jobs"'),
        ("jobs?watch=1", 'jobs.batch is forbidden: User "{user}" cannot watch resource "jobs"'),
        ("jobs/bread/status", 'User "{user}" cannot get resource "jobs/status" in API group'),
    ],
)
def test_a_refusal_says_what_was_asked(api: Api, path: str, message: str) -> None:
    answer = api.send("GET", f"/apis/batch/v1/namespaces/{api.namespace}/{path}", account="clerk")
    assert answer.code == 403
    user = f"system:serviceaccount:{api.namespace}:clerk"
    assert message.format(user=user) in answer.body["message"]


def test_a_refusal_comes_before_anything_else_is_looked_at(api: Api) -> None:
    for path in ("/apis/nothing.example/v1/things", "/metrics", "/api/v1/namespaces"):
        assert api.send("GET", path, account="clerk").code == 403


def test_discovery_is_open(api: Api) -> None:
    for path in ("/api", "/apis", "/version", "/apis/batch/v1"):
        assert api.send("GET", path, account="clerk").code == 200


def test_a_role_allows_its_verbs_and_no_others(api: Api) -> None:
    grant(api, [{"apiGroups": ["batch"], "resources": ["jobs"], "verbs": ["create", "get"]}])
    assert api.send("POST", api.jobs, job("bread"), account="clerk").code == 201
    assert api.send("GET", f"{api.jobs}/bread", account="clerk").code == 200
    assert api.send("GET", api.jobs, account="clerk").code == 403
    assert api.send("DELETE", f"{api.jobs}/bread", account="clerk").code == 403
    assert api.send("GET", f"{api.jobs}/bread/status", account="clerk").code == 403
    assert api.send("GET", "/apis/batch/v1/jobs", account="clerk").code == 403


def test_a_subresource_is_granted_on_its_own(api: Api) -> None:
    grant(api, [{"apiGroups": [""], "resources": ["pods/log"], "verbs": ["get"]}])
    assert may(api, "get", "", "pods/log")
    assert not may(api, "get", "", "pods")


def test_a_rule_can_name_its_objects(api: Api) -> None:
    rule = {
        "apiGroups": ["batch"], "resources": ["jobs"], "verbs": ["get"], "resourceNames": ["bread"],
    }  # fmt: skip
    grant(api, [rule])
    assert may(api, "get", "batch", "jobs", "bread")
    assert not may(api, "get", "batch", "jobs", "cake")
    assert not may(api, "get", "batch", "jobs")


def test_a_star_allows_everything(api: Api) -> None:
    grant(api, [{"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]}])
    assert may(api, "deletecollection", "batch", "jobs/status")


def test_a_role_ends_where_its_namespace_ends(api: Api) -> None:
    grant(api, [{"apiGroups": ["batch"], "resources": ["jobs"], "verbs": ["list"]}])
    assert api.send("GET", api.jobs, account="clerk").code == 200
    path = "/apis/batch/v1/namespaces/default/jobs"
    assert api.send("GET", path, account="clerk").code == 403


def test_another_account_is_asked_about(api: Api) -> None:
    grant(api, [{"apiGroups": ["batch"], "resources": ["jobs"], "verbs": ["list"]}])
    asked = {"namespace": api.namespace, "verb": "list", "group": "batch", "resource": "jobs"}
    for account, allowed in (("clerk", True), ("baker", False)):
        spec = {
            "user": f"system:serviceaccount:{api.namespace}:{account}",
            "resourceAttributes": asked,
        }
        answer = api.send("POST", f"{REVIEWS}/subjectaccessreviews", {"spec": spec})
        assert answer.body["status"]["allowed"] is allowed


def test_a_question_must_be_complete(api: Api) -> None:
    answer = api.send("POST", f"{REVIEWS}/selfsubjectaccessreviews", {"spec": {}})
    assert answer.code == 422


def test_somebody_can_ask_who_they_are(api: Api) -> None:
    path = "/apis/authentication.k8s.io/v1/selfsubjectreviews"
    answer = api.send("POST", path, {}, account="clerk")
    info = answer.body["status"]["userInfo"]
    assert info["username"] == f"system:serviceaccount:{api.namespace}:clerk"
    assert set(info["groups"]) == {
        "system:serviceaccounts",
        f"system:serviceaccounts:{api.namespace}",
        "system:authenticated",
    }


def test_the_double_writes_kubeconfigs_of_accounts(cluster: Cluster, node: Api) -> None:
    grant(node, [{"apiGroups": ["batch"], "resources": ["jobs"], "verbs": ["create"]}])
    name = f"system:serviceaccount:{node.namespace}:clerk"
    clerk = Api(cluster.kubeconfig_for(name), node.namespace)
    try:
        assert clerk.send("POST", clerk.jobs, job("bread")).code == 201
        assert clerk.send("GET", clerk.jobs).code == 403
    finally:
        clerk.close()
    mine = [call for call in cluster.calls if call.user == name and call.group == "batch"]
    assert [(call.verb, call.resource, call.name, call.status) for call in mine] == [
        ("create", "jobs", "bread", 201),
        ("list", "jobs", "", 403),
    ]
