"""Repairs the login of tenant transactions: hostile SQL can change its settings and its password.

Postgres lets every login do that to itself, and a tenant's SQL can return to the login by
`SET ROLE NONE`. `app.db` sets in each transaction what would change its meaning; here the rest is
repaired.
"""

import psycopg
import structlog
from psycopg import Connection, sql
from sqlalchemy import make_url

from app.database.logins import find_planted_settings, login_of
from app.sql_blocks import load_blocks

log = structlog.get_logger(__name__)

CONNECT_SECONDS = 5
_END_IDLE = load_blocks("app.database", "logins")["end_idle"]


def repair_login(owner_url: str, tenants_url: str) -> list[str]:
    """Remove planted settings, and set the password of `tenants_url` where it does not work.

    Return what was repaired: names of settings, or `password`. Settings that only a superuser can
    make are kept. Where one login serves all purposes nothing is done.

    Raises:
        psycopg.Error: the owner cannot connect, or may not alter the login.
    """
    login = login_of(tenants_url)
    if login == login_of(owner_url):
        return []
    with psycopg.connect(owner_url, autocommit=True) as owner:
        repaired = _remove_settings(owner, login)
        if _set_password(owner, owner_url, tenants_url):
            repaired.append("password")
        if repaired:
            owner.execute(_END_IDLE, [login])
            log.warning("login repaired", action="login_repaired", login=login, what=repaired)
    return repaired


def _remove_settings(owner: "Connection[tuple[object, ...]]", login: str) -> list[str]:
    planted = find_planted_settings(owner, login)
    for name, database in planted:
        where: sql.Composable = sql.SQL("")
        if database is not None:
            where = sql.SQL(" IN DATABASE {}").format(sql.Identifier(database))
        statement = sql.SQL("ALTER ROLE {}{} RESET {}")
        # A setting's name may have a dot, which is no part of an identifier.
        parts = sql.Identifier(*name.split("."))
        owner.execute(statement.format(sql.Identifier(login), where, parts))
    return [name for name, _ in planted]


def _set_password(
    owner: "Connection[tuple[object, ...]]", owner_url: str, tenants_url: str
) -> bool:
    """Set the login's password if it cannot connect with it. Return True if it now can."""
    given = make_url(tenants_url)
    # Asked of the server itself: a pooler in between may let old passwords in.
    direct = make_url(owner_url).set(username=given.username, password=given.password)
    url = direct.render_as_string(hide_password=False)
    if given.password is None or _connects(url):
        return False
    statement = sql.SQL("ALTER ROLE {} PASSWORD {}")
    login, password = sql.Identifier(given.username or ""), sql.Literal(given.password)
    owner.execute(statement.format(login, password))
    return _connects(url)


def _connects(url: str) -> bool:
    try:
        psycopg.connect(url, connect_timeout=CONNECT_SECONDS).close()
    except psycopg.OperationalError:
        return False
    return True
