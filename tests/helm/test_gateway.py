"""Another app behind the gateway: the proxy asks the gateway about each request."""

import pytest

from gateway.verification.endpoint import PREFIX
from tests.helm.cases import EXTERNAL, TRAEFIK, UPSTREAM
from tests.helm.chart import merged, of_kind, one, render_chart

ASKED = {"X-Tenant-Id", "X-Tenant-Signature"}
BELIEVED = {"X-Original-Uri", "X-Original-Method", "X-Forwarded-Uri", "X-Forwarded-Method"}
NAME = "demo-masa-madre-upstream"


@pytest.fixture(scope="module")
def nginx():
    return render_chart(merged(EXTERNAL, UPSTREAM))


@pytest.fixture(scope="module")
def traefik():
    return render_chart(merged(EXTERNAL, UPSTREAM, TRAEFIK))


def test_the_verify_address_is_that_of_web(nginx, traefik):
    service = one(nginx, "Service", "demo-masa-madre-web")
    port = service["spec"]["ports"][0]["port"]
    url = f"http://demo-masa-madre-web.prod.svc.cluster.local:{port}{PREFIX}"
    annotations = one(nginx, "Ingress", NAME)["metadata"]["annotations"]
    assert annotations["nginx.ingress.kubernetes.io/auth-url"] == url
    assert one(traefik, "Middleware", NAME)["spec"]["forwardAuth"]["address"] == url


def test_the_tenant_and_its_signature_are_passed_on(nginx, traefik):
    annotations = one(nginx, "Ingress", NAME)["metadata"]["annotations"]
    passed = annotations["nginx.ingress.kubernetes.io/auth-response-headers"]
    assert set(passed.split(", ")) == ASKED
    forward = one(traefik, "Middleware", NAME)["spec"]["forwardAuth"]
    assert set(forward["authResponseHeaders"]) == ASKED


def test_nginx_sets_the_original_method_and_path_itself(nginx):
    annotations = one(nginx, "Ingress", NAME)["metadata"]["annotations"]
    assert annotations["nginx.ingress.kubernetes.io/auth-method"] == "GET"
    where = annotations["nginx.ingress.kubernetes.io/auth-proxy-set-headers"]
    assert where == f"prod/{NAME}"
    assert set(one(nginx, "ConfigMap", NAME)["data"]) == {"X-Forwarded-Host", "X-Forwarded-Proto"}


def test_traefik_removes_headers_that_the_gateway_would_believe(traefik):
    forward = one(traefik, "Middleware", NAME)["spec"]["forwardAuth"]
    passed = {header.title() for header in forward["authRequestHeaders"]}
    assert {"Authorization", "Cookie", "X-Demo-Session-Id", "Origin"} <= passed
    assert not passed & BELIEVED
    assert not forward.get("trustForwardHeader")


def test_traefik_uses_the_middleware(traefik):
    annotations = one(traefik, "Ingress", NAME)["metadata"]["annotations"]
    assert annotations["traefik.ingress.kubernetes.io/router.middlewares"] == (
        f"prod-{NAME}@kubernetescrd"
    )


def test_annotations_cannot_disable_the_gateways_check():
    own = {"nginx.ingress.kubernetes.io/auth-url": "http://elsewhere", "example.com/mine": "yes"}
    values = merged(EXTERNAL, UPSTREAM, {"gateway": {"upstream": {"annotations": own}}})
    annotations = one(render_chart(values), "Ingress", NAME)["metadata"]["annotations"]
    assert annotations["nginx.ingress.kubernetes.io/auth-url"].endswith(PREFIX)
    assert annotations["example.com/mine"] == "yes"


def test_there_is_no_upstream_unless_it_is_asked_for():
    documents = render_chart(EXTERNAL)
    assert of_kind(documents, "Ingress", "Middleware") == []
