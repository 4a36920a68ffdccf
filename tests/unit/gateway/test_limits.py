"""Limits that are counted in one process, and the digests of addresses."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from redis import Redis

from gateway import OpenLogins, OpenRequests, Refused, SessionRecord
from gateway.limits.address import address_digest
from gateway.limits.counters import Counters, Quota
from gateway.limits.guards import RELEASE_KEY, CreationLimit

NOW = datetime(2030, 3, 1, 12, tzinfo=UTC)


def session():
    return SessionRecord("demo_" + "x" * 32, uuid4(), uuid4(), "any", "active", NOW)


def open_request(guard, record):
    """Open a request and return what ends it."""
    environ = {}
    guard(environ, record)
    (release,) = environ[RELEASE_KEY]
    return release


def test_open_requests_are_bounded_for_each_session_alone():
    guard, one, other = OpenRequests(2), session(), session()
    releases = [open_request(guard, one) for _ in range(2)]
    with pytest.raises(Refused, match="too_many_at_once"):
        guard({}, one)
    open_request(guard, other)
    releases[0]()
    open_request(guard, one)


def test_a_session_without_open_requests_is_forgotten():
    guard, one = OpenRequests(2), session()
    releases = [open_request(guard, one) for _ in range(2)]
    releases[0]()
    assert len(guard) == 1
    releases[1]()
    assert len(guard) == 0


def test_a_refused_request_takes_no_place():
    guard, one = OpenRequests(1), session()
    release = open_request(guard, one)
    with pytest.raises(Refused):
        guard({}, one)
    release()
    assert len(guard) == 0


def test_logins_at_once_are_bounded():
    guard, first = OpenLogins(1), {}
    guard(first)
    with pytest.raises(Refused, match="too_many_logins") as refused:
        guard({})
    assert (refused.value.refusal.status, refused.value.refusal.retry_after) == (503, 1)
    (release,) = first[RELEASE_KEY]
    release()
    guard({})


def test_an_address_has_another_digest_every_day_and_for_every_secret():
    digests = {
        address_digest("203.0.113.7", secret, now)
        for secret in ("a" * 32, "b" * 32)
        for now in (NOW, NOW + timedelta(days=1))
    }
    assert len(digests) == 4


def test_the_addresses_of_one_ipv6_network_share_a_digest():
    first, second = (address_digest(f"2001:db8::{n}", "a" * 32, NOW) for n in ("1", "8000:0:0:2"))
    other = address_digest("2001:db8:0:1::1", "a" * 32, NOW)
    assert first == second != other


def test_an_address_that_opens_sessions_is_known_by_its_ipv6_site_today_and_yesterday():
    nowhere = Counters(Redis(port=1))
    assert "a" * 32 not in repr(
        vars(CreationLimit(nowhere, Quota(1, 60), "a" * 32))["_counter_name"]
    )
    limits = [
        CreationLimit(nowhere, Quota(1, 60), "a" * 32, clock=lambda now=now: now)
        for now in (NOW, NOW + timedelta(days=1))
    ]
    today, tomorrow = (
        [limit.digests({"REMOTE_ADDR": f"2001:db8:{site}::1"}) for site in ("0:0", "0:8000", "1")]
        for limit in limits
    )
    assert today[0] == today[1] != today[2]
    assert len({*today[0], *today[2]}) == 4
    assert [yesterday for _, yesterday in tomorrow] == [now for now, _ in today]
