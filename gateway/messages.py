"""The gateway's refusals: status, code, and the sentence that a visitor reads."""

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Refusal:
    """One refusing answer. `retry_after` is in seconds."""

    status: int
    code: str
    detail: str
    retry_after: int | None = None

    def after(self, seconds: int) -> "Refusal":
        """Return the same refusal, to be tried again after so many seconds."""
        return replace(self, retry_after=seconds)


SESSION_REQUIRED = Refusal(
    401, "session_required", "Para usar la demo, primero abre una sesión con «Probar demo»."
)
TOKEN_INVALID = Refusal(
    401, "token_invalid", "La credencial de la demo no es válida. Abre una sesión nueva."
)
SESSION_UNKNOWN = Refusal(
    401, "session_unknown", "No conocemos esta sesión de demo. Abre una nueva."
)
SESSION_EXPIRED = Refusal(
    401, "session_expired", "Tu sesión de demo ha terminado. Abre otra cuando quieras."
)
SESSION_DESTROYED = Refusal(
    401, "session_destroyed", "Esta sesión de demo está cerrada y sus datos, borrados. Abre otra."
)
SHARE_CLOSED = Refusal(
    401,
    "share_closed",
    "La demo que te enseñaban ya no está abierta: ha terminado, o quien te invitó cerró el enlace.",
)
SHARED_READ_ONLY = Refusal(
    403,
    "shared_read_only",
    "Estás mirando la demo de otra persona: puedes verlo todo y no cambiar nada. Para probar tú,"
    " abre la tuya.",
)
SHARED_NOT_YOURS = Refusal(
    403,
    "shared_not_yours",
    "Estás en la demo de otra persona: ampliarla, empezar de nuevo, compartirla o terminarla es"
    " cosa suya.",
)
SESSION_FAILED = Refusal(
    401, "session_failed", "No hemos podido preparar esta demo. Abre una sesión nueva, por favor."
)
CONFLICTING_CREDENTIALS = Refusal(
    401,
    "conflicting_credentials",
    "La petición trae credenciales de dos sesiones distintas. Envía solo una.",
)
SESSION_PENDING = Refusal(
    409,
    "session_pending",
    "Tu demo se está preparando. Vuelve a intentarlo en un momento.",
    retry_after=1,
)
CSRF_REFUSED = Refusal(
    403, "csrf_refused", "Esta petición no viene de la página de la demo y no la aceptamos."
)
AMBIGUOUS_PATH = Refusal(
    400, "ambiguous_path", "La dirección de la petición no se entiende. Revísala."
)
NOT_FOUND = Refusal(404, "not_found", "Aquí no hay nada. Revisa la dirección.")
UNAVAILABLE = Refusal(
    503,
    "unavailable",
    "No podemos comprobar tu sesión ahora mismo. Inténtalo en unos segundos.",
    retry_after=5,
)
TOO_MANY_REQUESTS = Refusal(
    429, "rate_limited", "Vas muy deprisa: espera un momento y sigue donde estabas.", 60
)
TOO_MANY_CREATIONS = Refusal(
    429,
    "rate_limited",
    "Has abierto muchas demos seguidas. Espera un momento y vuelve a intentarlo.",
    60,
)
TOO_MANY_CHANGES = Refusal(
    429,
    "quota_exceeded",
    "Has hecho muchos cambios en esta demo y no admite más. Puedes seguir mirando, o abrir otra.",
    3600,
)
TOO_MANY_AT_ONCE = Refusal(
    429,
    "too_many_at_once",
    "Hay demasiadas peticiones tuyas a la vez. Espera a que terminen.",
    1,
)
TOO_MANY_LOGINS = Refusal(
    503, "too_many_logins", "Hay muchas entradas a la vez. Inténtalo en un segundo.", 1
)
TOO_MANY_FAILURES = Refusal(
    429,
    "too_many_failures",
    "Desde tu conexión han llegado muchas credenciales erróneas. Espera un poco, por favor.",
    60,
)
INTERNAL_ERROR = Refusal(
    500, "internal_error", "Algo ha fallado por nuestra parte. Vuelve a intentarlo."
)

NOT_LISTED = Refusal(
    403,
    "demo_restriction",
    "Esta operación no está disponible en la demo. En tu cuenta, sí la tendrás.",
)

REFUSALS: tuple[Refusal, ...] = tuple(
    value for value in list(globals().values()) if isinstance(value, Refusal)
)
"""All of the above, for documentation and tests."""
