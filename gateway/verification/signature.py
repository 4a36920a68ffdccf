"""Signs tenants for apps that run in another process than the gateway."""

import hashlib
import hmac
from collections.abc import Iterable, Mapping
from datetime import timedelta
from uuid import UUID
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from gateway.errors import InvalidSignature, Refused, problem
from gateway.http.inject import TENANT_HEADER
from gateway.http.paths import canonical_method, canonical_path
from gateway.messages import SESSION_REQUIRED
from gateway.sessions.record import Clock, utc_now

SIGNATURE_HEADER = "HTTP_X_TENANT_SIGNATURE"


class TenantSigner:
    """Signs a tenant for one method and path, for some seconds.

    Args:
        keys: by name; the first signs, all are believed. To rotate, give every app the new key
            last, then put it first at the gateway, then drop the old one.
        lifetime: how long a signature is good; clocks may differ by as much to the other side.
        clock: tells the time.
    """

    def __init__(
        self,
        keys: Mapping[str, str],
        *,
        lifetime: timedelta = timedelta(seconds=30),
        clock: Clock = utc_now,
    ) -> None:
        if not keys:
            raise ValueError("TenantSigner needs at least one key")
        short = [name for name, key in keys.items() if len(key.encode()) < 32]
        if short or any("." in name or not name for name in keys):
            raise ValueError(f"keys need 32 bytes ({short}) and names without a dot")
        self._keys = dict(keys)
        self._lifetime = lifetime.total_seconds()
        self._clock = clock

    def sign(self, tenant: str, method: str, path: str) -> str:
        """Return the signature of a tenant for a canonical method and path."""
        name = next(iter(self._keys))
        issued = str(int(self._clock().timestamp()))
        return f"{name}.{issued}.{self._digest(name, issued, tenant, method, path)}"

    def verify(self, signature: str, tenant: str, method: str, path: str) -> UUID:
        """Return the tenant that was signed for this method and path.

        Raises:
            InvalidSignature: it is forged, too old, or for something else.
        """
        name, _, rest = signature.partition(".")
        issued, _, digest = rest.partition(".")
        if name not in self._keys or not (issued.isascii() and issued.isdecimal()):
            raise InvalidSignature("signed with an unknown key")
        good = self._digest(name, issued, tenant, method, path)
        if not hmac.compare_digest(good.encode(), digest.encode()):
            raise InvalidSignature("not signed for this tenant, method and path")
        if abs(self._clock().timestamp() - int(issued)) > self._lifetime:
            raise InvalidSignature("signed too long ago")
        try:
            return UUID(tenant)
        except ValueError:
            raise InvalidSignature("not a tenant") from None

    def _digest(self, name: str, *parts: str) -> str:
        message = "\n".join((name, *parts)).encode()
        key = hmac.new(self._keys[name].encode(), b"tenant signature", hashlib.sha256).digest()
        return hmac.new(key, message, hashlib.sha256).hexdigest()


class SignedTenants:
    """WSGI middleware that refuses a tenant without the gateway's signature."""

    def __init__(self, app: WSGIApplication, signer: TenantSigner) -> None:
        self._app = app
        self._signer = signer

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Pass on a request whose tenant is signed, or that names none; refuse others."""
        tenant = environ.get(TENANT_HEADER)
        signature = environ.pop(SIGNATURE_HEADER, "")
        if tenant is not None:
            try:
                method, path = canonical_method(environ), canonical_path(environ)
                environ[TENANT_HEADER] = str(self._signer.verify(signature, tenant, method, path))
            except InvalidSignature:
                return problem(SESSION_REQUIRED, environ, start_response)
            except Refused as refused:
                return problem(refused.refusal, environ, start_response)
        return self._app(environ, start_response)
