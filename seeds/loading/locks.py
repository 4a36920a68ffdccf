"""Locks that make seeding safe to run twice at the same time."""

from sqlalchemy import Connection, text

from seeds.errors import ControlSchemaMissing

_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended('masa-madre seeds ' || :what, 0))")
_CONTROL = text("SELECT to_regclass('control.tenants') IS NOT NULL")


def lock(connection: Connection, what: str) -> None:
    """Wait until no other seeding works on `what`; held until the transaction ends."""
    connection.execute(_LOCK, {"what": what})


def ensure_control(connection: Connection) -> None:
    """Raise `ControlSchemaMissing` unless the control tables are there."""
    if not connection.scalar(_CONTROL):
        raise ControlSchemaMissing
