"""Tells apart what extensions own in a schema: the clone uses it where it is."""

import re
from collections import defaultdict
from typing import TypeVar

from ..compiler.draft import Draft, Key, Node
from ..errors import UnsupportedObject
from ..text import BARE_SOURCE, BARE_TARGET, SOURCE, TARGET, shown_name
from .rows import Edge, Member, Row, Sequence

Kind = TypeVar("Kind", bound=Row)


def borrowed_from_extensions(
    members: dict[Key, Member], edges: list[Edge], sequences: list[Sequence]
) -> frozenset[Key]:
    """Return what extensions own, with the parts of it."""
    borrowed = {key for key, member in members.items() if member.of_extension}
    parts = [
        ((edge.class_, edge.oid), (edge.needed_class, edge.needed_oid))
        for edge in edges
        if edge.is_part
    ]
    parts += [(("pg_class", s.oid), ("pg_class", s.owner_table or 0)) for s in sequences]
    while borrowed:
        more = {part for part, whole in parts if whole in borrowed}
        if more <= borrowed:
            break
        borrowed |= more
    return frozenset(borrowed)


def own(rows: list[Kind], borrowed: frozenset[Key]) -> list[Kind]:
    """Return the rows but for those of what extensions own."""
    if not borrowed:
        return rows
    relations = {oid for class_, oid in borrowed if class_ == "pg_class"}

    def is_own(row: Kind) -> bool:
        key = (getattr(row, "class_", row.catalog), getattr(row, "oid", 0))
        return key not in borrowed and getattr(row, "relation", None) not in relations

    return [row for row in rows if is_own(row)]


_NAME = re.compile(
    f"({re.escape(TARGET)}|{re.escape(BARE_TARGET)})"
    r"""\.("(?:[^"]|"")*"|[^\W\d][\w$]*|[-+*/<>=~!@#%^&|`?]+)"""
)
"""A hole with the name that follows it."""


def use_in_place(
    draft: Draft,
    members: dict[Key, Member],
    borrowed: frozenset[Key],
    edges: list[Edge],
    schema: str,
) -> None:
    """Have the statements name what extensions own in the source, not in the clone.

    Where an extension's object and another one share a name, the catalog says which of them the
    statement's object needs.

    Raises:
        UnsupportedObject: it needs both, and the text cannot tell which is meant where.
    """
    if not borrowed:
        return
    names = whose_names(members, borrowed)
    needs: dict[Key, dict[str, set[bool]]] = defaultdict(lambda: defaultdict(set))
    for edge in edges:
        needed = (edge.needed_class, edge.needed_oid)
        maker = draft.claims.get((edge.class_, edge.oid))
        name = _name_of(members[needed])
        if maker is not None and name is not None:
            needs[maker][name].add(needed in borrowed)
    for key, node in draft.nodes.items():
        if TARGET in node.sql or BARE_TARGET in node.sql:
            node.sql = _in_place(node, names, needs[key])
            node.identity = name_in_place(node.identity, names, schema)


def name_in_place(text: str, names: dict[str, set[bool]], schema: str) -> str:
    """Name what only extensions own as the server does when it prints the clone."""

    def name(found: re.Match[str]) -> str:
        is_borrowed = names.get(_plain(found.group(2))) == {True}
        return f"{shown_name(schema)}.{found.group(2)}" if is_borrowed else found.group()

    return _NAME.sub(name, text)


def whose_names(members: dict[Key, Member], borrowed: frozenset[Key]) -> dict[str, set[bool]]:
    """Return the names in the schema, and whether extensions own what has them."""
    names: dict[str, set[bool]] = defaultdict(set)
    for key, member in members.items():
        if (name := _name_of(member)) is not None:
            names[name].add(key in borrowed)
    return names


def _in_place(node: Node, names: dict[str, set[bool]], needs: dict[str, set[bool]]) -> str:
    def resolve(found: re.Match[str]) -> str:
        hole, name = found.groups()
        plain = _plain(name)
        whose = names.get(plain, {False})
        if len(whose) == 2:
            whose = needs.get(plain, {False})
        if len(whose) == 2:
            raise UnsupportedObject(
                node.kind,
                node.shown,
                f"it needs an extension's {plain} and another object of that name; rename that one",
            )
        if True in whose:
            hole = SOURCE if hole == TARGET else BARE_SOURCE
        return f"{hole}.{name}"

    return _NAME.sub(resolve, node.sql)


def _name_of(member: Member) -> str | None:
    """Return the last part of a member's own name, where it stands in the schema by itself."""
    found = _NAME.match(member.identity)
    return _plain(found.group(2)) if found else None


def _plain(name: str) -> str:
    """Return a name as the catalog has it."""
    return name[1:-1].replace('""', '"') if name.startswith('"') else name
