"""Shows what happens in a session's data to those that follow it."""

from collections.abc import Callable
from contextlib import suppress

from app.control.services import ControlServices
from app.control.sessions.session_view import SessionView
from app.db import UnknownTenant, raw_connection, tenant_cache, tenant_transaction, timeline_of


def changes_of(services: ControlServices, session: SessionView) -> Callable[[], object] | None:
    """Let time pass in a session's data; return what differs whenever they may have changed.

    It differs once a minute besides, since the cache forgets what it knows. None where the session
    has no data yet.
    """
    tenant = session.tenant_id
    if tenant is None or not session.is_open:
        return None
    bring_forward = services.demo.load_bring_forward() if services.settings.demo_live else None
    if bring_forward is not None:
        with (
            suppress(UnknownTenant),  # it has gone meanwhile: the stream is about to say so
            tenant_transaction(tenant) as transaction,
            raw_connection(transaction) as driver,
        ):
            bring_forward(driver, timeline_of(tenant), services.demo.now())
    cache = tenant_cache()
    return lambda: cache.read(tenant, "watched", session.expires_at).generation
