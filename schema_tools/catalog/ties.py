"""Finds how a schema's objects come back to a schema through objects of other schemas.

A view over another schema's view over ours is a tie that no renaming cuts: the clone's view would
show the source's rows.
"""

from collections.abc import Set
from typing import Any

from psycopg import Connection

from ..compiler.draft import Key
from .reading import array, ask, query, reading

Place = tuple[str, int, int]
"""An object, or one of its columns: its catalog, its oid and the column's number."""

CHAIN = " → "


def find_ties(
    connection: "Connection[Any]", schema: str, members: Set[Key], goal: Set[Key]
) -> tuple[list[str], list[tuple[str, str]]]:
    """Return a chain of names for every member that needs something of `goal` by way of others.

    Also returns the functions on the way, with their bodies: what those need no catalog knows.
    What members need of each other is not followed, for it is of the schema itself.
    """
    with reading(connection, schema):
        before: dict[Place, Place | None] = {(*key, 0): None for key in members}
        ends: dict[Place, Place] = {}
        frontier = list(before)
        while frontier:
            reached = _needs_of(connection, frontier)
            frontier = []
            for place, needed in reached:
                if needed[:2] in goal and (needed[:2] not in members or before[place] is not None):
                    ends.setdefault(needed, place)
                elif needed not in before and needed[:2] not in members:
                    before[needed] = place
                    frontier.append(needed)
        chains = {_chain(connection, end, place, before) for end, place in ends.items()}
        outside = [place[1] for place in before if place[0] == "pg_proc" and before[place]]
        bodies = ask(
            connection,
            "SELECT oid::regprocedure::text, prosrc FROM pg_catalog.pg_proc"
            " WHERE oid = ANY (%s) ORDER BY 1",
            [outside],
        )
    return sorted(chains), [(name, body) for name, body in bodies]


def _needs_of(connection: "Connection[Any]", places: list[Place]) -> list[tuple[Place, Place]]:
    """Return pairs of a place and something that it needs."""
    values = {
        "classes": array(place[0] for place in places),
        "oids": array(place[1] for place in places),
        "numbers": array(place[2] for place in places),
    }
    rows = ask(connection, query("needs"), values)
    return [(places[at], (class_, oid, number)) for at, class_, oid, number in rows]


def _chain(
    connection: "Connection[Any]", end: Place, place: Place, before: dict[Place, Place | None]
) -> str:
    """Return the names from a member to where it comes back; a rule has its view's name."""
    places: list[Place] = [end]
    step: Place | None = place
    while step is not None:
        places.append(step)
        step = before[step]
    names: list[str] = []
    for class_, oid, _ in reversed(places):
        ((identity,),) = ask(
            connection,
            "SELECT (pg_identify_object(%s::regclass, %s, 0)).identity",
            [f"pg_catalog.{class_}", oid],
        )
        name = identity.rpartition(" on ")[2] if class_ == "pg_rewrite" else identity
        if names[-1:] != [name]:
            names.append(name)
    return CHAIN.join(names)
