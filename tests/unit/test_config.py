"""What a process needs to be told before it starts."""

import pytest

from app.settings.table import ConfigurationError, load_settings

OWNER, WEB, TENANTS = (f"postgresql://{role}@127.0.0.1/bakery" for role in ("owner", "web", "ten"))
LOGINS = {"DATABASE_URL": OWNER, "WEB_DATABASE_URL": WEB, "TENANT_DATABASE_URL": TENANTS}


@pytest.fixture
def environment(monkeypatch, tmp_path):
    """An environment without settings of ours, but for Redis and the secret."""
    for name in LOGINS:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("STATE_DIR", str(tmp_path))
    monkeypatch.setenv("REDIS_URL", "redis://127.0.0.1")
    monkeypatch.setenv("JWT_SECRET", "a secret for tests, at least 32 bytes long")
    return monkeypatch


def test_the_two_lesser_logins_are_enough_for_the_web_server(environment):
    environment.setenv("WEB_DATABASE_URL", WEB)
    environment.setenv("TENANT_DATABASE_URL", TENANTS)
    settings = load_settings()
    assert (settings.web_database_url, settings.tenant_url) == (WEB, TENANTS)
    with pytest.raises(ConfigurationError, match="DATABASE_URL is not set: only the web server"):
        _ = settings.owner_url


@pytest.mark.parametrize("given", [(), ("WEB_DATABASE_URL",), ("TENANT_DATABASE_URL",)])
def test_without_one_of_them_the_owners_login_is_needed(environment, given):
    for name in given:
        environment.setenv(name, LOGINS[name])
    with pytest.raises(ConfigurationError, match=r"^DATABASE_URL is not set\. Postgres 15"):
        load_settings()


def test_the_owners_login_serves_all_three_purposes(environment):
    environment.setenv("DATABASE_URL", OWNER)
    settings = load_settings()
    assert (settings.owner_url, settings.tenant_url) == (OWNER, OWNER)


def test_the_local_stacks_file_is_not_read_beside_a_login_that_is_given(environment, tmp_path):
    (tmp_path / "stack.env").write_text(f"DATABASE_URL={OWNER}\n")
    assert load_settings().owner_url == OWNER
    environment.setenv("WEB_DATABASE_URL", WEB)
    environment.setenv("TENANT_DATABASE_URL", TENANTS)
    assert load_settings().database_url == ""
