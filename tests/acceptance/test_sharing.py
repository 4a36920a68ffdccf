"""A session that is shared: two browsers in one bakery, and what the second may do."""

import base64
import json
import re
import urllib.request
from html import unescape
from typing import Any

import pytest

from tests.acceptance.client import Prospect
from tests.acceptance.page_client import Reader, key_of, links_of
from tests.acceptance.test_visit import ready_pool

pytestmark = pytest.mark.parametrize("postgres", ["18"], indirect=True)

PAGE = "/demo/sesion/compartir"
OWNERS = ("extend", "reset", "destroy", "shares")


@pytest.fixture(autouse=True)
def full_pool(live_system: Any) -> None:
    ready_pool(live_system)


def make_link(owner: Reader, access: str) -> str:
    """Make a link on the page; gives its path."""
    form = {"clave": key_of(owner.get(PAGE).text), "acceso": access}
    first, again = owner.post(PAGE, form), owner.post(PAGE, form)
    assert first.status_code == again.status_code == 200
    found = re.search(r'readonly value="([^"]+)"', first.text)
    assert found is not None
    assert found[1] in again.text, "the form that is sent twice makes one link"
    return unescape(found[1]).removeprefix(owner.url)


def secrets_of(owner: Reader) -> set[str]:
    """The session's id and the owner's token, and the id as it stands in a token."""
    session = owner.http.get(f"{owner.url}/api/demo/session/current").json()
    return {session["session_id"], session["session_token"]}


def token_of(guest: Reader) -> dict[str, object]:
    """What a guest can read in the cookie."""
    body = guest.http.cookies["demo_session"].split(".")[1]
    claims: dict[str, object] = json.loads(base64.urlsafe_b64decode(body + "=="))
    return claims


def test_who_looks_sees_everything_and_changes_nothing(live_url: str) -> None:
    owner = Reader(live_url).open("central_baker")
    secrets = secrets_of(owner)
    path = make_link(owner, "read")
    guest = Reader(live_url)

    page = guest.get(path)
    assert (page.status_code, page.headers["Cache-Control"]) == (200, "no-store")
    assert "demo_session" not in guest.http.cookies, "a preview of the link opens nothing"
    assert "noindex" in page.text
    assert "Este enlace es de tu propia demo" in owner.get(path).text
    entered = guest.post(path)
    assert entered.headers["Location"] == "/demo/?hecho=invitado"
    assert str(token_of(guest)["sid"]).startswith("share_")

    seen = guest.crawl()
    statuses = {kind: each.status_code for kind, each in seen.items() if each.status_code != 200}
    assert statuses == {}
    assert len(seen) > 30
    current = guest.http.get(f"{live_url}/api/demo/session/current").json()
    assert (current["access"], current["session_id"], current["session_token"]) == (
        "read", None, None,
    )  # fmt: skip
    with guest.http.get(live_url + current["events_url"], stream=True, timeout=20) as stream:
        told = stream.text
    shown = [each.text for each in seen.values()] + [json.dumps(current), told, page.text]
    assert not [text for text in shown for secret in secrets if secret in text]
    forms = re.findall(r'<form[^>]*method="post".*?</form>', seen["/demo/caja"].text, re.DOTALL)
    usable = [form for form in forms if "disabled" not in form]
    assert {re.findall(r'action="([^"]+)"', form)[0] for form in usable} == {
        "/compartir/salir", "/idioma",
    }  # fmt: skip

    refused = guest.post("/demo/caja", {"pago": "card"})
    assert refused.status_code == 403
    assert "puedes verlo todo y no cambiar nada" in refused.text
    for name in OWNERS:
        answer = guest.http.post(
            f"{live_url}/api/demo/session/{name}",
            json={},
            headers={"Sec-Fetch-Site": "same-origin"},
        )
        assert (answer.status_code, answer.json()["code"]) == (403, "shared_read_only")
    left = guest.post("/compartir/salir")
    assert left.headers["Location"] == "/?hecho=salida"
    assert "demo_session" not in guest.http.cookies


