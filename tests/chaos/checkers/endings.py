"""Of a session that is over nothing answers any more, and nothing is kept."""

from collections.abc import Iterator

import redis

from tests.acceptance.client import Prospect
from tests.chaos.checkers.model import Checker, Scene
from tests.chaos.history import OVER

ASKED = 8
"""Ended sessions that are tried again, each several times: every process is to refuse them."""
TIMES = 4
ANONYMOUS = ("demo:rows:", "demo:progress:", "demo:set-aside:")
"""Figures of a tenant without personal data, which expire by themselves: the last within a week."""

ENDED = """
SELECT session_id, virtual_tenant_id, host(ip_address), user_agent
  FROM control.demo_sessions WHERE status IN ('destroyed', 'expired', 'failed')
"""


def nothing_is_kept(scene: Scene) -> list[str]:
    """Look for addresses, and for names of ended sessions in Redis."""
    found = []
    with scene.stack.database() as database, scene.stack.redis() as client:
        rows = database.execute(ENDED).fetchall()
        found += [
            f"session of {row[1]} keeps {row[2] or row[3]}" for row in rows if row[2] or row[3]
        ]
        names = {str(name) for row in rows for name in (row[0], row[1]) if name}
        names |= {name.replace("-", "") for name in names}
        for key, text in _contents(client):
            words = [name for name in names if name in key or name in text]
            if words and not key.startswith(ANONYMOUS):
                found.append(f"Redis key {key} names {words[0]}, which is over")
    return found


def _contents(client: "redis.Redis") -> Iterator[tuple[str, str]]:
    readers = {
        "string": client.get,
        "hash": client.hgetall,
        "list": lambda key: client.lrange(key, 0, -1),
        "set": client.smembers,
        "zset": lambda key: client.zrange(key, 0, -1),
        "stream": client.xrange,
    }
    for key in client.scan_iter(count=1000):
        if key.startswith("rq:") and not key.startswith("rq:queue:"):
            continue  # of jobs that are done or whose worker was killed: a day at most
        kind = client.type(key)
        if kind in readers:
            try:
                yield key, str(readers[kind](key))
            except UnicodeDecodeError:
                yield key, ""


def ended_are_refused(scene: Scene) -> list[str]:
    """Try sessions that are over, at every process."""
    found = list(scene.history.revived)
    for visit in scene.history.ended_visits()[-ASKED:]:
        for path in ("/api/tenant", "/api/orders") * (TIMES // 2):
            answer = Prospect(scene.stack.url, visit.token).get(path)
            if answer.status not in OVER:
                found.append(
                    f"a session that is over got {answer.status} from {path} ({visit.over})"
                )
    return found


CHECKERS = (
    Checker(
        "leftovers",
        "Of an ended session no address is left, and no key in Redis but RQ's jobs and a tenant's"
        " progress and count of rows, which expire.",
        nothing_is_kept,
    ),
    Checker(
        "ended", "A session that is over never answers again.", ended_are_refused, settles=False
    ),
)
