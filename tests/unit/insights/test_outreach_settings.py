"""Settings of leads and mail that contradict each other stop the start with a sentence."""

import pytest

from app.settings.table import ConfigurationError, load_settings

MAIL = {
    "SMTP_URL": "smtps://user:word@mail.example",
    "SMTP_FROM": "demo@masamadre.example",
    "PUBLIC_URL": "https://demo.example/",
}


def load(monkeypatch, **values):
    needed = {"DATABASE_URL": "postgresql://x", "REDIS_URL": "redis://x", "JWT_SECRET": "s" * 32}
    for name, value in (needed | values).items():
        monkeypatch.setenv(name, value)
    return load_settings()


def test_mail_that_is_whole_is_taken(monkeypatch):
    assert load(monkeypatch, **MAIL).public_url == "https://demo.example"
    keys = load(monkeypatch, LEADS_KEYS=f"{'a' * 32}, {'b' * 32}").lead_keys
    assert keys == ("a" * 32, "b" * 32)


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"SMTP_FROM": ""}, "SMTP_FROM and PUBLIC_URL"),
        ({"PUBLIC_URL": ""}, "SMTP_FROM and PUBLIC_URL"),
        ({"PUBLIC_URL": "demo.example"}, "https://"),
        ({"SMTP_URL": "http://mail.example"}, "smtps"),
        ({"SMTP_URL": "smtp://user:word@mail.example"}, "a password is sent by"),
        ({"LEADS_KEYS": f"{'a' * 32},short"}, "32 characters"),
    ],
)
def test_what_cannot_work_stops_the_start(monkeypatch, wrong, sentence):
    with pytest.raises(ConfigurationError, match=sentence):
        load(monkeypatch, **(MAIL | wrong))
