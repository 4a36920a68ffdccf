"""Moves the events of visits from their stream in Redis into Postgres.

A job of its own on the schedule, not a step of cleanup: the live page wants to be seconds behind,
and many events must not keep sessions from being ended.
"""

import time

from app.insights.ingest.partitions import keep_partitions, oldest_kept
from app.insights.ingest.store import end_visits, store
from app.insights.ingest.stream import EventStream
from jobs.services import JobServices

AT_ONCE = 1000
SECONDS = 30.0
"""For so long one run goes on; the next one, seconds later, does the rest."""

Report = dict[str, int]


def ingest_events(services: JobServices) -> Report:
    """Store what is in the stream; return the counts. One process at a time.

    Events are deleted from the stream after they are committed. A run that is killed in between
    finds them again, and stores none twice. Redis and database errors pass: what is in the stream
    stays there.
    """
    days, with_sessions = services.settings.demo_events_days, services.settings.demo_recordings
    report = {"stored": 0, "rejected": 0, "lost": 0, "ended": 0}
    report["dropped_days"] = len(keep_partitions(services.engine, days))
    stream, until = EventStream(services.redis), time.monotonic() + SECONDS
    while time.monotonic() < until:
        batch = stream.read(AT_ONCE, oldest_kept(days))
        if batch.events:
            stored = store(services.engine, batch.events, with_sessions=with_sessions)
            report["stored"] += stored.new
            report["lost"] += stored.cut
        stream.acknowledge(batch.entries)
        report["rejected"] += batch.rejected
        if len(batch.entries) < AT_ONCE:
            break
    report["ended"] = end_visits(services.engine)
    report["lost"] += sum(stream.take_lost().values())
    for kind in ("rejected", "lost"):
        if report[kind]:
            services.health.count_incident(f"events_{kind}", report[kind])
    return report
