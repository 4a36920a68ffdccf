"""Encrypts what people leave with us, under keys that can be changed one after the other."""

import base64
import hashlib
import hmac
import json
from collections.abc import Sequence
from typing import Any, cast

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from app.settings.outreach import OutreachSettings


class Unreadable(Exception):
    """It was encrypted under a key that is no longer among `LEADS_KEYS`."""


class Sealing:
    """Encrypts under the newest key, and reads what any of the keys encrypted."""

    def __init__(self, keys: Sequence[str]) -> None:
        self._fernet = MultiFernet([Fernet(_derived(key, "seal")) for key in keys])
        self._digest_keys = [_derived(key, "digest") for key in keys]

    def seal(self, value: dict[str, Any]) -> str:
        """Return a document, encrypted and signed."""
        return self._fernet.encrypt(json.dumps(value, ensure_ascii=False).encode()).decode()

    def open(self, sealed: str) -> dict[str, Any]:
        """Return the document.

        Raises:
            Unreadable: none of the keys encrypted it.
        """
        try:
            return cast("dict[str, Any]", json.loads(self._fernet.decrypt(sealed.encode())))
        except InvalidToken:
            raise Unreadable(Unreadable.__doc__) from None

    def rotate(self, sealed: str) -> str:
        """Return the same document, encrypted under the newest key.

        Raises:
            Unreadable: none of the keys encrypted it.
        """
        try:
            return self._fernet.rotate(sealed.encode()).decode()
        except InvalidToken:
            raise Unreadable(Unreadable.__doc__) from None

    def digests(self, text: str) -> list[str]:
        """Return a text's digest under each key, the newest first: to find it without reading."""
        found = (hmac.new(key, text.encode(), hashlib.sha256) for key in self._digest_keys)
        return [each.hexdigest() for each in found]


def make_sealing(settings: OutreachSettings) -> Sealing | None:
    """Return what encrypts leads; None where `LEADS_KEYS` is not set."""
    return Sealing(settings.lead_keys) if settings.lead_keys else None


def _derived(key: str, purpose: str) -> bytes:
    digest = hmac.new(key.encode(), f"leads {purpose}".encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest)
