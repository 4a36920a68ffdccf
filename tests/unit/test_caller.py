"""The answer to an invalid credential."""

import pytest
from flask import Flask

from app.control.sessions.caller import SESSION_ERROR_KEY, session_id_of
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
