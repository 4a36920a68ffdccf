"""Stores a batch of events and adds it to visits and totals, in one transaction."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Engine

from app.insights.ingest.stream import Event
from app.insights.ingest.totals import (
    MEASURES,
    MODULE_MEASURES,
    Changes,
    margins_of,
    pairs_of,
    weeks_of,
)
from app.insights.ingest.visits import BOUNDED, OTHER, STEPS, Visit, dimensions
from app.sql_blocks import load_statements

_SQL = load_statements("app.insights", "ingest")

MOST_EVENTS = 1000
"""Events that are kept of one visit; further ones are counted, not stored."""
MOST_SOURCES = 300
"""Sources that are told apart on one day; others are one: anyone can make them up."""
MOST_ENDED = 500

VISIT_KEY = ("day", "account_type", "scenario", "source", "language", "device")
MARGIN_KEY = ("day", "account_type", "dimension", "value")
WEEK_KEY = ("week", "account_type", "scenario", "source", "language")
PAIR_KEY = ("day", "account_type", "dimension", "value", "other", "other_value")
MODULE_KEY = ("day", "account_type", "module")
EVENT_KEY = ("day", "kind", "detail")


@dataclass(frozen=True, slots=True)
class Stored:
    """How many events of a batch were new, and how many were too many of their visits."""

    new: int
    cut: int


def store(engine: Engine, events: Sequence[Event], *, with_sessions: bool = True) -> Stored:
    """Store the events that are not stored yet.

    The partitions of their days must exist. Only what was inserted is added up, and both are one
    transaction, so that a batch that comes twice counts once. Without `with_sessions` the steps
    are kept without their visit, which is added up all the same.
    """
    with engine.begin() as connection:
        sessions = {event.session for event in events if event.session is not None}
        visits = _lock(connection, sessions)
        kept = [event for event in events if not _is_too_much(event, visits)]
        new = _insert(connection, kept, with_sessions)
        changes = Changes()
        touched: dict[UUID, Visit] = {}
        for event in sorted(new, key=lambda each: each.at):
            _count(event, visits, touched, changes)
        _bound_sources(connection, touched.values(), changes)
        for visit in touched.values():
            changes.take(visit, 1)
        _save(connection, touched.values(), changes)
        return Stored(len(new), len(events) - len(kept))


def end_visits(engine: Engine) -> int:
    """Note how visits ended, by their sessions' rows; return of how many."""
    with engine.begin() as connection:
        rows = connection.execute(_SQL["ended_visits"], {"most": MOST_ENDED})
        ended: dict[UUID, str] = {row.session: row.ended_by for row in rows}
        visits, changes = _lock(connection, ended), Changes()
        for visit in visits.values():
            changes.take(visit, -1)
            visit.ended_by = ended[visit.session]
            changes.take(visit, 1)
        _save(connection, visits.values(), changes)
        return len(visits)


def purge_visits(engine: Engine, retention_days: float) -> int:
    """Delete the visits whose sessions' rows are deleted; the totals keep them. Return how many."""
    with engine.begin() as connection:
        oldest = {"oldest": retention_days * 86_400}
        return connection.execute(_SQL["purge_visits"], oldest).rowcount


def _lock(connection: Connection, sessions: Iterable[UUID]) -> dict[UUID, Visit]:
    rows = connection.execute(_SQL["lock_visits"], {"sessions": list(sessions)}).mappings()
    return {row["session"]: Visit.from_row(row) for row in rows}


def _is_too_much(event: Event, visits: dict[UUID, Visit]) -> bool:
    known = None if event.session is None else visits.get(event.session)
    return known is not None and known.events >= MOST_EVENTS and event.kind in BOUNDED


def _insert(connection: Connection, events: Sequence[Event], with_sessions: bool) -> list[Event]:
    rows = [
        {
            "at": event.at.timestamp(),
            "id": event.id,
            "kind": event.kind,
            "version": event.version,
            "session": str(event.session) if with_sessions and event.session else None,
            "details": event.details,
        }
        for event in events
    ]
    new = set(connection.scalars(_SQL["insert_events"], {"events": json.dumps(rows)}))
    # A copy in the same batch has the same id.
    return list({event.id: event for event in events if event.id in new}.values())


def _count(
    event: Event, visits: dict[UUID, Visit], touched: dict[UUID, Visit], changes: Changes
) -> None:
    details, day = event.details, event.at.date()
    what = details.get("reason") or details.get("module") or details.get("by") or ""
    changes.events[(day, event.kind, details.get("step") or what)] += 1
    if event.session is None:
        _count_untracked(event, changes)
        return
    visit = touched.get(event.session)
    if visit is None:
        visit = visits.get(event.session)
        if visit is None:
            if event.kind not in (*STEPS, "created"):
                return  # of a visitor who wants no record of the visit
            visit = Visit(event.session, event.at, event.at)
        changes.take(visit, -1)
        touched[event.session] = visit
    visit.add(event)


def _count_untracked(event: Event, changes: Changes) -> None:
    measure = {"landed": "landed", "created": "untracked"}.get(event.kind)
    if measure is not None:
        found = dimensions(event.details)
        key = (event.at.date(), event.details.get("account_type", ""), *found.values())
        changes.add(key, Counter({measure: 1}))


def _bound_sources(connection: Connection, visits: Iterable[Visit], changes: Changes) -> None:
    known: dict[date, set[str]] = {}

    def bounded(day: date, source: str) -> str:
        if day not in known:
            known[day] = set(connection.scalars(_SQL["sources_of_day"], {"day": day}))
        if source not in known[day] and len(known[day]) >= MOST_SOURCES:
            return OTHER
        known[day].add(source)
        return source

    for visit in visits:
        if visit.created_at is not None:
            visit.source = bounded(visit.created_at.date(), visit.source)
    for key in [key for key, counts in changes.visits.items() if min(counts.values()) >= 0]:
        source = bounded(key[0], key[3])
        if source != key[3]:
            changes.add((*key[:3], source, *key[4:]), changes.visits.pop(key))


def _save(connection: Connection, visits: Iterable[Visit], changes: Changes) -> None:
    rows = [visit.as_row() for visit in visits]
    if rows:
        connection.execute(_SQL["save_visits"], {"visits": json.dumps(rows)})
    events = {key: Counter(events=count) for key, count in changes.events.items()}
    _add(connection, "add_visit_totals", VISIT_KEY, MEASURES, changes.visits)
    margins = margins_of(changes.visits)
    _add(connection, "add_visit_margins", MARGIN_KEY, MEASURES, margins)
    _add(connection, "add_visit_weeks", WEEK_KEY, MEASURES, weeks_of(changes.visits))
    _add(connection, "add_visit_pairs", PAIR_KEY, MEASURES, pairs_of(changes.visits))
    _add(connection, "add_module_totals", MODULE_KEY, MODULE_MEASURES, changes.modules)
    _add(connection, "add_event_totals", EVENT_KEY, ("events",), events)


def _add(
    connection: Connection,
    statement: str,
    key: Sequence[str],
    measures: Sequence[str],
    changes: Mapping[Any, "Counter[str]"],
) -> None:
    rows = [
        {**dict(zip(key, map(str, values), strict=True)), **dict.fromkeys(measures, 0), **counts}
        for values, counts in changes.items()
        if any(counts.values())
    ]
    if rows:
        connection.execute(_SQL[statement], {"totals": json.dumps(rows)})
