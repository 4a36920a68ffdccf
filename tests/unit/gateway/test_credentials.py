"""Which session a request names, and whether a cookie was sent by our own page."""

from datetime import timedelta
from typing import Any

import pytest

from gateway import Refused, SessionTokens
from gateway.http.csrf import ensure_own_form, ensure_same_origin
from gateway.http.log_context import ensure_request_id
from gateway.sessions.credentials import Source, find_credential
from gateway.sessions.record import utc_now

MINE, OTHER = "demo_" + "m" * 22, "demo_" + "o" * 22
TOKENS = SessionTokens("s" * 32)
LATER = utc_now() + timedelta(minutes=30)
GOOD = TOKENS.issue(MINE, LATER)
FOREIGN = TOKENS.issue(OTHER, LATER)
STALE = TOKENS.issue(OTHER, utc_now() - timedelta(minutes=1))
BAD = SessionTokens("x" * 32).issue(MINE, LATER)


def code_of(caught: pytest.ExceptionInfo[Refused]) -> str:
    return caught.value.refusal.code


@pytest.mark.parametrize(
    ("environ", "source"),
    [
        ({"HTTP_AUTHORIZATION": f"Bearer {GOOD}"}, Source.BEARER),
        ({"HTTP_AUTHORIZATION": f"bearer  {GOOD} "}, Source.BEARER),
        ({"HTTP_X_DEMO_SESSION_ID": MINE}, Source.HEADER),
        ({"HTTP_COOKIE": f"a=b; demo_session={GOOD}"}, Source.COOKIE),
        ({"HTTP_COOKIE": f"demo_session={GOOD}; demo_session={GOOD}"}, Source.COOKIE),
        ({"HTTP_COOKIE": f"demo_session={GOOD}", "HTTP_X_DEMO_SESSION_ID": MINE}, Source.HEADER),
        ({"HTTP_AUTHORIZATION": f"Bearer {GOOD}", "HTTP_COOKIE": "demo_session=x"}, Source.BEARER),
        (
            {"HTTP_AUTHORIZATION": f"Bearer {GOOD}", "HTTP_COOKIE": f"demo_session={STALE}"},
            Source.BEARER,
        ),
        (
            {"HTTP_AUTHORIZATION": "Basic b3BzOng=", "HTTP_COOKIE": f"demo_session={GOOD}"},
            Source.COOKIE,
        ),
    ],
)
def test_a_good_credential_is_found(environ: dict[str, Any], source: Source) -> None:
    credential = find_credential(environ, TOKENS)
    assert credential is not None
    assert (credential.session_id, credential.source) == (MINE, source)
    assert MINE not in repr(credential)


@pytest.mark.parametrize(
    "environ",
    [
        {},
        {"HTTP_AUTHORIZATION": "Basic b3BzOng="},
        {"HTTP_AUTHORIZATION": f"Digest {GOOD}"},
        {"HTTP_COOKIE": "a=b"},
        {"HTTP_COOKIE": ";=;"},
    ],
)
def test_no_credential_is_none(environ: dict[str, Any]) -> None:
    assert find_credential(environ, TOKENS) is None


