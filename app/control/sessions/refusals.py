"""What a visitor is told when a session is not opened, or not extended as usual."""

from app.errors import AppError, Conflict, TooManyRequests, Unauthorized, Unavailable
from app.language.texts import _

MESSAGES: dict[str, tuple[type[AppError], str, str]] = {
    "capacity": (
        Unavailable,
        "capacity",
        "Todas las demos están ocupadas en este momento. Inténtalo en un rato.",
    ),
    "address": (
        TooManyRequests,
        "too_many_open",
        "Desde tu conexión ya hay muchas demos abiertas. Cierra una, o espera a que termine.",
    ),
    "rate": (
        TooManyRequests,
        "creation_rate",
        "Se están abriendo muchas demos a la vez. Vuelve a intentarlo en un momento.",
    ),
    "template_missing": (
        Unavailable,
        "template_missing",
        "La demo se está preparando por primera vez. Inténtalo en unos segundos.",
    ),
}


def refusal(reason: str, retry_after: int) -> AppError:
    """Return the error for a reason that `control.open_session` gives.

    `retry_after` is in seconds.
    """
    kind, code, message = MESSAGES[reason]
    return kind(message, code=code, headers={"Retry-After": str(max(1, retry_after))})


def extension_refusal(extensions: int, limit: int) -> AppError:
    """Return the error for an active session, extended so often, that is not extended again."""
    if extensions < limit:
        return Unavailable(
            "Ahora hay muchas personas que esperan una demo y no podemos ampliar la tuya."
            " Inténtalo en unos minutos.",
            code="extension_crowded",
            headers={"Retry-After": "60"},
        )
    return Conflict(
        _(
            "Esta demo ya se ha ampliado las %(limit)s veces posibles. Puedes abrir otra.",
            limit=limit,
        ),
        code="extension_limit",
    )


def shortened(seconds: float) -> str:
    """Return the sentence for an extension by so many seconds, which is shorter than usual."""
    minutes = max(1, round(seconds / 60))
    more = _("1 minuto más") if minutes == 1 else _("%(minutes)s minutos más", minutes=minutes)
    return _(
        "Hecho: tienes %(more)s. Ahora hay muchas personas que quieren probar la demo, así que"
        " esta vez la ampliación es más corta.",
        more=more,
    )


def over() -> Unauthorized:
    """Return the error for a session that has ended."""
    return Unauthorized("Esta demo ya ha terminado. Abre una nueva.", code="session_expired")
