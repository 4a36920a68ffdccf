"""An answer on its way: status, body, and the headers that belong to it."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field

from app.http.negotiation import JSON


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer to a request, before caching headers."""

    status: int
    body: bytes
    media_type: str = JSON
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def content_type(self) -> str:
        """The header of that name."""
        return self.media_type if self.media_type == JSON else f"{self.media_type}; charset=utf-8"


def etag_of(body: bytes) -> str:
    """Return what changes with the body: equal bodies have equal ETags."""
    return hashlib.blake2b(body, digest_size=16).hexdigest()