@pytest.mark.parametrize(
    ("environ", "code"),
    [
        ({"HTTP_AUTHORIZATION": f"Bearer {MINE}"}, "token_invalid"),
        ({"HTTP_AUTHORIZATION": "Bearer"}, "token_invalid"),
        ({"HTTP_AUTHORIZATION": f"Bearer {BAD}"}, "token_invalid"),
        ({"HTTP_AUTHORIZATION": f"Bearer {STALE}"}, "session_expired"),
        ({"HTTP_AUTHORIZATION": f"Bearer {GOOD},Bearer {GOOD}"}, "token_invalid"),
        ({"HTTP_AUTHORIZATION": "Bearer", "HTTP_X_DEMO_SESSION_ID": MINE}, "token_invalid"),
        ({"HTTP_COOKIE": f"demo_session={MINE}"}, "token_invalid"),
        ({"HTTP_COOKIE": "demo_session="}, "token_invalid"),
        ({"HTTP_X_DEMO_SESSION_ID": ""}, "session_unknown"),
        ({"HTTP_X_DEMO_SESSION_ID": GOOD}, "session_unknown"),
        ({"HTTP_X_DEMO_SESSION_ID": f"{MINE},{MINE}"}, "session_unknown"),
        ({"HTTP_X_DEMO_SESSION_ID": MINE + "é"}, "session_unknown"),
        (
            {"HTTP_AUTHORIZATION": f"Bearer {GOOD}", "HTTP_X_DEMO_SESSION_ID": OTHER},
            "conflicting_credentials",
        ),
        (
            {"HTTP_AUTHORIZATION": f"Bearer {GOOD}", "HTTP_COOKIE": f"demo_session={FOREIGN}"},
            "conflicting_credentials",
        ),
        (
            {"HTTP_COOKIE": f"demo_session={GOOD}; demo_session={BAD}; demo_session={FOREIGN}"},
            "conflicting_credentials",
        ),
        (
            {"HTTP_COOKIE": f"demo_session={GOOD}; demo_session={FOREIGN}"},
            "conflicting_credentials",
        ),
    ],
)
def test_a_bad_credential_is_refused(environ: dict[str, Any], code: str) -> None:
    with pytest.raises(Refused) as caught:
        find_credential(environ, TOKENS)
    assert code_of(caught) == code


def posted(**changes: str) -> dict[str, Any]:
    environ = {
        "REQUEST_METHOD": "POST",
        "HTTP_HOST": "demo.example",
        "SERVER_NAME": "demo.example",
        "SERVER_PORT": "80",
        "wsgi.url_scheme": "http",
        "CONTENT_TYPE": "application/json",
        "CONTENT_LENGTH": "2",
    } | changes
    return {key: value for key, value in environ.items() if value != "absent"}


SAME = {"HTTP_SEC_FETCH_SITE": "same-origin"}


@pytest.mark.parametrize(
    "changes",
    [
        SAME,
        {"HTTP_SEC_FETCH_SITE": "none"},
        {"HTTP_ORIGIN": "http://demo.example"},
        {"HTTP_ORIGIN": "http://demo.example:80"},
        {"HTTP_ORIGIN": "https://demo.example"},
        {"HTTP_ORIGIN": "https://demo.example", "wsgi.url_scheme": "https"},
        {"HTTP_ORIGIN": "https://demo.example:443"},
        {"HTTP_ORIGIN": "http://DEMO.example"},
        {"HTTP_ORIGIN": "http://demo.example:8000", "HTTP_HOST": "demo.example:8000"},
        {"HTTP_ORIGIN": "http://[::1]:8000", "HTTP_HOST": "[::1]:8000"},
        SAME | {"CONTENT_TYPE": "application/json; charset=utf-8"},
        SAME | {"CONTENT_TYPE": "absent", "CONTENT_LENGTH": "0"},
        SAME | {"CONTENT_TYPE": "absent", "CONTENT_LENGTH": "absent"},
        {"REQUEST_METHOD": "GET", "HTTP_SEC_FETCH_SITE": "cross-site"},
    ],
)
def test_our_own_page_may_act_with_the_cookie(changes: dict[str, str]) -> None:
    ensure_same_origin(posted(**changes), Source.COOKIE)


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"HTTP_SEC_FETCH_SITE": "cross-site"},
        {"HTTP_SEC_FETCH_SITE": "same-site"},
        {"HTTP_SEC_FETCH_SITE": ""},
        {"HTTP_SEC_FETCH_SITE": "same-origin,cross-site"},
        {"HTTP_SEC_FETCH_SITE": "cross-site", "HTTP_ORIGIN": "http://demo.example"},
        {"HTTP_ORIGIN": "null"},
        {"HTTP_ORIGIN": ""},
        {"HTTP_ORIGIN": "http://evil.example"},
        {"HTTP_ORIGIN": "http://demo.example.evil.example"},
        {"HTTP_ORIGIN": "http://demo.example:81"},
        {"HTTP_ORIGIN": "http://demo.example:x"},
        {"HTTP_ORIGIN": "http://[demo.example"},
        {"HTTP_ORIGIN": "chrome-extension://demo.example"},
        {"HTTP_ORIGIN": "//demo.example"},
        {"HTTP_ORIGIN": "http://demo.example", "wsgi.url_scheme": "https"},
        SAME | {"CONTENT_TYPE": "text/plain"},
        SAME | {"CONTENT_TYPE": "application/x-www-form-urlencoded"},
        SAME | {"CONTENT_TYPE": "text/plain; application/json"},
        SAME | {"CONTENT_TYPE": "absent"},
        SAME | {"CONTENT_TYPE": "text/plain", "CONTENT_LENGTH": "0"},
        SAME | {"CONTENT_TYPE": "", "CONTENT_LENGTH": "", "HTTP_TRANSFER_ENCODING": "chunked"},
    ],
)
@pytest.mark.parametrize("method", ["POST", "PUT"])
def test_another_site_may_not_act_with_the_cookie(method: str, changes: dict[str, str]) -> None:
    environ = posted(**({"REQUEST_METHOD": method} | changes))
    with pytest.raises(Refused) as caught:
        ensure_same_origin(environ, Source.COOKIE)
    assert code_of(caught) == "csrf_refused"
    for source in (Source.BEARER, Source.HEADER):
        ensure_same_origin(environ, source)


