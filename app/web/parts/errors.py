"""Errors as pages: what happened, in a sentence, and the way on."""

from flask import Flask, Response
from werkzeug.utils import redirect

from app.http.error_pages import ShownError, set_error_page
from app.language.choice import in_language_of
from app.language.texts import N_, _
from app.web.parts.headers import protect
from app.web.parts.notices import with_notice

OVER = frozenset(
    {"session_expired", "session_destroyed", "session_unknown", "session_gone", "token_invalid"}
)
"""Codes that mean: the session of this browser's cookie has ended."""
FAILED = "session_failed"
SHARE_CLOSED = "share_closed"
END = "/demo/fin"
ENDED = frozenset({"session_expired", "session_destroyed", FAILED})
"""Codes after which the page at `END` has more to say than an error's."""
WITHOUT = frozenset({"session_required", "tenant_required"})
TOO_MANY = 429
"""From this status on, the same request may succeed later."""

TITLES = {
    400: N_("No entendemos la petición"),
    403: N_("Esto no se puede hacer en la demo"),
    404: N_("No encontramos esa página"),
    405: N_("Esto no se hace así"),
    409: N_("Ahora mismo no se puede"),
    410: N_("Tu demo ha terminado"),
    413: N_("Es demasiado grande"),
    422: N_("Hay algo que revisar"),
    429: N_("Un poco más despacio"),
    500: N_("Algo ha fallado por nuestra parte"),
    503: N_("Ahora mismo no llegamos"),
}
GONE = N_("Gracias por probarla. Sus datos se borran y no queda nada de lo que hiciste.")
FALLBACK = N_("Algo no ha ido bien")


def init_errors(app: Flask) -> None:
    """Draw the application's errors, and the gateway's."""
    set_error_page(app, lambda error: show_error(app, error))


def show_error(app: Flask, error: ShownError) -> Response:
    """Return the page of an error. It needs no request, no database and no Redis."""
    if error.code == "session_pending":
        return _lead("/demo/espera")
    if error.code in WITHOUT:
        return _lead(with_notice("/", "sin-demo"))
    if error.code in ENDED and error.path.startswith("/demo") and error.path != END:
        return _lead(END)
    is_over = error.code in OVER
    is_guests = error.code == SHARE_CLOSED
    status = 410 if is_over or is_guests else 503 if error.code == FAILED else error.status
    headers = {name: value for name, value in error.headers.items() if name != "WWW-Authenticate"}
    with in_language_of(app, error.environ):
        body = app.jinja_env.get_template("errors/error.html").render(
            status=status,
            title=_("La demo ya no está abierta") if is_guests else _(TITLES.get(status, FALLBACK)),
            detail=_(GONE if is_over else error.detail),
            is_over=is_over or is_guests or error.code == FAILED,
            is_guests=is_guests,
            inside=error.path.startswith("/demo"),
            again=error.path if error.is_read and status >= TOO_MANY else None,
        )
        response = Response(body, status, headers, mimetype="text/html")
        response.headers["Cache-Control"] = "no-store"
        return protect(response)


def _lead(address: str) -> Response:
    response = redirect(address, 303, Response=Response)
    assert isinstance(response, Response)
    response.headers["Cache-Control"] = "no-store"
    return response
