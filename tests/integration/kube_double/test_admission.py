"""What any API server lets in: quotas, service accounts, pod security."""

from typing import Any

from tests.integration.kube_double.conftest import Api, changed, container_of, eventually, job

RESTRICTED = {"pod-security.kubernetes.io/enforce": "restricted"}
UNPLACED = {"schedulerName": "nobody", "containers": [{"name": "main", "image": "true:1"}]}


def pod(**spec: Any) -> dict[str, Any]:
    return {"metadata": {"name": "dough"}, "spec": {**UNPLACED, **spec}}


def restrict(api: Api) -> None:
    api.core.patch_namespace(api.namespace, {"metadata": {"labels": RESTRICTED}})
    eventually(lambda: api.send("POST", f"{api.path('pods')}?dryRun=All", pod()).code == 403)


def messages(api: Api, reason: str) -> list[str]:
    found = api.core.list_namespaced_event(api.namespace, field_selector=f"reason={reason}")
    return [one.message for one in found.items]


def test_a_quota_of_jobs_refuses_the_next(api: Api) -> None:
    hard = {"spec": {"hard": {"count/jobs.batch": "1"}}}
    api.core.create_namespaced_resource_quota(api.namespace, {"metadata": {"name": "few"}, **hard})
    eventually(lambda: api.core.read_namespaced_resource_quota("few", api.namespace).status.used)
    api.send("POST", api.jobs, job("bread"))
    answer = api.send("POST", api.jobs, job("cake"))
    assert answer.code == 403
    assert answer.body["reason"] == "Forbidden"
    assert answer.body["message"] == (
        'jobs.batch "cake" is forbidden: exceeded quota: few, requested: count/jobs.batch=1, '
        "used: count/jobs.batch=1, limited: count/jobs.batch=1"
    )
    assert answer.body["details"] == {"name": "cake", "group": "batch", "kind": "jobs"}


def test_a_quota_tells_its_use_and_gives_back(api: Api) -> None:
    hard = {"spec": {"hard": {"count/jobs.batch": "2"}}}
    api.core.create_namespaced_resource_quota(api.namespace, {"metadata": {"name": "few"}, **hard})

    def used() -> Any:
        found = api.core.read_namespaced_resource_quota("few", api.namespace).status
        return found.used and found.used["count/jobs.batch"]

    eventually(lambda: used() == "0")
    api.send("POST", api.jobs, job("bread"))
    eventually(lambda: used() == "1")
    api.batch.delete_namespaced_job("bread", api.namespace, propagation_policy="Background")
    eventually(lambda: used() == "0")


def test_a_pod_needs_a_service_account(api: Api) -> None:
    answer = api.send("POST", api.path("pods"), pod(serviceAccountName="nobody"))
    assert answer.code == 403
    assert answer.body["message"] == (
        f'pods "dough" is forbidden: error looking up service account {api.namespace}/nobody: '
        'serviceaccount "nobody" not found'
    )


def test_a_job_whose_account_is_missing_says_so_in_an_event(api: Api) -> None:
    body = changed(job("bread", suspend=False), "spec.template.spec.serviceAccountName", "nobody")
    assert api.send("POST", api.jobs, body).code == 201
    (message,) = set(eventually(lambda: messages(api, "FailedCreate")))
    assert message.startswith('Error creating: pods "bread-')
    assert message.endswith(
        f"is forbidden: error looking up service account {api.namespace}/nobody: serviceaccount "
        '"nobody" not found'
    )


def test_a_pod_gets_a_token_unless_it_declines(api: Api) -> None:
    with_token = api.send("POST", f"{api.path('pods')}?dryRun=All", pod()).body["spec"]
    (volume,) = with_token["volumes"]
    assert volume["name"].startswith("kube-api-access-")
    (mount,) = with_token["containers"][0]["volumeMounts"]
    assert mount["mountPath"] == "/var/run/secrets/kubernetes.io/serviceaccount"
    declined = pod(automountServiceAccountToken=False)
    without = api.send("POST", f"{api.path('pods')}?dryRun=All", declined).body["spec"]
    assert "volumes" not in without
    assert "volumeMounts" not in without["containers"][0]


def test_an_account_can_decline_for_its_pods(api: Api) -> None:
    body = {"metadata": {"name": "plain"}, "automountServiceAccountToken": False}
    api.core.create_namespaced_service_account(api.namespace, body)

    def spec() -> Any:
        asked = pod(serviceAccountName="plain")
        answer = api.send("POST", f"{api.path('pods')}?dryRun=All", asked)
        return answer.code == 201 and answer.body["spec"]

    assert "volumes" not in eventually(spec)


def test_restricted_pods_are_refused_with_every_reason(api: Api) -> None:
    restrict(api)
    answer = api.send("POST", api.path("pods"), pod())
    assert answer.code == 403
    assert answer.body["message"] == (
        'pods "dough" is forbidden: violates PodSecurity "restricted:latest": '
        'allowPrivilegeEscalation != false (container "main" must set '
        "securityContext.allowPrivilegeEscalation=false), unrestricted capabilities (container "
        '"main" must set securityContext.capabilities.drop=["ALL"]), runAsNonRoot != true (pod or '
        'container "main" must set securityContext.runAsNonRoot=true), seccompProfile (pod or '
        'container "main" must set securityContext.seccompProfile.type to "RuntimeDefault" or '
        '"Localhost")'
    )


def test_a_job_that_breaks_the_standard_is_taken_with_a_warning_and_makes_no_pod(api: Api) -> None:
    restrict(api)
    answer = api.send("POST", api.jobs, job("bread", suspend=False))
    assert answer.code == 201
    assert 'would violate PodSecurity \\"restricted:latest\\"' in answer.warnings
    (message,) = {
        one.partition('"bread-')[0] for one in eventually(lambda: messages(api, "FailedCreate"))
    }
    assert message == "Error creating: pods "


def test_a_job_that_keeps_the_standard_makes_its_pod(api: Api) -> None:
    restrict(api)
    body = changed(job("bread", suspend=False), "spec.template.spec.schedulerName", "nobody")
    body["spec"]["template"]["spec"]["securityContext"] = {
        "runAsNonRoot": True,
        "seccompProfile": {"type": "RuntimeDefault"},
    }
    container_of(body)["securityContext"] = {
        "allowPrivilegeEscalation": False,
        "capabilities": {"drop": ["ALL"]},
        "readOnlyRootFilesystem": True,
    }
    answer = api.send("POST", api.jobs, body)
    assert answer.warnings == ""
    eventually(lambda: api.core.list_namespaced_pod(api.namespace).items)
