"""When many want a demo: what one address gets, who goes first, and what makes room."""

from uuid import uuid4

import pytest

from app.control.models import SessionStatus
from app.control.sessions.session_view import Visitor
from app.errors import Conflict, TooManyRequests, Unavailable
from jobs import tasks
from tests.integration.control.conftest import ACCOUNT
from tests.integration.control.steps import at_once, fill_pool


def visitor(*digests):
    """A visitor whose address has these digests: today's, then yesterday's."""
    return Visitor(ip_address="192.0.2.0", user_agent="test", address_digests=digests)


def setting(parts, **values):
    """Run with other settings than the test's environment has."""
    parts.settings.__dict__.update(values)


def opened(parts, digest, count):
    """Sessions of one address, opened one after the other."""
    who = visitor(digest, f"{digest} yesterday")
    return [parts.sessions.open(ACCOUNT, who).session for _ in range(count)]


def fill_pool_unseen(parts, database, size):
    """Clone tenants that become ready while the hand-over to those that wait is missed."""
    waiting = "UPDATE control.demo_sessions SET status = %s WHERE status = %s"
    database.execute(waiting, ["failed", "pending"])
    fill_pool(parts, size)
    database.execute(waiting, ["pending", "failed"])


def served(parts, sessions):
    """Return, for each session, whether it has its data."""
    return [parts.sessions.fetch(s.session_id).status is SessionStatus.ACTIVE for s in sessions]


def test_open_sessions_of_an_address_are_limited_until_one_ends(parts):
    setting(parts, demo_sessions_per_address=3)
    sessions, refused = at_once(6, lambda: parts.sessions.open(ACCOUNT, visitor("a", "b")).session)
    assert len(sessions) == 3
    assert {(type(error), error.error_code) for error in refused} == {
        (TooManyRequests, "too_many_open")
    }
    assert all(5 <= int(error.headers["Retry-After"]) <= 60 for error in refused)
    assert len(opened(parts, "other", 1)) == 1
    parts.sessions.end(sessions[0].session_id)
    assert len(opened(parts, "a", 1)) == 1


def test_sessions_opened_before_midnight_still_count(parts):
    setting(parts, demo_sessions_per_address=2)
    parts.sessions.open(ACCOUNT, visitor("day one", "day zero"))
    parts.sessions.open(ACCOUNT, visitor("day two", "day one"))
    with pytest.raises(TooManyRequests):
        parts.sessions.open(ACCOUNT, visitor("day two", "day one"))


@pytest.mark.parametrize(("limit", "digests"), [(0, ("a", "b")), (1, ())])
def test_without_a_limit_or_an_address_nothing_is_counted(parts, limit, digests):
    setting(parts, demo_sessions_per_address=limit)
    for _ in range(3):
        parts.sessions.open(ACCOUNT, visitor(*digests))


def test_the_digest_of_an_address_is_removed_with_the_session(parts, database):
    (session,) = opened(parts, "a", 1)
    digests = "SELECT address_digest FROM control.demo_sessions"
    assert database.execute(digests).fetchall() == [("a",)]
    parts.sessions.end(session.session_id)
    tasks.cleanup()
    assert database.execute(digests).fetchall() == [(None,)]


def test_addresses_take_turns_while_sessions_wait(parts):
    greedy = opened(parts, "greedy", 4)
    late = opened(parts, "late", 1)
    fill_pool(parts, 2)
    assert served(parts, greedy) == [True, False, False, False]
    assert served(parts, late) == [True]
    tasks.clone(str(parts.sessions.awaited_tenant(greedy[3])))
    assert served(parts, greedy) == [True, True, False, False], "of one address the oldest"


def test_a_newcomer_does_not_overtake_a_session_that_waits(parts, database):
    (first,) = opened(parts, "first", 1)
    tenant = parts.sessions.awaited_tenant(first)
    hide = "UPDATE control.tenants SET state = %s WHERE id = %s"
    database.execute(hide, ["failed", tenant])
    fill_pool_unseen(parts, database, 1)
    (newcomer,) = opened(parts, "newcomer", 1)
    assert served(parts, [first, newcomer]) == [True, False]
    fill_pool(parts, 1)
    assert served(parts, [newcomer]) == [True]


def test_a_newcomer_gets_what_is_left_when_those_before_are_served(parts, database):
    (first,) = opened(parts, "first", 1)
    fill_pool_unseen(parts, database, 3)  # one of which is being cloned
    (newcomer,) = opened(parts, "newcomer", 1)
    assert newcomer.status is SessionStatus.ACTIVE
    assert served(parts, [first, newcomer]) == [True, True]


def test_sessions_that_wait_for_another_template_hold_nobody_up(parts, database):
    other = uuid4()
    database.execute(
        "INSERT INTO control.tenants (id, name, schema_name, account_type, is_demo,"
        " is_demo_template, state, template_version)"
        " VALUES (%s, 'Otra', 'template_other', 'other', false, true, 'ready', 1)",
        [other],
    )
    waiting = parts.sessions.open("other", visitor("first")).session
    assert waiting.status is SessionStatus.PENDING
    fill_pool_unseen(parts, database, 1)
    (newcomer,) = opened(parts, "newcomer", 1)
    assert newcomer.status is SessionStatus.ACTIVE
    assert parts.sessions.awaited_tenant(newcomer) is None, "nothing had to be cloned for it"


@pytest.mark.parametrize(("others", "share"), [(6, 1.0), (7, 0.5)])
def test_an_extension_is_shorter_when_few_places_are_left(parts, others, share):
    fill_pool(parts, 1)
    setting(parts, demo_max_sessions=10)
    session = parts.sessions.open(ACCOUNT, visitor()).session
    for _ in range(others):
        parts.sessions.open(ACCOUNT, visitor())
    done = parts.sessions.extend(session.session_id)
    extended = done.session
    assert (done.notice or "").startswith("Hecho: tienes 15 minutos más.") is (share < 1)
    added = (extended.expires_at - session.expires_at).total_seconds()
    assert added == parts.settings.demo_session_duration_minutes * 60 * share


def test_there_is_no_extension_when_the_last_places_are_taken(parts):
    fill_pool(parts, 1)
    setting(parts, demo_max_sessions=2)
    session = parts.sessions.open(ACCOUNT, visitor()).session
    other = parts.sessions.open(ACCOUNT, visitor()).session
    with pytest.raises(Unavailable) as refused:
        parts.sessions.extend(session.session_id)
    assert refused.value.error_code == "extension_crowded"
    assert refused.value.headers == {"Retry-After": "60"}
    parts.sessions.end(other.session_id)
    setting(parts, demo_max_sessions=20, demo_session_max_extensions=1)
    parts.sessions.extend(session.session_id)
    with pytest.raises(Conflict) as over:
        parts.sessions.extend(session.session_id)
    assert over.value.error_code == "extension_limit"


@pytest.mark.parametrize(
    ("places", "minutes", "ends"), [(2, 15, True), (3, 15, False), (2, 0, False), (2, 25, False)]
)
def test_idle_sessions_end_when_all_places_are_taken(parts, database, places, minutes, ends):
    fill_pool(parts, 2)
    setting(parts, demo_max_sessions=places, demo_idle_minutes_when_full=minutes)
    idle, busy = opened(parts, "a", 2)
    database.execute(
        "UPDATE control.demo_sessions SET last_activity_at = now() - interval '20 minutes'"
        " WHERE id = %s",
        [idle.id],
    )
    tasks.cleanup()
    assert served(parts, [idle, busy]) == [not ends, True]
