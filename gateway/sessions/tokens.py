"""Session tokens: a signed JWT whose claim `sid` is a session id, or the id of a share link."""

import math
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import jwt

from gateway.errors import ExpiredToken, InvalidToken
from gateway.memoize import memoize
from gateway.sessions.record import Clock, is_session_id, is_share_id, share_id, utc_now

ALGORITHM = "HS256"
MAX_LENGTH = 2048
"""Characters of a token at most; a longer one is refused before it is decoded."""

_CLAIMS = ["exp", "iat", "iss", "aud", "sid"]


class SessionTokens:
    """Issues and reads session tokens.

    Args:
        secret: the key (32 bytes or more), or keys by `kid`: the first signs, all are accepted.
            To rotate, put the new key first, and drop the old one when its last token has expired.
        issuer: claim `iss`, issued and expected.
        audience: claim `aud`, issued and expected.
        clock: decides whether a token has expired.
    """

    def __init__(
        self,
        secret: str | Mapping[str, str],
        issuer: str = "masa-madre",
        audience: str = "demo-session",
        *,
        clock: Clock = utc_now,
    ) -> None:
        self._keys = {"1": secret} if isinstance(secret, str) else dict(secret)
        if not self._keys:
            raise ValueError("SessionTokens needs at least one secret")
        short = [kid for kid, key in self._keys.items() if len(key.encode()) < 32]
        if short:
            raise ValueError(f"secret {short} is shorter than the 32 bytes that HS256 needs")
        self._issuer = issuer
        self._audience = audience
        self._clock = clock
        # A token's claims never change; `read` compares its time with the clock on every call.
        self._claims = memoize(self._verify)

    def issue(self, session_id: str, expires_at: datetime) -> str:
        """Return a token for the session, valid up to `expires_at` (aware).

        `exp` is rounded up to a whole second: the session's record decides to the instant, and
        the token must not end before it.
        """
        if not is_session_id(session_id):
            raise ValueError("not a session id: it must look like demo_… (16 to 128 characters)")
        return self._sign(session_id, expires_at)

    def issue_for_share(self, share: UUID, expires_at: datetime) -> str:
        """Return a guest's token: it names the share link, and nothing of the session.

        The link's record decides what it opens, and until when.
        """
        return self._sign(share_id(share), expires_at)

    def _sign(self, sid: str, expires_at: datetime) -> str:
        if expires_at.tzinfo is None:
            raise ValueError(f"expires_at needs a time zone: {expires_at!r}")
        kid = next(iter(self._keys))
        claims = {
            "iss": self._issuer,
            "aud": self._audience,
            "iat": int(self._clock().timestamp()),
            "exp": math.ceil(expires_at.timestamp()),
            "sid": sid,
        }
        return jwt.encode(claims, self._keys[kid], ALGORITHM, headers={"kid": kid})

    def read(self, token: str) -> str:
        """Return the session id that the token carries, or the id of the share link.

        Raises:
            InvalidToken: it is malformed, forged, or was issued for another use.
            ExpiredToken: it is genuine and has expired.
        """
        claims = self._claims(token)
        session_id, expires, issued = claims["sid"], claims["exp"], claims["iat"]
        if type(expires) is not int or type(issued) is not int:
            raise InvalidToken("exp and iat must be whole seconds")
        if not isinstance(session_id, str) or not (
            is_session_id(session_id) or is_share_id(session_id)
        ):
            raise InvalidToken("sid is neither a session id nor a share link's")
        if self._clock().timestamp() >= expires:
            raise ExpiredToken(session_id)
        return session_id

    def _verify(self, token: str) -> dict[str, Any]:
        if len(token) > MAX_LENGTH or not token.isascii():
            raise InvalidToken("too long, or not ASCII")
        try:
            kid = jwt.get_unverified_header(token).get("kid")
            key = self._keys.get(kid) if isinstance(kid, str) else None
            if key is None:
                raise InvalidToken("signed with an unknown key")
            claims: dict[str, Any] = jwt.decode(
                token,
                key,
                algorithms=[ALGORITHM],
                issuer=self._issuer,
                audience=self._audience,
                # Times are judged by `clock`, in `read`: two hosts whose clocks differ by a
                # second must not refuse each other's tokens for being from the future.
                options={
                    "require": _CLAIMS,
                    "verify_exp": False,
                    "verify_iat": False,
                    "strict_aud": True,
                },
            )
        except (jwt.PyJWTError, ValueError, TypeError, RecursionError) as error:
            raise InvalidToken(f"not a session token: {type(error).__name__}") from error
        return claims
