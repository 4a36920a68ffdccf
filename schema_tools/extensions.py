"""Tells apart what extensions own in a schema: it comes with them and is never cloned."""

from typing import Any

Row = Any
"""A named tuple with the columns of its query."""

_CATALOG_OF = {
    "relations": "pg_class",
    "sequences": "pg_class",
    "indexes": "pg_class",
    "types": "pg_type",
    "functions": "pg_proc",
    "aggregates": "pg_proc",
    "operators": "pg_operator",
    "operator_classes": "pg_opclass",
    "collations": "pg_collation",
    "casts": "pg_cast",
    "statistics": "pg_statistic_ext",
}


def owned_by_extensions(rows: dict[str, list[Row]], edges: list[Row]) -> frozenset[tuple[str, int]]:
    """What extensions own, with the parts of it."""
    owned = {(m.class_, m.oid) for m in rows["members"] if m.of_extension}
    parts = [
        ((edge.class_, edge.oid), (edge.needed_class, edge.needed_oid))
        for edge in edges
        if edge.is_part
    ]
    parts += [(("pg_class", s.oid), ("pg_class", s.owner_table)) for s in rows["sequences"]]
    while owned:
        more = {part for part, whole in parts if whole in owned}
        if more <= owned:
            break
        owned |= more
    return frozenset(owned)


def without(rows: dict[str, list[Row]], owned: frozenset[tuple[str, int]]) -> dict[str, list[Row]]:
    """The rows but for those of what extensions own; the members still tell of them."""
    if not owned:
        return rows
    relations = {oid for class_, oid in owned if class_ == "pg_class"}

    def is_ours(kind: str, row: Row) -> bool:
        key = (_CATALOG_OF.get(kind, ""), getattr(row, "oid", 0))
        return key not in owned and getattr(row, "relation", None) not in relations

    return {
        kind: found if kind == "members" else [row for row in found if is_ours(kind, row)]
        for kind, found in rows.items()
    }
