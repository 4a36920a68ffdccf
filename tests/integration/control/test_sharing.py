"""Share links on Postgres: made once, a few at a time, closed with their session."""

from uuid import uuid4

import pytest

from app.control import transitions
from app.control.null import NullTokens
from app.control.sharing.service import MOST_LINKS, OPEN_AT_ONCE, ShareService
from app.control.sharing.share_view import Access
from app.errors import Gone, InvalidRequest, NotFound, TooManyRequests, Unauthorized
from jobs.services import guest_record
from tests.integration.control.conftest import ACCOUNT
from tests.integration.control.steps import VISITOR, at_once, fill_pool

pytestmark = pytest.mark.parametrize("postgres", ["18"], indirect=True)


@pytest.fixture
def shares(parts):
    return ShareService(parts.engine, parts.settings, parts.cache, NullTokens())


@pytest.fixture
def session(parts):
    fill_pool(parts, 1)
    return parts.sessions.open(ACCOUNT, VISITOR).session


def test_a_link_leads_to_its_session_and_only_its_digest_is_kept(shares, session, database):
    share = shares.create(session.id, Access.READ)
    shared, _ = shares.open(share.secret)
    assert (shared.session.id, shared.access, shared.share) == (session.id, "read", share.id)
    assert len(share.secret) == 22, "128 bits in base64"
    rows = str(database.execute("SELECT * FROM control.session_shares").fetchall())
    assert share.secret not in rows
    assert session.session_id not in rows
    [seen] = shares.list_open(session.id)
    assert (seen.opened, seen.secret) == (1, None)
    assert seen.last_opened_at is not None


def test_links_differ_and_a_repeated_form_gets_the_same_one(shares, session):
    number = uuid4().hex
    first, again = (shares.create(session.id, Access.READ, number) for _ in range(2))
    other = shares.create(session.id, Access.READ)
    assert first == again
    assert first.secret != other.secret
    with pytest.raises(InvalidRequest):
        shares.create(session.id, Access.TOGETHER, number)
    assert len(shares.list_open(session.id)) == 2


def test_a_session_has_a_few_links_at_once_and_not_many_in_all(shares, session, database):
    made, refused = at_once(8, lambda: shares.create(session.id, Access.READ))
    assert len(made) == OPEN_AT_ONCE
    assert {type(error) for error in refused} == {TooManyRequests}
    shares.revoke(session.id, made[0].id)
    shares.create(session.id, Access.READ)
    database.execute(
        "INSERT INTO control.session_shares"
        " (id, demo_session_id, secret_digest, access, revoked_at)"
        " SELECT gen_random_uuid(), %s, n::text, 'read', now() FROM generate_series(5, %s) AS n",
        [session.id, MOST_LINKS],
    )
    shares.revoke(session.id, made[1].id)
    with pytest.raises(TooManyRequests):
        shares.create(session.id, Access.READ)


def test_a_link_is_closed_by_its_session_only(parts, shares, session):
    share = shares.create(session.id, Access.READ)
    with pytest.raises(NotFound):
        shares.revoke(uuid4(), share.id)
    assert shares.look_up(share.secret).is_open
    shares.revoke(session.id, share.id)
    shares.revoke(session.id, share.id)
    with pytest.raises(Gone):
        shares.open(share.secret)
    assert guest_record(shares.find(share.id)).status == "destroyed"
    assert shares.list_open(session.id) == []


@pytest.mark.parametrize("way", ["ended", "out of time", "purged"])
def test_a_link_ends_with_its_session(parts, shares, session, database, way):
    share = shares.create(session.id, Access.READ)
    if way == "out of time":
        database.execute("UPDATE control.demo_sessions SET expires_at = now()")
    else:
        parts.sessions.end(session.session_id)
    if way == "purged":
        with parts.engine.begin() as connection:
            transitions.PURGE_SESSIONS.run(connection, retention=-1.0)
    with pytest.raises(NotFound if way == "purged" else Gone):
        shares.open(share.secret)
    with pytest.raises(Unauthorized):
        shares.create(session.id, Access.READ)
    record = guest_record(shares.find(share.id))
    assert record is None if way == "purged" else record.status in ("destroyed", "expired")


def test_a_guess_leads_nowhere(shares, session):
    shares.create(session.id, Access.READ)
    for guess in ("", "x", "\x00", "ñ", str(session.id), session.session_id):
        with pytest.raises(NotFound):
            shares.open(guess)
