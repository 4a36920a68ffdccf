"""Measures a backend's memory over many sessions, with and without retirement of connections.

A web server for each value of `DB_SCHEMAS_PER_CONNECTION`, one process with one connection for
tenants, so that its backend serves every session. The servers take turns, session by session.
"""

from contextlib import ExitStack
from pathlib import Path
from typing import Any

import psycopg

from app.control.models import SessionStatus
from app.database.logins import login_of
from tests.acceptance.client import Prospect
from tests.bench.figures import counted, summary, timed, write_curves
from tests.bench.scale import open_sessions
from tests.fixtures.live import LiveSystem
from tests.fixtures.parts import Parts

VISIT = (
    "/api/inventory/ingredients", "/api/recipes", "/api/pos/products", "/api/sales/daily",
)  # fmt: skip
NEVER = 1_000_000
POINTS = 40
_SESSIONS = """
SELECT session_id FROM control.demo_sessions WHERE status = %s ORDER BY created_at LIMIT %s
"""
_LAST_USED = """
SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND usename = %s
 ORDER BY state_change DESC LIMIT 1
"""


class Served:
    """One web server, and what its visits cost."""

    def __init__(self, setting: int, url: str) -> None:
        self.name = "never retired" if setting == NEVER else f"{setting} tenants"
        self.setting = setting
        self.url = url
        self.first: list[float] = []
        self.again: list[float] = []
        self.curve: list[tuple[float, float]] = []
        self.most = self.most_of_control = 0.0

    def visit(self, token: str, times: list[float]) -> None:
        """Request the pages of one visit."""
        visitor = Prospect(self.url, token=token)
        for path in VISIT:
            times.append(timed(lambda path=path: _ask(visitor, path)))

    def look(self, observer: "psycopg.Connection", logins: tuple[str, str]) -> float:
        """Megabytes of the tenants' backend that was used last, which is this server's."""
        tenants, control = (_weigh_last(observer, login) for login in logins)
        self.most = max(self.most, tenants)
        self.most_of_control = max(self.most_of_control, control)
        return tenants


def _weigh_last(observer: "psycopg.Connection", login: str) -> float:
    row = observer.execute(_LAST_USED, [login]).fetchone()
    return 0.0 if row is None else megabytes(row[0])


def _ask(visitor: Prospect, path: str) -> None:
    answer = visitor.get(path)
    assert answer.status == 200, (path, answer.json)


def megabytes(pid: int) -> float:
    """Return a process's own memory, without shared buffers and the program's text."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except FileNotFoundError:  # retired since it was listed
        return 0.0
    for line in lines:
        if line.startswith("RssAnon:"):
            return int(line.split()[1]) / 1024
    return 0.0


def measure_memory(system: LiveSystem, parts: Parts, quick: bool) -> dict[str, Any]:
    """Serve every session through one backend, twice, and weigh it after each."""
    settings = (5, 10, NEVER) if quick else (10, 25, 50, 100, 200, NEVER)
    count = 40 if quick else 1000
    open_sessions(parts, count)
    tokens = _tokens(parts, count)
    with ExitStack() as stack:
        webs = []
        for setting in settings:
            extra = {"DB_SCHEMAS_PER_CONNECTION": str(setting), "DB_POOL_SIZE": "1"}
            url = stack.enter_context(system.web(**extra))
            webs.append(Served(setting, url))
        _serve_all(system, webs, tokens)
    write_curves(
        "lifecycle-memory", "Megabytes of a backend by sessions served", "sessions served",
        {web.name: web.curve for web in webs},
    )  # fmt: skip
    return {"sessions": len(tokens), **{web.name: _report(web, len(tokens)) for web in webs}}


def _tokens(parts: Parts, count: int) -> list[str]:
    with parts.engine.connect() as connection:
        rows = connection.exec_driver_sql(_SESSIONS, (SessionStatus.ACTIVE.value, count))
        secrets = [row[0] for row in rows]
    tokens = [parts.sessions.token_for(parts.sessions.fetch(secret)) for secret in secrets]
    return [token for token in tokens if token is not None]


def _serve_all(system: LiveSystem, webs: list[Served], tokens: list[str]) -> None:
    environment = system.environment
    logins = (
        login_of(environment["TENANT_DATABASE_URL"]), login_of(environment["WEB_DATABASE_URL"]),
    )  # fmt: skip
    every = max(1, len(tokens) // POINTS)
    with psycopg.connect(system.database_url, autocommit=True) as observer:
        for number, token in enumerate(counted(tokens, "serving every session"), 1):
            for web in _in_turn(webs, number):
                web.visit(token, web.first)
                now = web.look(observer, logins)
                if number % every == 0 or number == 1:
                    web.curve.append((number, round(now, 1)))
        for number, token in enumerate(counted(tokens, "serving every session again"), 1):
            for web in _in_turn(webs, number):
                web.visit(token, web.again)
                web.look(observer, logins)


def _in_turn(webs: list[Served], number: int) -> list[Served]:
    """Rotate the order, because the first one reads the tenant's pages from disk."""
    first = number % len(webs)
    return webs[first:] + webs[:first]


def _report(web: Served, sessions: int) -> dict[str, Any]:
    most = min(web.setting, sessions)
    start = web.curve[0][1]
    return {
        "first visit": summary(web.first),
        "second visit": summary(web.again),
        "most_mb": round(web.most, 1),
        "mb_after_one_session": start,
        "mb_per_session": round((web.most - start) / max(1, most - 1), 3),
        "most_mb_of_control": round(web.most_of_control, 1),
    }
