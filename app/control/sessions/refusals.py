"""The errors for a session that cannot be opened."""

from app.errors import AppError, Conflict, TooManyRequests, Unavailable

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
        f"Esta demo ya se ha ampliado las {limit} veces posibles. Puedes abrir otra.",
        code="extension_limit",
    )
