"""Exceptions and how they become the one JSON error body (RFC 9457, problem details)."""

from http import HTTPStatus
from typing import Any, ClassVar

import structlog
from apiflask import APIFlask, HTTPError
from flask import Response, current_app, json, request
from psycopg import errors as pg
from sqlalchemy.exc import DBAPIError
from werkzeug.datastructures import Headers
from werkzeug.exceptions import HTTPException

from app.http.error_pages import find_error_page

FAILED_CREDENTIAL_KEY = "masa_madre.failed_credential"
"""Environ key by which the gateway is told that a credential was not good, to count it."""

REFUSED_KEY = "masa_madre.refused"
"""Environ key under which the code of a refusal stands while the request is answered."""

GUESSES = frozenset(
    {"invalid_credentials", "session_unknown", "link_unknown", "share_unknown", "lead_unknown"}
)
"""Codes of errors that a guessed password, session id, link or token gets."""

log = structlog.get_logger(__name__)


class AppError(Exception):
    """What a handler raises to refuse a request. `detail` is read by a prospect: in Spanish."""

    status: ClassVar[HTTPStatus] = HTTPStatus.BAD_REQUEST
    code: ClassVar[str] = "bad_request"

    def __init__(
        self,
        detail: str,
        *,
        code: str | None = None,
        errors: dict[str, Any] | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.error_code = code or self.code
        self.errors = errors
        self.headers = headers or {}


class InvalidRequest(AppError):
    """The request is well formed and still makes no sense."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY
    code = "validation_error"


class Unauthorized(AppError):
    """The request has no credential, or an invalid one."""

    status = HTTPStatus.UNAUTHORIZED
    code = "unauthorized"


class Forbidden(AppError):
    """The caller is known and may not do this."""

    status = HTTPStatus.FORBIDDEN
    code = "forbidden"


class NotFound(AppError):
    """There is no such thing, or not for this visitor."""

    status = HTTPStatus.NOT_FOUND
    code = "not_found"


class NotAcceptable(AppError):
    """The client takes none of the media types that there are."""

    status = HTTPStatus.NOT_ACCEPTABLE
    code = "not_acceptable"


class PreconditionFailed(AppError):
    """The record is not the one that the client has seen."""

    status = HTTPStatus.PRECONDITION_FAILED
    code = "precondition_failed"


class Conflict(AppError):
    """The request does not fit the present state."""

    status = HTTPStatus.CONFLICT
    code = "conflict"


class Gone(AppError):
    """It was there, and will not be again."""

    status = HTTPStatus.GONE
    code = "gone"


class TooManyRequests(AppError):
    """A limit was reached; `Retry-After` says when to come back."""

    status = HTTPStatus.TOO_MANY_REQUESTS
    code = "rate_limited"


class Unavailable(AppError):
    """The system cannot do this now, and may later."""

    status = HTTPStatus.SERVICE_UNAVAILABLE
    code = "unavailable"


MESSAGES = {
    400: ("bad_request", "La petición no se entiende. Revisa su formato."),
    404: ("not_found", "Aquí no hay nada. Revisa la dirección."),
    405: ("method_not_allowed", "Esta operación no existe en esta dirección."),
    413: ("body_too_large", "La petición es demasiado grande."),
    415: ("unsupported_media_type", "Envía los datos como JSON (application/json)."),
    422: ("validation_error", "Algún dato no es válido: mira el detalle en «errors»."),
    429: ("rate_limited", "Has hecho muchas peticiones seguidas. Espera un momento."),
    431: ("headers_too_large", "Las cabeceras de la petición son demasiado grandes."),
    500: ("internal_error", "Algo ha fallado por nuestra parte. Vuelve a intentarlo."),
    501: ("not_implemented", "La petición usa algo que este servidor no entiende."),
}


def problem_body(status: int, code: str, detail: str, errors: object = None) -> dict[str, Any]:
    """Return the one error body of the whole system (RFC 9457, problem details)."""
    body: dict[str, Any] = {
        "type": f"urn:masa-madre:{code}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "code": code,
        "detail": detail,
    }
    return body | {"errors": errors} if errors else body


def message_for(status: int) -> tuple[str, str]:
    """Return the code and the sentence for a status that no handler has explained."""
    return MESSAGES.get(status, ("error", HTTPStatus(status).phrase))


def problem(
    status: int,
    code: str,
    detail: str,
    errors: object = None,
    headers: dict[str, str] | None = None,
) -> Response:
    """Return an error response: as `application/problem+json`, or as a page for a person."""
    page = find_error_page(current_app, request.environ, status, code, detail, headers or {})
    if page is not None:
        return page
    body = json.dumps(problem_body(status, code, detail, errors))
    response = Response(body, status, mimetype="application/problem+json")
    response.headers.update(headers or {})
    return response


def register_error_handlers(app: APIFlask) -> None:
    """Make every exception that leaves a view the one error body."""

    @app.errorhandler(AppError)
    def refused(error: AppError) -> Response:
        if error.error_code in GUESSES:
            request.environ[FAILED_CREDENTIAL_KEY] = True
        request.environ[REFUSED_KEY] = error.error_code
        return problem(error.status, error.error_code, error.detail, error.errors, error.headers)

    @app.error_processor
    def invalid(error: HTTPError) -> Response:
        phrase = error.message or HTTPStatus(error.status_code).phrase
        code, detail = MESSAGES.get(error.status_code, ("error", phrase))
        errors = error.detail if error.status_code == HTTPStatus.UNPROCESSABLE_ENTITY else None
        return problem(error.status_code, code, detail, errors, dict(Headers(error.headers)))

    @app.errorhandler(HTTPException)
    def http_error(error: HTTPException) -> Response:
        status = error.code or HTTPStatus.INTERNAL_SERVER_ERROR
        code, detail = MESSAGES.get(status, ("error", HTTPStatus(status).phrase))
        allowed = getattr(error, "valid_methods", None)
        return problem(
            status, code, detail, headers={"Allow": ", ".join(allowed)} if allowed else None
        )

    @app.errorhandler(DBAPIError)
    def database_error(error: DBAPIError) -> Response:
        return _database_problem(error)

    @app.errorhandler(Exception)
    def unexpected(error: Exception) -> Response:
        log.exception("request failed", action="request_failed", exc_info=error)
        _note_failure(error)
        code, detail = MESSAGES[500]
        return problem(500, code, detail)


def _note_failure(error: Exception) -> None:
    """Remember an error for the operators' page, by its route and the id of its request."""
    from app.control.services import KEY
    from app.insights.live.failures import RecentFailures

    services = current_app.extensions.get(KEY)
    if services is not None:
        where = f"{request.method} {request.url_rule}"
        request_id = request.headers.get("X-Request-Id", "")
        RecentFailures(services.redis).note(request_id, where, error)


def _database_problem(error: DBAPIError) -> Response:
    cause = error.orig
    role_is_gone = isinstance(cause, pg.InvalidParameterValue) and "role" in str(cause)
    if role_is_gone or isinstance(cause, pg.UndefinedTable | pg.InvalidSchemaName):
        log.warning("tenant schema is gone", action="tenant_gone", error=str(cause))
        return problem(410, "session_gone", "Esta demo ya ha terminado. Abre una nueva.")
    if isinstance(cause, pg.NumericValueOutOfRange | pg.DataError):
        return problem(422, "validation_error", "Algún número o texto está fuera de lo posible.")
    if isinstance(cause, pg.QueryCanceled | pg.LockNotAvailable | pg.DeadlockDetected):
        log.warning("query gave up", action="query_gave_up", error=str(cause))
        headers = {"Retry-After": "1"}
        return problem(
            503, "busy", "Hay mucho trabajo ahora mismo. Inténtalo otra vez.", None, headers
        )
    if error.connection_invalidated or isinstance(cause, pg.OperationalError):
        log.error("database unavailable", action="database_unavailable", error=str(cause))
        headers = {"Retry-After": "5"}
        return problem(
            503,
            "unavailable",
            "No llegamos a la base de datos. Inténtalo en unos segundos.",
            None,
            headers,
        )
    log.error("database error", action="database_error", exc_info=error)
    code, detail = MESSAGES[500]
    return problem(500, code, detail)