def test_a_guest_who_works_along_is_out_when_the_link_is_closed(live_url: str) -> None:
    owner, guest = Reader(live_url).open("individual_bakery"), Reader(live_url)
    path = make_link(owner, "together")
    guest.post(path)
    product = guest.http.get(f"{live_url}/api/pos/products?per_page=100").json()["items"]
    one = next(each for each in product if each["stock"] >= 3)
    form = {f"u-{one['id']}": "1", "pago": "card", "clave": key_of(guest.get("/demo/caja").text)}
    sold = guest.post("/demo/caja", form)
    assert sold.status_code == 303
    assert owner.get(sold.headers["Location"]).status_code == 200
    for name in ("reiniciar", "terminar", "compartir", "ampliar"):
        refused = guest.post(f"/demo/sesion/{name}")
        assert refused.status_code == 403
        assert "es cosa suya" in refused.text
    assert PAGE not in links_of(guest.get("/demo/").text)

    shown = owner.get(PAGE).text
    assert "1 vez" in shown
    share = re.search(r'action="(/demo/sesion/compartir/[^"]+/cerrar)"', shown)
    assert share is not None
    owner.post(share[1])
    out = guest.get("/demo/")
    assert (out.status_code, "ya no está abierta" in out.text) == (410, True)
    assert guest.get(path).status_code == guest.post(path).status_code == 410
    assert owner.get("/demo/").status_code == 200


def test_programs_share_and_enter_and_the_end_of_the_session_ends_it_all(live_url: str) -> None:
    owner = Prospect(live_url).open("individual_bakery")
    made = owner.request(
        "POST", "/api/demo/session/shares", {"access": "together"}, {"Idempotency-Key": "k1"}
    )
    again = owner.request(
        "POST", "/api/demo/session/shares", {"access": "together"}, {"Idempotency-Key": "k1"}
    )
    assert (made.status, again.json) == (201, made.json)
    guest = Prospect(live_url)
    entered = guest.post("/api/demo/shares/open", {"secret": made.json["secret"]})
    assert (entered.status, entered.json["access"]) == (201, "together")
    guest.token = entered.json["session_token"]
    assert guest.get("/api/tenant").json == owner.get("/api/tenant").json
    [link] = owner.get("/api/demo/session/shares").json["items"]
    assert (link["opened"], "secret" in link) == (1, False)
    assert guest.get("/api/demo/session/shares").code == "shared_not_yours"
    assert guest.post("/api/demo/session/extend").code == "shared_not_yours"
    other = owner.post("/api/demo/session/shares", {"access": "read"})
    revoked = owner.post(f"/api/demo/session/shares/{link['id']}/revoke")
    assert [each["id"] for each in revoked.json["items"]] == [other.json["id"]]
    assert guest.get("/api/tenant").code == "share_closed"

    onlooker = Prospect(live_url)
    answer = onlooker.post("/api/demo/shares/open", {"secret": other.json["secret"]})
    onlooker.token = answer.json["session_token"]
    address = f"{live_url}/api/demo/session/current/events?until=end"
    request = urllib.request.Request(address, headers={"Authorization": f"Bearer {onlooker.token}"})
    with urllib.request.urlopen(request, timeout=20) as stream:
        assert stream.readline() == b"event: active\n"
        owner.post("/api/demo/session/destroy")
        assert onlooker.get("/api/tenant").code == "share_closed"
        assert b"event: destroyed\n" in iter(stream.readline, b"")
    late = Prospect(live_url).post("/api/demo/shares/open", {"secret": other.json["secret"]})
    assert (late.status, late.code) == (410, "share_closed")
    guess = Prospect(live_url).post("/api/demo/shares/open", {"secret": "A" * 22})
    assert (guess.status, guess.code) == (404, "share_unknown")
