"""Checks of the settings: secrets, transport, and what cookies say."""

from collections.abc import Iterator
from ipaddress import ip_address
from urllib.parse import parse_qs, urlsplit

from app.control.operators.doctor.finding import Finding, ok, warning
from app.control.services import ControlServices

SECRET_LENGTH = 32
"""Characters: 128 bits as hexadecimal digits."""

COMMAND = 'python -c "import secrets; print(secrets.token_hex(32))"'


def check_secrets(services: ControlServices) -> Iterator[Finding]:
    """Check that secrets are long, and not one for two uses."""
    settings = services.settings
    secrets = {"JWT_SECRET": settings.jwt_secret, "OPS_PASSWORD": settings.ops_password}
    if settings.tenant_secret:
        secrets["TENANT_SECRET"] = settings.tenant_secret
    for name, value in secrets.items():
        check = f"settings.{name.lower()}"
        if not value:
            yield warning(
                check, f"{name} is not set", "the operators' pages are closed",
                f"{name}=$({COMMAND})",
            )  # fmt: skip
        elif len(value) < SECRET_LENGTH and name != "OPS_PASSWORD":
            yield warning(
                check, f"{name} has {len(value)} characters", "it could be guessed",
                f"{name}=$({COMMAND})",
            )  # fmt: skip
        else:
            yield ok(check, f"{name} is set")
    if settings.tenant_secret and settings.tenant_secret == settings.jwt_secret:
        yield warning(
            "settings.one_secret", "JWT_SECRET and TENANT_SECRET are the same",
            "who learns one opens sessions and schemas", f"TENANT_SECRET=$({COMMAND})",
        )  # fmt: skip


def check_transport(services: ControlServices) -> Iterator[Finding]:
    """Check that what leaves this host is encrypted, and that the server's certificate is read."""
    settings = services.settings
    for name in ("database_url", "web_database_url", "tenant_database_url"):
        url = getattr(settings, name)
        if not url:
            continue
        check, parts = f"settings.{name}", urlsplit(url)
        mode = parse_qs(parts.query).get("sslmode", ["prefer"])[0]
        if _is_near(parts.hostname) or mode == "verify-full":
            yield ok(check, f"sslmode={mode} to {parts.hostname or 'a socket'}")
        else:
            yield warning(
                check, f"{name.upper()} has sslmode={mode}",
                "nothing proves that this server is ours",
                f"Add ?sslmode=verify-full&sslrootcert=… to {name.upper()}.",
            )  # fmt: skip
    parts = urlsplit(settings.redis_url)
    if parts.scheme in ("rediss", "unix") or _is_near(parts.hostname):
        yield ok("settings.redis_url", f"{parts.scheme} to {parts.hostname or 'a socket'}")
    else:
        yield warning(
            "settings.redis_url", "REDIS_URL is not encrypted",
            "session records can be read on the way", "REDIS_URL=rediss://…",
        )  # fmt: skip


def check_cookies(services: ControlServices) -> Iterator[Finding]:
    """Check that a browser sends the session's cookie over TLS only."""
    if services.settings.cookie_secure:
        yield ok("settings.cookie_secure", "the session's cookie is sent over TLS only")
    else:
        yield warning(
            "settings.cookie_secure", "COOKIE_SECURE is off",
            "a browser sends the session's cookie without TLS too", "COOKIE_SECURE=true",
        )  # fmt: skip


def _is_near(host: str | None) -> bool:
    """Return True for a host that is this one, or a socket."""
    if not host or host == "localhost" or host.startswith("/"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
