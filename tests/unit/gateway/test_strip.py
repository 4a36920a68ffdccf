"""Headers that a client must not set are removed, in every spelling."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.http.strip import strip_untrusted

UNTRUSTED = [
    "X-Tenant-Id",
    "X-Demo-Tenant-Id",
    "X-Virtual-Tenant-Id",
    "X-Tenant-Schema",
    "X-Tenant",
    "Tenant",
    "X-Schema",
    "X-Search-Path",
    "X-HTTP-Method-Override",
    "X-HTTP-Method",
    "X-Method-Override",
    "X-Original-URL",
    "X-Rewrite-URL",
]
NEEDED = {
    "HTTP_X_DEMO_SESSION_ID": "demo_x",
    "HTTP_AUTHORIZATION": "Bearer x",
    "HTTP_COOKIE": "demo_session=x",
    "HTTP_HOST": "localhost",
    "HTTP_X_FORWARDED_FOR": "10.0.0.1",
    "HTTP_X_REQUEST_ID": "abcdefgh",
    "REQUEST_METHOD": "GET",
    "PATH_INFO": "/api/tenant",
    "QUERY_STRING": "tenant=1&page=2",
    "wsgi.url_scheme": "http",
}


@settings(suppress_health_check=[HealthCheck.too_slow])  # a busy machine is not our fault
@given(
    st.sampled_from(UNTRUSTED),
    st.lists(st.tuples(st.sampled_from(["", "_", "-", "__", "-_"]), st.booleans()), min_size=24),
)
def test_no_spelling_of_an_untrusted_header_gets_through(
    name: str, spelling: list[tuple[str, bool]]
) -> None:
    plain = name.replace("-", "")
    spelled = "".join(
        (letter.upper() if upper else letter.lower()) + gap
        for letter, (gap, upper) in zip(plain, spelling, strict=False)
    )
    environ: dict[str, Any] = NEEDED | {f"HTTP_{spelled}": "forged"}
    strip_untrusted(environ)
    assert environ == NEEDED


@pytest.mark.parametrize("key", ["masa_madre.session", "masa_madre.anything", "gateway.record"])
def test_reserved_keys_are_removed(key: str) -> None:
    environ: dict[str, Any] = NEEDED | {key: object()}
    strip_untrusted(environ)
    assert environ == NEEDED


@pytest.mark.parametrize(
    ("query", "kept"),
    [
        ("_method=DELETE", ""),
        ("a=1&_method=DELETE&b=2", "a=1&b=2"),
        ("_METHOD=DELETE&a=1", "a=1"),
        ("%5Fmethod=DELETE&a=1", "a=1"),
        ("a=1&_method", "a=1"),
        ("+_method=DELETE&a", "a"),
        ("my_method=x&q=_method", "my_method=x&q=_method"),
        ("a=%2F&&b=", "a=%2F&&b="),
    ],
)
def test_the_method_field_leaves_the_query(query: str, kept: str) -> None:
    environ: dict[str, Any] = {"QUERY_STRING": query}
    strip_untrusted(environ)
    assert environ["QUERY_STRING"] == kept