@pytest.mark.parametrize("given", ["abcdefgh", "5f0c1d2e-3b4a-4c5d-8e6f-7a8b9c0d1e2f"])
def test_a_sane_request_id_is_taken_over(given: str) -> None:
    environ = {"HTTP_X_REQUEST_ID": given}
    assert ensure_request_id(environ) == given


@pytest.mark.parametrize(
    "given", ["", "short", "a" * 65, "with space", "línea-nueva", "a\r\nb: cc"]
)
def test_any_other_request_id_is_replaced(given: str) -> None:
    environ = {"HTTP_X_REQUEST_ID": given}
    assert ensure_request_id(environ) == environ["HTTP_X_REQUEST_ID"] != given
    assert len(ensure_request_id({})) == 32


FORM = SAME | {"CONTENT_TYPE": "application/x-www-form-urlencoded"}


@pytest.mark.parametrize(
    "changes",
    [
        FORM,
        FORM | {"HTTP_SEC_FETCH_SITE": "absent", "HTTP_ORIGIN": "http://demo.example"},
        SAME | {"CONTENT_TYPE": "absent", "CONTENT_LENGTH": "0"},
        {"REQUEST_METHOD": "GET", "HTTP_SEC_FETCH_SITE": "cross-site"},
    ],
)
def test_our_own_page_may_send_a_form(changes: dict[str, str]) -> None:
    ensure_own_form(posted(**changes))


@pytest.mark.parametrize(
    "changes",
    [
        {"HTTP_SEC_FETCH_SITE": "absent"},
        {"HTTP_SEC_FETCH_SITE": "none"},
        {"HTTP_SEC_FETCH_SITE": "same-site"},
        {"HTTP_SEC_FETCH_SITE": "cross-site", "HTTP_ORIGIN": "http://demo.example"},
        {"HTTP_SEC_FETCH_SITE": "absent", "HTTP_ORIGIN": "null"},
        {"HTTP_SEC_FETCH_SITE": "absent", "HTTP_ORIGIN": "http://evil.example"},
        {"CONTENT_TYPE": "application/json"},
        {"CONTENT_TYPE": "text/plain"},
        {"CONTENT_TYPE": "multipart/form-data; boundary=x"},
        {"CONTENT_TYPE": "absent"},
    ],
)
def test_another_site_may_not_send_a_form_and_a_form_is_no_json(changes: dict[str, str]) -> None:
    with pytest.raises(Refused) as caught:
        ensure_own_form(posted(**(FORM | changes)))
    assert code_of(caught) == "csrf_refused"
