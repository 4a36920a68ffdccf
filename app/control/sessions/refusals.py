"""Why a session is not opened, as its visitor reads it."""

from app.errors import AppError, TooManyRequests, Unavailable

SENTENCES: dict[str, tuple[type[AppError], str, str]] = {
    "capacity": (
        Unavailable,
        "capacity",
        "Todas las demos están ocupadas en este momento. Inténtalo en un rato.",
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
    """The error for a reason that `control.open_session` gives, with when to come back."""
    kind, code, sentence = SENTENCES[reason]
    return kind(sentence, code=code, headers={"Retry-After": str(max(1, retry_after))})
