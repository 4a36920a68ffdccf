"""Session tokens: only our own and unexpired ones are read."""

import base64
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest

from gateway import ExpiredToken, InvalidToken, SessionTokens

NOW = datetime(2026, 3, 1, 12, 0, 0, 250_000, UTC)
EXPIRES = NOW + timedelta(minutes=30)
SECRET = "s" * 32
OTHER = "o" * 32
SESSION_ID = "demo_" + "a" * 22


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def tokens(clock: Clock) -> SessionTokens:
    return SessionTokens(SECRET, clock=clock)


def claims(**changes: Any) -> dict[str, Any]:
    base: dict[str, Any] = {
        "iss": "masa-madre",
        "aud": "demo-session",
        "iat": int(NOW.timestamp()),
        "exp": int(EXPIRES.timestamp()),
        "sid": SESSION_ID,
    }
    return {key: value for key, value in (base | changes).items() if value is not ...}


def sign(payload: Any, key: str = SECRET, algorithm: str = "HS256", **header: Any) -> str:
    # Not through jwt.encode, which refuses to make some of the tokens that an attacker makes.
    def part(value: Any) -> bytes:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=")

    head = part({"alg": algorithm, "typ": "JWT", "kid": "1"} | header)
    message = head + b"." + part(payload)
    names = {"HS256", "HS384", "HS512"}
    implementation = jwt.get_algorithm_by_name(algorithm if algorithm in names else "HS256")
    signature = implementation.sign(message, key.encode()) if algorithm != "none" else b""
    return (message + b"." + base64.urlsafe_b64encode(signature).rstrip(b"=")).decode()


def test_a_token_gives_back_its_session(tokens: SessionTokens) -> None:
    token = tokens.issue(SESSION_ID, EXPIRES)
    assert tokens.read(token) == SESSION_ID
    assert jwt.get_unverified_header(token) == {"alg": "HS256", "typ": "JWT", "kid": "1"}
    assert tokens.read(sign(claims())) == SESSION_ID


def test_a_token_lasts_to_the_second_that_its_session_ends_in(
    tokens: SessionTokens, clock: Clock
) -> None:
    token = tokens.issue(SESSION_ID, EXPIRES)
    clock.now = EXPIRES
    assert tokens.read(token) == SESSION_ID
    clock.now = EXPIRES.replace(microsecond=0) + timedelta(seconds=1)
    with pytest.raises(ExpiredToken):
        tokens.read(token)


def test_a_clock_a_little_behind_takes_a_fresh_token(tokens: SessionTokens, clock: Clock) -> None:
    token = tokens.issue(SESSION_ID, EXPIRES)
    clock.now = NOW - timedelta(seconds=30)
    assert tokens.read(token) == SESSION_ID


@pytest.mark.parametrize(
    "token",
    [
        "",
        "x",
        "a.b.c",
        "..",
        SESSION_ID,
        "é" * 20,
        "A" * 5000,
        sign(claims(), algorithm="none"),
        sign(claims(), algorithm="none", alg="None"),
        sign(claims(), algorithm="HS512"),
        sign(claims(), alg="RS256"),
        sign(claims(), key=OTHER),
        sign(claims(), kid="2"),
        sign(claims(), kid=None),
        sign(claims(), kid=["1"]),
        sign(claims(), kid={"1": 1}),
        sign(claims(), kid="../../dev/null"),
        sign(claims(), crit=["x"], x=1),
        sign(claims(), crit=["b64"], b64=False),
        sign(claims(iss="another issuer")),
        sign(claims(iss=["masa-madre"])),
        sign(claims(aud="another-service")),
        sign(claims(aud=["demo-session", "another"])),
        sign(claims(aud=None)),
        sign(claims(iss=...)),
        sign(claims(aud=...)),
        sign(claims(exp=...)),
        sign(claims(iat=...)),
        sign(claims(sid=...)),
        sign(claims(sid=None)),
        sign(claims(sid=7)),
        sign(claims(sid=[SESSION_ID])),
        sign(claims(sid="not-a-session")),
        sign(claims(sid=SESSION_ID + "\n")),
        sign(claims(exp=True)),
        sign(claims(exp="never")),
        sign(claims(exp=str(2**40))),
        sign(claims(exp=2.0**40)),
        sign(claims(exp=float("inf"))),
        sign(claims(exp=float("nan"))),
        sign(claims(exp=None)),
        sign(claims(iat="now")),
        sign(claims(nbf=2**40)),
        sign([]),
        sign("text"),
        sign(None),
    ],
)
def test_what_is_not_ours_is_invalid(tokens: SessionTokens, token: str) -> None:
    with pytest.raises(InvalidToken):
        tokens.read(token)


def test_a_forged_expired_token_is_invalid_and_not_expired(
    tokens: SessionTokens, clock: Clock
) -> None:
    clock.now = EXPIRES + timedelta(days=1)
    with pytest.raises(InvalidToken):
        tokens.read(sign(claims(), key=OTHER))
    with pytest.raises(ExpiredToken):
        tokens.read(sign(claims()))


def test_every_part_of_a_token_is_signed(tokens: SessionTokens) -> None:
    token = tokens.issue(SESSION_ID, EXPIRES)
    head, payload, signature = token.split(".")
    other = tokens.issue("demo_" + "b" * 22, EXPIRES).split(".")[1]
    for forged in (f"{head}.{other}.{signature}", f"{head}.{payload}.", f"{head}.{payload}"):
        with pytest.raises(InvalidToken):
            tokens.read(forged)


def test_keys_rotate_by_kid(clock: Clock) -> None:
    old = SessionTokens({"a": SECRET}, clock=clock)
    both = SessionTokens({"b": OTHER, "a": SECRET}, clock=clock)
    new = SessionTokens({"b": OTHER}, clock=clock)
    before, after = old.issue(SESSION_ID, EXPIRES), both.issue(SESSION_ID, EXPIRES)
    assert both.read(before) == both.read(after) == new.read(after) == SESSION_ID
    for reader, token in ((old, after), (new, before)):
        with pytest.raises(InvalidToken):
            reader.read(token)


def test_a_weak_or_missing_secret_is_refused() -> None:
    with pytest.raises(ValueError, match="shorter than the 32 bytes"):
        SessionTokens("short")
    with pytest.raises(ValueError, match="shorter than the 32 bytes"):
        SessionTokens("s" * 31)
    with pytest.raises(ValueError, match="at least one secret"):
        SessionTokens({})


def test_what_would_make_a_useless_token_is_refused(tokens: SessionTokens) -> None:
    with pytest.raises(ValueError, match="session id"):
        tokens.issue("x", EXPIRES)
    with pytest.raises(ValueError, match="time zone"):
        tokens.issue(SESSION_ID, EXPIRES.replace(tzinfo=None))
