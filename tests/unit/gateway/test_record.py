"""What a session's record may hold."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest

from gateway import SessionRecord, share_id

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


@pytest.mark.parametrize(
    ("session_id", "access"),
    [("demo_" + "x" * 32, "read"), ("share_" + "0" * 32, "own"), ("share_" + "0" * 32, "all")],
)
def test_only_a_share_link_makes_a_guest(session_id, access):
    with pytest.raises(ValueError, match="is not of its credential"):
        SessionRecord(session_id, uuid4(), uuid4(), "any", "active", NOW, access)


def test_a_guests_requests_are_counted_by_the_link():
    share, session = uuid4(), uuid4()
    of_guest = SessionRecord(share_id(share), session, uuid4(), "any", "active", NOW, "read")
    of_owner = SessionRecord("demo_" + "x" * 32, session, uuid4(), "any", "active", NOW)
    assert (of_guest.counted_as, of_owner.counted_as) == (share, session)
    assert (of_guest.is_guest, of_owner.is_guest) == (True, False)


def test_the_secret_of_a_session_is_not_shown():
    assert "x" * 32 not in repr(record("pending"))
