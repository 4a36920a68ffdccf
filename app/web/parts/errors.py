"""Errors as pages: what happened, in a sentence, and the way on."""

from dataclasses import dataclass

from flask import Flask, Response
from werkzeug.utils import redirect

from app.http.error_pages import ShownError, set_error_page
from app.web.parts.headers import protect
from app.web.parts.notices import with_notice

OVER = frozenset(
    {"session_expired", "session_destroyed", "session_unknown", "session_gone", "token_invalid"}
)
"""Codes that mean: the session of this browser's cookie has ended."""
FAILED = "session_failed"
WITHOUT = frozenset({"session_required", "tenant_required"})


@dataclass(frozen=True, slots=True)
class Text:
    """The title of an error page, and a sentence that comes before the error's own."""

    title: str
    lead: str = ""


TEXTS = {
    400: Text("No entendemos la petición"),
    403: Text("Esto no se puede hacer en la demo"),
    404: Text("Aquí no hay nada"),
    405: Text("Esto no se hace así"),
    409: Text("Ahora mismo no se puede"),
    410: Text("Tu demo ha terminado"),
    413: Text("Es demasiado grande"),
    422: Text("Hay algo que revisar"),
    429: Text("Un poco más despacio"),
    500: Text("Algo ha fallado por nuestra parte"),
    503: Text("Ahora mismo no llegamos"),
}
GONE = "Gracias por probarla. Sus datos se borran y no queda nada de lo que hiciste."
FALLBACK = Text("Algo no ha ido bien")


def init_errors(app: Flask) -> None:
    """Draw the application's errors, and the gateway's."""
    set_error_page(app, lambda error: show_error(app, error))


def show_error(app: Flask, error: ShownError) -> Response:
    """Return the page of an error. It needs no request, no database and no Redis."""
    if error.code == "session_pending":
        return _lead("/demo/espera")
    if error.code in WITHOUT:
        return _lead(with_notice("/", "sin-demo"))
    is_over = error.code in OVER
    status = 410 if is_over else error.status
    headers = {name: value for name, value in error.headers.items() if name != "WWW-Authenticate"}
    body = app.jinja_env.get_template("errors/error.html").render(
        status=status,
        text=TEXTS.get(status, FALLBACK),
        detail=GONE if is_over else error.detail,
        is_over=is_over or error.code == FAILED,
        inside=error.path.startswith("/demo"),
        path=error.path if status >= 429 and error.path.startswith("/") else None,
    )
    response = Response(body, status, headers)
    response.headers["Cache-Control"] = "no-store"
    return protect(response)


def _lead(address: str) -> Response:
    response = redirect(address, 303, Response=Response)
    assert isinstance(response, Response)
    response.headers["Cache-Control"] = "no-store"
    return response
