"""Digests that stand for network addresses in the names of counters."""

import hashlib
import hmac
from datetime import datetime
from ipaddress import IPv6Address

from gateway.http.remote_address import parse_address

NETWORK_BITS = 64
"""An IPv6 address counts as its /64, the least that one customer has."""


def address_digest(
    address: str, secret: str, now: datetime, network_bits: int = NETWORK_BITS
) -> str:
    """Return a keyed digest of an address, another one every day (UTC).

    It cannot be turned back into the address without the secret. An IPv6 address counts as its
    network of `network_bits`.
    """
    parsed = parse_address(address)
    if isinstance(parsed, IPv6Address):
        known = f"{int(parsed) >> (128 - network_bits)}"
    else:
        known = str(parsed or address)
    key = hmac.new(secret.encode(), f"addresses {now:%Y-%m-%d}".encode(), hashlib.sha256).digest()
    return hmac.new(key, known.encode(), hashlib.sha256).hexdigest()[:32]
