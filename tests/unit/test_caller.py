"""The answer to an invalid credential."""

from types import SimpleNamespace

import pytest
from flask import Flask

from app.control.sessions.caller import SESSION_ERROR_KEY, SESSION_KEY, session_id_of
from app.errors import AppError


@pytest.mark.parametrize(
    ("code", "status", "retry_after"),
    [
        ("session_expired", 401, None),
        ("session_failed", 401, None),
        ("token_invalid", 401, None),
        ("csrf_refused", 403, None),
        ("too_many_failures", 429, "60"),
        ("unavailable", 503, "5"),
    ],
)
def test_only_an_ended_session_is_refused_as_expired(code, status, retry_after):
    environ = {SESSION_ERROR_KEY: code}
    with (
        Flask(__name__).test_request_context(environ_overrides=environ),
        pytest.raises(AppError) as refused,
    ):
        session_id_of(None)
    assert (refused.value.status, refused.value.error_code) == (status, code)
    assert refused.value.headers.get("Retry-After") == retry_after


def named_session(named, environ):
    with Flask(__name__).test_request_context(environ_overrides=environ):
        return session_id_of(named)


def test_the_session_that_a_request_names_needs_no_credential():
    assert named_session("demo_mine", {}) == "demo_mine"
    assert named_session("demo_mine", {SESSION_ERROR_KEY: "token_invalid"}) == "demo_mine"


def test_a_foreign_page_is_refused_though_it_names_the_session():
    with pytest.raises(AppError) as refused:
        named_session("demo_mine", {SESSION_ERROR_KEY: "csrf_refused"})
    assert refused.value.error_code == "csrf_refused"


def test_a_credential_opens_its_own_session_and_no_other():
    environ = {SESSION_KEY: SimpleNamespace(session_id="demo_mine", is_guest=False)}
    assert named_session(None, environ) == named_session("demo_mine", environ) == "demo_mine"
    with pytest.raises(AppError) as refused:
        named_session("demo_other", environ)
    assert refused.value.error_code == "foreign_session"


def test_a_guest_is_given_no_session_id():
    environ = {SESSION_KEY: SimpleNamespace(session_id="share_1", is_guest=True)}
    with pytest.raises(AppError) as refused:
        named_session(None, environ)
    assert refused.value.error_code == "shared_not_yours"


def test_without_a_name_and_a_credential_there_is_no_session():
    with pytest.raises(AppError) as refused:
        named_session(None, {})
    assert refused.value.error_code == "session_required"
