"""Digests that stand for network addresses in the names of counters."""

import hashlib
import hmac
from datetime import datetime
from ipaddress import IPv6Address, ip_address


def address_digest(address: str, secret: str, now: datetime) -> str:
    """Return a keyed digest of an address, another one every day (UTC).

    It cannot be turned back into the address without the secret.

    An IPv6 address counts as its /64, the least that one customer has.
    """
    try:
        parsed = ip_address(address.partition("%")[0])
    except ValueError:
        known = address
    else:
        is_six = isinstance(parsed, IPv6Address)
        known = str(int(parsed) >> 64) if is_six else str(parsed)
    key = hmac.new(secret.encode(), f"addresses {now:%Y-%m-%d}".encode(), hashlib.sha256).digest()
    return hmac.new(key, known.encode(), hashlib.sha256).hexdigest()[:32]
