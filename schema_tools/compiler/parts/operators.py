"""Operators, operator families and classes, and casts."""

from collections import defaultdict

from ...catalog.catalog import Catalog
from ...catalog.rows import Operator, OperatorClass, OperatorFamily, OperatorMember
from ...errors import UnsupportedObject
from ...plan import Phase
from ...text import TARGET, comma, compose, ident, in_target
from ..draft import Draft, Key

CONTEXTS = {"e": "", "a": " AS ASSIGNMENT", "i": " AS IMPLICIT"}


def add_operators(draft: Draft, catalog: Catalog) -> None:
    """Add every operator; a commutator or negator that comes later is a shell meanwhile."""
    for row in catalog.operators:
        identity = f"{row.name} ({row.left_type or 'NONE'}, {row.right_type})"
        if row.function == "-":
            reason = "it is a shell without a function; drop it"
            draft.refusals.found.append(UnsupportedObject("operator", identity, reason))
        options = [f"FUNCTION = {row.function}"]
        if row.left_type:
            options.append(f"LEFTARG = {row.left_type}")
        options.append(f"RIGHTARG = {row.right_type}")
        options += [f"{name} = {value}" for name, value in _operator_options(row) if value]
        options += [
            name for name, value in (("HASHES", row.can_hash), ("MERGES", row.can_merge)) if value
        ]
        draft.add(
            ("pg_operator", row.oid),
            Phase.DEFINE,
            "operator",
            identity,
            f"CREATE OPERATOR {TARGET}.{row.name} ({comma(options)})",
            address=f"OPERATOR {TARGET}.{identity}",
        )


def _operator_options(row: Operator) -> list[tuple[str, str | None]]:
    return [
        ("COMMUTATOR", row.commutator and f"OPERATOR({row.commutator})"),
        ("NEGATOR", row.negator and f"OPERATOR({row.negator})"),
        ("RESTRICT", row.restrict),
        ("JOIN", row.join),
    ]


def add_operator_classes(draft: Draft, catalog: Catalog) -> None:
    """Add every operator family, then every class with the members that are its own."""
    members: dict[tuple[str, int], list[OperatorMember]] = defaultdict(list)
    for member in catalog.operator_members:
        members[(member.owner_class, member.owner_oid)].append(member)
    for family in catalog.operator_families:
        _add_family(draft, family, members[("pg_opfamily", family.oid)])
    for row in catalog.operator_classes:
        _add_class(draft, row, members[("pg_opclass", row.oid)])


def _add_family(draft: Draft, row: OperatorFamily, members: list[OperatorMember]) -> None:
    key: Key = ("pg_opfamily", row.oid)
    address = f"OPERATOR FAMILY {in_target(row.name)} USING {ident(row.access_method)}"
    draft.add(key, Phase.DEFINE, "operator family", row.name, f"CREATE {address}", address=address)
    if members:
        sql = compose("ALTER {address} ADD {items}", address=address, items=_items(members))
        own: Key = ("family members", row.oid)
        draft.add(own, Phase.DEFINE, "operator family members", row.name, sql, needs=[key])
        for member in members:
            draft.claim((member.class_, member.oid), own)


def _add_class(draft: Draft, row: OperatorClass, members: list[OperatorMember]) -> None:
    key: Key = ("pg_opclass", row.oid)
    items = _items(members, row.storage)
    address = f"OPERATOR CLASS {in_target(row.name)} USING {ident(row.access_method)}"
    sql = compose(
        "CREATE OPERATOR CLASS {name}{default} FOR TYPE {type} USING {method} FAMILY {family}"
        " AS {items}",
        name=in_target(row.name),
        default=" DEFAULT" if row.is_default else "",
        type=row.type,
        method=ident(row.access_method),
        family=row.family,
        items=items or f"STORAGE {row.type}",
    )
    needs: list[Key] = [("pg_opfamily", row.family_oid)]
    draft.add(key, Phase.DEFINE, "operator class", row.name, sql, needs=needs, address=address)
    for member in members:
        draft.claim((member.class_, member.oid), key)


def _items(members: list[OperatorMember], storage: str | None = None) -> str:
    items = []
    for m in members:
        if m.class_ == "pg_amop":
            order = f" FOR ORDER BY {m.sort_family}" if m.sort_family else ""
            items.append(f"OPERATOR {m.number} {m.object}{order}")
        else:
            items.append(f"FUNCTION {m.number} ({m.left_type}, {m.right_type}) {m.object}")
    if storage:
        items.append(f"STORAGE {storage}")
    return comma(items)


def add_casts(draft: Draft, catalog: Catalog) -> None:
    """Casts from or to a type of the schema, but for those that come with a type.

    They are made after the rows, whose values are read from text by the types alone.
    """
    for row in catalog.casts:
        how = {"f": f"WITH FUNCTION {row.function}", "i": "WITH INOUT", "b": "WITHOUT FUNCTION"}[
            row.method
        ]
        address = f"CAST ({row.source} AS {row.target})"
        draft.add(
            ("pg_cast", row.oid),
            Phase.KEYS,
            "cast",
            f"({row.source} AS {row.target})",
            f"CREATE {address} {how}{CONTEXTS[row.context]}",
            needs=[
                ("pg_type", row.source_oid),
                ("pg_type", row.target_oid),
                ("pg_proc", row.function_oid),
            ],
            address=address,
        )
