"""Operators who sign in with an account of their organisation: OpenID Connect, by Authlib.

Off unless `OPS_OIDC_ISSUER` is set; Authlib is imported only then. The provider's token is checked
by Authlib: state, nonce, PKCE, signature, issuer, audience, time. Who signed in is kept in a cookie
that is signed with a key of its own.
"""

import hashlib
import time
from collections.abc import Mapping
from typing import Any, cast

import structlog
from flask import Flask, session

from app.errors import Forbidden, Unauthorized, Unavailable
from app.settings.table import Settings

log = structlog.get_logger(__name__)

OPS, MARKETING = "ops", "marketing"
SIGNED_IN = "operator"
HOURS = 8
"""For so long a sign-in is good; who lost the role at the provider keeps it until then."""
TIMEOUT_SECONDS = 5
ALGORITHMS = ("RS256", "PS256", "ES256", "RS512", "PS512", "ES384", "ES512", "EdDSA")
"""Signatures that are believed: none that a client's secret, or no key at all, could make."""
LONGEST_NAME = 120
COOKIE = "ops"
AWAY = "The sign-in service does not answer. Try again in a minute."
NOT_GOOD = "The sign-in could not be verified and was refused. Begin again at /ops/."


def init_identity(app: Flask, settings: Settings) -> None:
    """Give the application the cookie that keeps who signed in, where the settings ask for it."""
    if not settings.ops_oidc_issuer:
        return
    present, *earlier = [
        hashlib.blake2b(
            b"operators' sign-in", key=hashlib.sha256(secret.encode()).digest()
        ).digest()
        for secret in settings.jwt_secrets
    ]
    app.config.update(
        SECRET_KEY=present,
        SECRET_KEY_FALLBACKS=earlier,
        SESSION_COOKIE_NAME=COOKIE,
        SESSION_COOKIE_PATH="/ops",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.cookie_secure,
    )


def signed_in() -> tuple[str, str] | None:
    """Return the name and the role of who signed in by the browser of this request."""
    from flask import current_app

    if current_app.secret_key is None:
        return None
    found = session.get(SIGNED_IN)
    if not isinstance(found, dict) or found.get("until", 0) < time.time():
        return None
    return str(found["name"]), str(found["role"])


def remember(name: str, role: str) -> None:
    """Keep who signed in, and nothing else."""
    session.clear()
    session[SIGNED_IN] = {"name": name, "role": role, "until": time.time() + HOURS * 3600}


def forget() -> None:
    """Sign out here; the provider is not told."""
    session.clear()


class Provider:
    """The OpenID provider of the settings.

    Every failure of its methods is an `AppError` with a sentence: Unavailable where the provider
    does not answer, Unauthorized where what it says does not hold.
    """

    def __init__(self, settings: Settings) -> None:
        from authlib.integrations.flask_client import FlaskIntegration, FlaskOAuth2App

        self._settings = settings
        issuer = settings.ops_oidc_issuer.rstrip("/")
        self._client: Any = FlaskOAuth2App(
            FlaskIntegration("ops"),
            "ops",
            client_id=settings.ops_oidc_client_id,
            client_secret=settings.ops_oidc_client_secret,
            server_metadata_url=f"{issuer}/.well-known/openid-configuration",
            client_kwargs={
                "scope": "openid profile email",
                "code_challenge_method": "S256",
                "default_timeout": TIMEOUT_SECONDS,
            },
        )

    def begin(self, callback: str) -> Any:
        """Return the redirect to the provider; what has to come back is kept in the cookie."""
        return self._ask(lambda: self._client.authorize_redirect(callback))

    def finish(self) -> Mapping[str, Any]:
        """Return the claims of who comes back from the provider with this request."""
        token = self._ask(lambda: self._client.authorize_access_token(leeway=30))
        claims = token.get("userinfo")
        if claims is None:
            raise Unauthorized(NOT_GOOD, code="sign_in_refused")
        return cast("Mapping[str, Any]", claims)

    def _ask(self, question: Any) -> Any:
        from authlib.common.errors import AuthlibBaseError
        from joserfc.errors import JoseError
        from requests import RequestException

        try:
            self._ensure_known()
            return question()
        except (RequestException, OSError) as error:
            log.warning("no sign-in", action="sign_in_away", error=type(error).__name__)
            raise Unavailable(AWAY, code="sign_in_away") from None
        except (
            AuthlibBaseError,
            JoseError,
            ValueError,
            KeyError,
            TypeError,
            RuntimeError,
        ) as error:
            log.warning("no sign-in", action="sign_in_refused", error=type(error).__name__)
            raise Unauthorized(NOT_GOOD, code="sign_in_refused") from None

    def _ensure_known(self) -> None:
        """Read what the provider says of itself, once, and believe no issuer but the setting's."""
        metadata = self._client.load_server_metadata()
        if str(metadata.get("issuer", "")).rstrip("/") != self._settings.ops_oidc_issuer.rstrip(
            "/"
        ):
            self._client.server_metadata.clear()
            raise ValueError("the provider names another issuer")
        offered = metadata.get("id_token_signing_alg_values_supported", ALGORITHMS)
        metadata["id_token_signing_alg_values_supported"] = [
            name for name in offered if name in ALGORITHMS
        ]


def operator_of(claims: Mapping[str, Any], settings: Settings) -> tuple[str, str]:
    """Return the name and the role that a provider's claims give.

    Raises:
        Forbidden: they give none of the roles.
    """
    name = name_of(claims)
    roles = roles_in(claims, settings.ops_oidc_roles_claim)
    for role, wanted in (
        (OPS, settings.ops_oidc_ops_role),
        (MARKETING, settings.ops_oidc_marketing_role),
    ):
        if wanted and wanted in roles:
            return name, role
    raise Forbidden(
        f"{name} has none of the roles that open these pages; an administrator of the sign-in"
        " service gives them.",
        code="role_unknown",
    )


def name_of(claims: Mapping[str, Any]) -> str:
    """Return who it is, as the list of actions names them."""
    found = next(
        (claims[key] for key in ("email", "preferred_username", "sub") if claims.get(key)), ""
    )
    return "".join(letter for letter in str(found) if letter.isprintable())[:LONGEST_NAME]


def roles_in(claims: Mapping[str, Any], place: str) -> frozenset[str]:
    """Return the roles that stand at a place such as `roles` or `realm_access.roles`."""
    found: Any = claims
    for name in place.split("."):
        found = found.get(name) if isinstance(found, Mapping) else None
    if isinstance(found, str):
        found = found.split()
    return frozenset(map(str, found)) if isinstance(found, list | tuple) else frozenset()
