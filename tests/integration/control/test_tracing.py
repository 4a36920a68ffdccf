"""A trace from a request into the pod that clones, read by a collector that speaks OTLP."""

import gzip
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from werkzeug.test import Client

from app import tracing
from app.settings.table import ConfigurationError
from jobs.queue.dispatcher import KubernetesRouting, RqDispatcher
from tests.fixtures.live import ROOT
from tests.integration.control.conftest import ACCOUNT


class Collector(ThreadingHTTPServer):
    """Keeps every span that is sent to it, with the service that sent it."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.spans = []

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}"

    def wait_for(self, name):
        end = time.monotonic() + 90
        while time.monotonic() < end:
            for service, span in list(self.spans):
                if span.name == name:
                    return service, span
            time.sleep(0.05)
        return pytest.fail(f"no span {name}; there are {[span.name for _, span in self.spans]}")


class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.headers.get("Content-Encoding") == "gzip":
            body = gzip.decompress(body)
        sent = ExportTraceServiceRequest.FromString(body)
        for resource in sent.resource_spans:
            known = {each.key: each.value.string_value for each in resource.resource.attributes}
            for scope in resource.scope_spans:
                self.server.spans += [(known["service.name"], span) for span in scope.spans]
        self.send_response(200)
        self.send_header("Content-Type", "application/x-protobuf")
        self.end_headers()
        self.wfile.write(ExportTraceServiceResponse().SerializeToString())

    def log_message(self, *_):
        pass


@pytest.fixture
def collector(monkeypatch):
    with Collector() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", server.url)
        monkeypatch.setattr(tracing, "_tracer", None)
        yield server
        server.shutdown()


def value(span, name):
    return next(each.value for each in span.attributes if each.key == name)


def test_one_trace_leads_from_the_click_into_the_pod(parts, collector):
    tracing.init_tracing(collector.url, "web")
    (tenant_id,) = parts.pool.add_missing(ACCOUNT, 1)
    routing = KubernetesRouting(1)
    dispatcher = RqDispatcher(parts.redis, routing, timeout=60, attempts=1)

    def app(_, start_response):
        dispatcher.clone(tenant_id)
        start_response("201 CREATED", [("X-Request-Id", "click-12345678")])
        return [b""]

    click = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    client = Client(tracing.TracedRequests(app))
    client.post("/api/demo/session/create?secret=1", headers={"traceparent": click})
    pod = [sys.executable, "-m", "jobs.clone_pod", routing.queue_of(tenant_id)]
    assert subprocess.run(pod, cwd=ROOT, capture_output=True, timeout=240).returncode == 0

    (web, request), (pod, job) = map(collector.wait_for, ("POST create", "jobs.tasks.clone"))
    _, clone = collector.wait_for("clone schema")
    assert (web, pod) == ("masa-madre-web", "masa-madre-clone")
    assert {span.trace_id.hex() for span in (request, job, clone)} == {click.split("-")[1]}
    assert request.parent_span_id.hex() == click.split("-")[2]
    assert (job.parent_span_id, clone.parent_span_id) == (request.span_id, job.span_id)
    assert value(request, "http.response.status_code").int_value == 201
    assert value(request, "demo.request_id").string_value == "click-12345678"
    assert value(clone, "demo.seconds.rows").double_value > 0
    assert "secret" not in str(collector.spans)


def test_nothing_is_traced_or_imported_without_a_collector(parts):
    code = (
        "import sys, wsgi; from app import tracing; assert not tracing.is_tracing();"
        "assert not any(name.startswith('opentelemetry.exporter') for name in sys.modules);"
        "assert type(wsgi.application).__name__ == 'RequestTimes'"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_a_collector_without_the_packages_is_a_sentence(monkeypatch):
    monkeypatch.setitem(sys.modules, "opentelemetry.sdk.trace", None)
    monkeypatch.setattr(tracing, "_tracer", None)
    with pytest.raises(ConfigurationError, match="requirements-tracing"):
        tracing.init_tracing("http://127.0.0.1:4318", "web")


def test_a_parent_that_was_planted_is_none(collector):
    tracing.init_tracing(collector.url, "worker")
    for planted in ("x" * 10_000, 7, None, "00-zz-zz-01"):
        with tracing.continued({"traceparent": planted}, "planted") as span:
            assert span.parent is None
