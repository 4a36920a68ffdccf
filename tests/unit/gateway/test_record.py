"""What a session's record may hold."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest

from gateway import SessionRecord

NOW = datetime(2030, 3, 1, 12, tzinfo=UTC)


def record(status, tenant=None, expires_at=NOW):
    return SessionRecord("demo_" + "x" * 32, uuid4(), tenant, "any", status, expires_at)


def test_an_active_session_has_a_tenant_and_a_pending_one_may_have_none():
    with pytest.raises(ValueError, match="active and has no tenant"):
        record("active")
    assert record("pending").tenant_id is None
    assert record("destroyed").tenant_id is None
    tenant = uuid4()
    assert record("active", tenant).tenant_id == tenant


def test_a_status_or_a_time_that_means_nothing_is_refused():
    with pytest.raises(ValueError, match="status 'lost' is none of"):
        record("lost")
    with pytest.raises(ValueError, match="time zone"):
        record("pending", expires_at=NOW.replace(tzinfo=None))


def test_the_secret_of_a_session_is_not_shown():
    assert "x" * 32 not in repr(record("pending"))
