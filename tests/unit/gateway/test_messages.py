"""The statuses of refusals, and when they say to come again."""

from gateway.messages import REFUSALS

EXPECTED = {
    "session_required": 401,
    "token_invalid": 401,
    "session_unknown": 401,
    "session_expired": 401,
    "session_destroyed": 401,
    "session_failed": 401,
    "conflicting_credentials": 401,
    "session_pending": 409,
    "csrf_refused": 403,
    "ambiguous_path": 400,
    "not_found": 404,
    "unavailable": 503,
    "rate_limited": 429,
    "quota_exceeded": 429,
    "too_many_at_once": 429,
    "too_many_failures": 429,
    "too_many_logins": 503,
    "internal_error": 500,
    "demo_restriction": 403,
    "share_closed": 401,
    "shared_read_only": 403,
    "shared_not_yours": 403,
}


def test_each_code_has_its_status():
    assert {(each.code, each.status) for each in REFUSALS} == set(EXPECTED.items())


def test_what_will_pass_by_itself_says_when_to_come_again():
    passing = {each.code for each in REFUSALS if each.retry_after is not None}
    assert passing == {code for code, status in EXPECTED.items() if status in (409, 429, 503)}
