"""What is learnt from a request: source, device and language, and no name."""

import pytest
from flask import Flask

from app.insights.events.kinds import KINDS, ensure_valid
from app.insights.events.request import (
    clean,
    device_of,
    is_private,
    language_of,
    link_of,
    visit_context,
)

APP = Flask(__name__)
CHROME = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36"
PIXEL = "Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 Chrome/140.0 Mobile Safari"
GALAXY_TAB = "Mozilla/5.0 (Linux; Android 14; SM-X710) AppleWebKit/537.36 Chrome/140.0 Safari"


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("Newsletter_May", "newsletter_may"),
        ("<script>alert(1)</script>", "script alert 1 script"),
        ("carmen@example.com", None),
        ("carmen%40example.com", None),
        ("600123456", None),
        ("x" * 500, "x" * 64),
        ("  ", None),
        ("\x00\x1f", None),
        (None, None),
    ],
)
def test_a_parameter_is_cleaned_and_bounded(given, kept):
    assert clean(given) == kept


@pytest.mark.parametrize(
    ("agent", "device"),
    [
        (CHROME, "computer"),
        (PIXEL, "phone"),
        (GALAXY_TAB, "tablet"),
        ("Mozilla/5.0 (iPad; CPU OS 18_0 like Mac OS X) Mobile/15E148", "tablet"),
        ("Mozilla/5.0 (compatible; Googlebot/2.1)", "robot"),
        ("curl/8.5", "robot"),
        ("", "robot"),
    ],
)
def test_a_device_is_a_class(agent, device):
    assert device_of(agent) == device


@pytest.mark.parametrize(
    ("accepted", "language"), [("es-ES,es;q=0.9", "es"), ("EN", "en"), ("*", None), ("", None)]
)
def test_a_language_is_two_letters(accepted, language):
    assert language_of(accepted) == language


def test_of_a_referrer_only_the_host_is_kept_and_of_our_own_nothing():
    headers = {"Referer": "https://news.example/carmen?token=1", "User-Agent": CHROME}
    with APP.test_request_context("/?utm_source=Mail&gclid=9", headers=headers):
        context = visit_context()
    assert context == {"source": "mail", "referrer": "news.example", "device": "computer"}
    ensure_valid("landed", context)
    with APP.test_request_context("/", headers={"Referer": "http://localhost/entrar"}):
        assert "referrer" not in visit_context()


@pytest.mark.parametrize("referrer", ["http://[", "not a url", "http://a.example:port/"])
def test_a_hostile_referrer_is_no_error(referrer):
    with APP.test_request_context("/", headers={"Referer": referrer}):
        ensure_valid("landed", visit_context())


@pytest.mark.parametrize("header", ["DNT", "Sec-GPC"])
def test_signals_of_privacy_are_seen(header):
    with APP.test_request_context("/", headers={header: "1"}):
        assert is_private()
    with APP.test_request_context("/", headers={header: "0"}):
        assert not is_private()
    assert not is_private()


def test_a_link_is_a_word():
    assert link_of("Ab3-x") == {"link": "ab3-x"}
    assert link_of("../etc") == {}
    assert set(KINDS["landed"].fields) >= {"link"}
