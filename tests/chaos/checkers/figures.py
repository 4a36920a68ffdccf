"""Statistics, events, leads and webhooks equal what the visitors did."""

from tests.acceptance.client import Prospect
from tests.chaos.checkers.model import Checker, Scene
from tests.chaos.history import Outcome

COUNTS, BATCHES = "{gateway:activity}:counts", "{gateway:activity}:batches"
TWICE = """
SELECT format('%s %s events of one session', count(*), kind) FROM control.events
 WHERE kind IN ('created', 'ended', 'expired') AND session IS NOT NULL
 GROUP BY session, kind HAVING count(*) > 1
"""


def sessions_are_counted(scene: Scene) -> list[str]:
    """Compare the sessions that visitors opened with the rows and the public figure."""
    opening = scene.history.opening
    with scene.stack.database() as database:
        (rows,) = database.execute("SELECT count(*) FROM control.demo_sessions").fetchone() or (0,)
    found = []
    if not opening["done"] <= int(str(rows)) <= opening["done"] + opening["unknown"]:
        found.append(f"{rows} sessions are there, {dict(opening)} were opened")
    told = Prospect(scene.stack.url).get("/api/demo/stats").json["total_sessions"]
    if told != rows:
        found.append(f"/api/demo/stats says {told} sessions of {rows}")
    return found


def events_are_counted_once(scene: Scene) -> list[str]:
    """Look for events that were counted twice."""
    with scene.stack.database() as database:
        return [str(row[0]) for row in database.execute(TWICE)]


def leads_are_kept_once(scene: Scene) -> list[str]:
    """Compare the addresses that visitors left with the rows."""
    done = scene.history.leads[Outcome.DONE.value]
    most = done + scene.history.leads[Outcome.UNKNOWN.value]
    with scene.stack.database() as database:
        (rows,) = database.execute("SELECT count(*) FROM control.leads").fetchone() or (0,)
    if done <= int(str(rows)) <= most:
        return []
    return [f"{rows} leads are there, {done} were acknowledged and {most} sent"]


def webhooks_arrive(scene: Scene) -> list[str]:
    """Compare what the CRM was sent with what had to be sent."""
    ids = {
        headers.get("webhook-id", headers.get("Webhook-Id")) for headers in scene.stack.crm.headers
    }
    with scene.stack.database() as database:
        rows = database.execute("SELECT id, kind FROM control.webhook_messages").fetchall()
        made = database.execute("SELECT count(*) FROM control.demo_sessions").fetchone() or (0,)
    missing = [kind for name, kind in rows if name not in ids]
    found = [f"a webhook {kind} did not arrive" for kind in missing[:3]]
    queued = sum(kind == "session.created" for _, kind in rows)
    if queued != made[0]:
        found.append(f"{queued} webhooks session.created for {made[0]} sessions")
    return found


def requests_are_counted(scene: Scene) -> list[str]:
    """Look for counts of requests that cleanup has not moved to Postgres."""
    with scene.stack.redis() as client:
        waiting = client.hlen(COUNTS) + client.scard(BATCHES)
    return [f"{waiting} counts of requests wait in Redis"] if waiting else []


CHECKERS = (
    Checker("activity", "Counts of requests do not stay in Redis.", requests_are_counted),
    Checker("statistics", "The figures count each session once.", sessions_are_counted),
    Checker("events", "No event is counted twice.", events_are_counted_once),
    Checker("leads", "Each address that was acknowledged is kept, once.", leads_are_kept_once),
    Checker("webhooks", "Each webhook arrives at least once.", webhooks_arrive),
)
