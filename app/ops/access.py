"""Who may see the operators' pages: `ops` acts, `marketing` reads, and makes links."""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from typing import cast

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError
from flask import Response, g, redirect, request

from app.errors import FAILED_CREDENTIAL_KEY, problem
from app.ops.identity import MARKETING, OPS, signed_in
from app.settings.table import Settings

MARKETING_CHANGES = "/ops/links/"
"""What marketing may change: it makes the links."""
SIGN_IN = ("/ops/sign-in", "/ops/sign-in/back", "/ops/sign-in/out")
HASHED = "$argon2"
"""A password that begins so is the hash of one."""
CHALLENGE = {"WWW-Authenticate": 'Basic realm="ops", charset="UTF-8"'}
_SALT = secrets.token_bytes(16)
"""Of this process: what is remembered of a good password is good for nothing elsewhere."""
_known: set[tuple[bytes, str]] = set()
MOST_KNOWN = 8


@dataclass(frozen=True, slots=True)
class Operator:
    """Who asks, and as what: with a role's password they are one, with an account they are not."""

    name: str
    role: str
    has_signed_in: bool = False

    @property
    def may_act(self) -> bool:
        """True for a role that changes things."""
        return self.role == OPS


def current_operator() -> Operator:
    """Return who sent the present request; the guard has let them in."""
    return cast("Operator", g.operator)


def admit(settings: Settings) -> Response | None:
    """Let an operator of this request in, or return the refusal."""
    if not any(_passwords(settings).values()) and not settings.ops_oidc_issuer:
        return problem(404, "not_found", "Operators' pages are closed: set OPS_PASSWORD.")
    if settings.ops_oidc_issuer and request.path in SIGN_IN:
        return None
    found = _find_operator(settings)
    if found is None:
        return _refuse(settings)
    g.operator = found
    is_change = request.method not in ("GET", "HEAD")
    if is_change and not g.operator.may_act and not request.path.startswith(MARKETING_CHANGES):
        sentence = f"{found.name} reads; the role {OPS} is needed for this."
        return problem(403, "role_required", sentence)
    return None


def _find_operator(settings: Settings) -> Operator | None:
    role = operator_of_request(settings)
    if role is not None:
        return Operator(role, role)
    found = signed_in()
    return None if found is None else Operator(*found, has_signed_in=True)


def _refuse(settings: Settings) -> Response:
    """Ask for credentials: a person who opens a page is led to the sign-in, where there is one."""
    takes = request.accept_mimetypes.best_match(("application/json", "text/html"))
    is_person = request.method == "GET" and takes == "text/html" and not request.authorization
    if settings.ops_oidc_issuer and is_person:
        return redirect(SIGN_IN[0], 302)  # type: ignore[return-value]
    return problem(401, "ops_required", "Operators' credentials are needed.", None, CHALLENGE)


def operator_of_request(settings: Settings) -> str | None:
    """Return the role whose password the present request has; None without a good one."""
    passwords = _passwords(settings)
    given = request.authorization
    if given is None or given.type != "basic":
        return None  # a browser asks for the password only after this
    name, password = given.username or "", given.password or ""
    # All are compared, so that the time says nothing of which names there are.
    good = [
        user
        for user, wanted in passwords.items()
        if matches(password, wanted) & hmac.compare_digest(name.encode(), user.encode())
    ]
    request.environ[FAILED_CREDENTIAL_KEY] = not good
    return good[0] if good else None


def _passwords(settings: Settings) -> dict[str, str | None]:
    return {OPS: settings.ops_password, MARKETING: settings.marketing_password}


def matches(given: str, wanted: str | None) -> bool:
    """Return True if a password is the one that a setting has, plain or as an Argon2 hash."""
    if not wanted:
        return False
    if not wanted.startswith(HASHED):
        return hmac.compare_digest(given.encode(), wanted.encode())
    try:
        return _verify(given, wanted)
    except (Argon2Error, InvalidHashError):
        return False


def _verify(given: str, wanted: str) -> bool:
    """Verify a password against its hash, and remember a digest of a good one: it takes a while.

    Raises:
        Argon2Error, InvalidHashError: it is not good, or the setting is no hash.
    """
    known = (hashlib.blake2b(given.encode(), key=_SALT).digest(), wanted)
    if known not in _known:
        PasswordHasher().verify(wanted, given)
        if len(_known) >= MOST_KNOWN:
            _known.clear()
        _known.add(known)
    return True
