"""Traces from a request into the jobs that it queues, by OpenTelemetry where it is installed.

Without `OTEL_EXPORTER_OTLP_ENDPOINT` nothing is imported and a span is a context manager that does
nothing. The packages are an extra: requirements-tracing.txt.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import TYPE_CHECKING, Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from app.settings.error import ConfigurationError
from app.version import VERSION

if TYPE_CHECKING:
    from opentelemetry.trace import Tracer

TRACE_PARENT = "traceparent"
EXPORT_MILLISECONDS = 1_000
"""Spans wait for so long at most; a worker that is replaced ends without a last export."""

_NOTHING = nullcontext()
_tracer: "Tracer | None" = None


def init_tracing(endpoint: str, service: str) -> None:
    """Export the spans of this process to a collector that speaks OTLP over HTTP, from now on.

    Raises:
        ConfigurationError: an endpoint is set, and the packages are not installed.
    """
    global _tracer
    if not endpoint:
        return
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError as error:
        raise ConfigurationError(
            "OTEL_EXPORTER_OTLP_ENDPOINT is set, and OpenTelemetry is not installed:"
            " pip install -r requirements-tracing.txt"
        ) from error
    provider = TracerProvider(
        resource=Resource.create(
            {"service.name": f"masa-madre-{service}", "service.version": VERSION}
        )
    )
    exporter = OTLPSpanExporter(endpoint=f"{endpoint.rstrip('/')}/v1/traces")
    provider.add_span_processor(
        BatchSpanProcessor(exporter, schedule_delay_millis=EXPORT_MILLISECONDS)
    )
    _tracer = provider.get_tracer("masa-madre")


def is_tracing() -> bool:
    """Tell whether this process makes spans."""
    return _tracer is not None


def span(name: str, **attributes: Any) -> AbstractContextManager[Any]:
    """Return a span within the present one, or what does nothing. It gives the span, or None."""
    if _tracer is None:
        return _NOTHING
    return _tracer.start_as_current_span(name, attributes=attributes)


def trace_parent() -> dict[str, str]:
    """Return what leads from elsewhere to the present span; nothing without one."""
    if _tracer is None:
        return {}
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

    carrier: dict[str, str] = {}
    TraceContextTextMapPropagator().inject(carrier)
    return {name: value for name, value in carrier.items() if name == TRACE_PARENT}


@contextmanager
def continued(parent: Mapping[str, Any], name: str, **attributes: Any) -> Iterator[Any]:
    """Make a span that goes on from one elsewhere; a parent that cannot be read is none."""
    if _tracer is None:
        yield None
        return
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

    given = parent.get(TRACE_PARENT)
    carrier = {TRACE_PARENT: given} if isinstance(given, str) else {}
    context = TraceContextTextMapPropagator().extract(carrier)
    with _tracer.start_as_current_span(name, context=context, attributes=attributes) as made:
        yield made


class TracedRequests:
    """WSGI middleware: a span for each request until its answer begins. Paths hold secrets."""

    def __init__(self, app: WSGIApplication) -> None:
        from app.http.metrics.request_times import kind_of  # a job has no requests

        self._app, self._kind_of = app, kind_of

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Pass the request on within its span."""
        kind = self._kind_of(str(environ.get("PATH_INFO", "")))
        method = str(environ.get("REQUEST_METHOD", ""))[:16]
        parent = {TRACE_PARENT: environ.get("HTTP_TRACEPARENT")}
        attributes = {"http.request.method": method, "demo.kind": kind}
        with continued(parent, f"{method} {kind}", **attributes) as made:

            def respond(status: str, headers: list[tuple[str, str]], *error: Any) -> "_Write":
                made.set_attribute("http.response.status_code", int(status[:3]))
                for name, value in headers:
                    if name.lower() == "x-request-id":
                        made.set_attribute("demo.request_id", value)
                return start_response(status, headers, *error)

            return self._app(environ, respond)


_Write = Callable[[bytes], object]
