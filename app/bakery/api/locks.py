"""Names for advisory locks of a transaction: they end with it, whatever happens."""

import hashlib

from app.bakery.scope import current_tenant_id


def lock_number(kind: str, name: str) -> int:
    """Return the number of a lock of the current tenant; advisory locks are the database's."""
    text = f"{current_tenant_id().hex} {kind} {name}".encode()
    return int.from_bytes(hashlib.blake2b(text, digest_size=8).digest(), signed=True)
