"""Guests of a session: what the gateway lets them do, and until when."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from gateway import OpenRequests, Quota, RequestLimit, SessionRecord, share_id, share_in
from gateway.http.inject import ENDED_KEY, SESSION_ERROR_KEY, SESSION_KEY, TENANT_HEADER
from gateway.limits.counters import Counters
from tests.integration.gateway.conftest import NOW, World

READ_ONLY, NOT_YOURS, CLOSED = "shared_read_only", "shared_not_yours", "share_closed"
CHANGES = (
    ("POST", "/api/pos/sales"), ("PUT", "/api/orders/1"), ("POST", "/api/inventory/adjustments"),
)  # fmt: skip
OWNERS = (
    ("POST", "/api/demo/session/extend"), ("POST", "/api/demo/session/reset"),
    ("POST", "/api/demo/session/destroy"), ("POST", "/api/demo/session/shares"),
)  # fmt: skip
LATER = NOW + timedelta(hours=2)


def invite(world: World, access: str, **changes: Any) -> tuple[SessionRecord, SessionRecord]:
    """A session, and the record of a guest of it."""
    owner = world.open()
    fields = {"id": owner.id, "tenant_id": owner.tenant_id, "session_id": share_id(uuid4())}
    return owner, world.open(access=access, **(fields | changes))


def credential(world: World, guest: SessionRecord) -> dict[str, str]:
    token = world.tokens.issue_for_share(share_in(guest.session_id), LATER)
    return {"Authorization": f"Bearer {token}"}


def call(world: World, guest: SessionRecord, method: str, path: str) -> Any:
    return world.call(method, path, headers=credential(world, guest), json={})


@pytest.mark.parametrize("access", ["read", "together"])
def test_a_guest_reads_as_the_owner_does(world: World, access: str) -> None:
    owner, guest = invite(world, access)
    assert call(world, guest, "GET", "/api/orders").status_code == 200
    environ = world.seen.pop()
    assert environ[TENANT_HEADER] == str(owner.tenant_id)
    assert environ[SESSION_KEY] == guest
    assert owner.session_id not in repr(environ)
    assert world.counted() == {owner.id: 1}


def test_one_who_looks_changes_nothing(world: World, code: Any) -> None:
    _, guest = invite(world, "read")
    for method, path in (*CHANGES, *OWNERS):
        refused = call(world, guest, method, path)
        assert (refused.status_code, code(refused)) == (403, READ_ONLY), path
    assert world.seen == []
    for path in ("/api/demo/session/create", "/api/demo/contact"):
        assert call(world, guest, "POST", path).status_code == 200


def test_one_who_works_along_does_what_is_not_the_owners_alone(world: World, code: Any) -> None:
    _, guest = invite(world, "together")
    for method, path in CHANGES:
        assert call(world, guest, method, path).status_code == 200, path
    for method, path in (*OWNERS, ("GET", "/demo/sesion/compartir")):
        refused = call(world, guest, method, path)
        assert (refused.status_code, code(refused)) == (403, NOT_YOURS), path
    assert call(world, guest, "GET", "/api/demo/session/current").status_code == 200


def test_a_link_names_nothing_without_a_signature(world: World, code: Any) -> None:
    _, guest = invite(world, "together")
    plain = world.call("GET", "/api/orders", headers={"X-Demo-Session-Id": guest.session_id})
    assert code(plain) == "session_unknown"
    assert world.asked == []


def test_a_closed_link_lets_no_one_go_on(world: World, code: Any) -> None:
    _, guest = invite(world, "read")
    assert call(world, guest, "GET", "/api/orders").status_code == 200
    world.store.forget(guest.session_id)
    assert code(call(world, guest, "GET", "/api/orders")) == CLOSED


@pytest.mark.parametrize("status", ["destroyed", "expired", "failed"])
def test_without_a_tombstone_a_guest_is_out_within_a_second(
    world: World, code: Any, status: str
) -> None:
    _, guest = invite(world, "read")
    assert call(world, guest, "GET", "/api/orders").status_code == 200
    world.open(**{name: getattr(guest, name) for name in ("session_id", "id", "tenant_id")},
               access="read", status=status)  # fmt: skip
    world.now += timedelta(seconds=1)
    assert code(call(world, guest, "GET", "/api/orders")) == CLOSED


def test_the_record_ends_a_guest_and_the_token_does_not(world: World, code: Any) -> None:
    _, guest = invite(world, "read")
    world.now = guest.expires_at
    assert code(call(world, guest, "GET", "/api/orders")) == CLOSED


def test_a_guests_record_cannot_be_made_of_the_owners(world: World) -> None:
    owner, guest = invite(world, "read")
    world.store.put(owner)
    text = world.redis.get(next(iter(world.redis.scan_iter("gateway:session:*"))))
    world.store.put(guest)
    for key in world.redis.scan_iter("gateway:session:*"):
        world.redis.set(key, text)
    assert world.store.get(guest.session_id) is None


def test_guests_use_up_neither_the_owners_requests_nor_all_places(world: World, code: Any) -> None:
    owner, guest = invite(world, "read")
    limits = RequestLimit(Counters(world.redis, clock=world.clock), Quota(3, 60), Quota(3, 60))
    places = OpenRequests(4)
    world.gateway = world.make_gateway(guards=[limits])
    codes = [call(world, guest, "GET", "/api/orders").status_code for _ in range(4)]
    assert codes == [200, 200, 200, 429]
    assert world.get(owner).status_code == 200

    environs = [{"REQUEST_METHOD": "GET"} for _ in range(6)]
    places(environs[0], guest)
    places(environs[1], guest)
    with pytest.raises(Exception, match="too_many_at_once"):
        places(environs[2], guest)
    places(environs[3], owner)
    places(environs[4], owner)
    with pytest.raises(Exception, match="too_many_at_once"):
        places(environs[5], owner)
    for environ in environs:
        for release in environ.get("gateway.release", ()):
            release()
    assert len(places) == 0


@pytest.mark.parametrize("way", ["expired token", "expired record", "destroyed"])
def test_what_a_credential_was_good_for_is_told_after_the_end(world: World, way: str) -> None:
    record = world.open()
    headers = world.bearer(record)
    if way == "destroyed":
        world.store.forget(record.session_id)
    else:
        world.now = record.expires_at + timedelta(minutes=0 if way == "expired record" else 5)
    world.call("GET", "/demo/espera", headers=headers)
    environ = world.seen.pop()
    assert environ[ENDED_KEY] == record.session_id
    assert environ[SESSION_ERROR_KEY].startswith("session_")
    forged = {"Authorization": f"{headers['Authorization']}x"}
    world.call("GET", "/demo/espera", headers=forged)
    assert ENDED_KEY not in world.seen.pop()
