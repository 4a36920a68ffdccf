"""Types: enums, domains, composites and ranges."""

from collections import defaultdict

from ...catalog.catalog import Catalog
from ...catalog.rows import Column, Constraint, Range, Type
from ...errors import UnsupportedObject
from ...plan import Phase
from ...text import comma, compose, ident, in_target, literal
from ..draft import Draft, Key


def add_types(draft: Draft, catalog: Catalog) -> None:
    """Add every type but the row types of tables; arrays and multiranges come with theirs."""
    columns: dict[int, list[Column]] = defaultdict(list)
    for column in catalog.columns:
        columns[column.relation].append(column)
    ranges = {row.type_oid: row for row in catalog.ranges}
    checks: dict[int, list[Constraint]] = defaultdict(list)
    for constraint in catalog.constraints:
        if constraint.domain:
            checks[constraint.domain].append(constraint)
    for row in catalog.types:
        with draft.refusing(("pg_type", row.oid)):
            if row.kind == "d":
                _add_domain(draft, row, checks[row.oid])
            else:
                _add_type(draft, row, columns[row.relation or 0], ranges.get(row.oid))


def _add_type(draft: Draft, row: Type, columns: list[Column], details: Range | None) -> None:
    key: Key = ("pg_type", row.oid)
    name = in_target(row.name)
    if row.kind == "e":
        labels = comma([literal(label) for label in row.labels or []])
        sql = f"CREATE TYPE {name} AS ENUM ({labels})"
    elif row.kind == "c":
        relation: Key = ("pg_class", row.relation or 0)
        sql = f"CREATE TYPE {name} AS ({_attributes(columns)})"
        draft.claim(relation, key)
        draft.addresses[relation] = f"TYPE {name}"
    elif row.kind == "r" and details is not None:
        sql = _range(row, details)
        multirange: Key = ("pg_type", details.multirange_oid)
        draft.addresses[multirange] = f"TYPE {in_target(details.multirange_name)}"
    else:
        raise UnsupportedObject(
            "type", row.name, "base and shell types need functions in C; create it outside"
        )
    draft.add(key, Phase.DEFINE, "type", row.name, sql, address=f"TYPE {name}")


def _attributes(columns: list[Column]) -> str:
    return comma(
        [
            f"{ident(c.name)} {c.type}" + (f" COLLATE {c.collation}" if c.collation else "")
            for c in columns
        ]
    )


def _range(row: Type, details: Range) -> str:
    options = [
        f"SUBTYPE = {details.subtype}",
        f"MULTIRANGE_TYPE_NAME = {in_target(details.multirange_name)}",
    ]
    for name, value in (
        ("SUBTYPE_OPCLASS", details.operator_class),
        ("COLLATION", details.collation),
        ("SUBTYPE_DIFF", details.subtype_diff),
    ):
        if value:
            options.append(f"{name} = {value}")
    if details.canonical:
        raise UnsupportedObject(
            "range type", row.name, "a canonical function needs a shell type; create it outside"
        )
    return compose(
        "CREATE TYPE {name} AS RANGE ({options})", name=in_target(row.name), options=comma(options)
    )


def _add_domain(draft: Draft, row: Type, checks: list[Constraint]) -> None:
    key: Key = ("pg_type", row.oid)
    pieces = [f"CREATE DOMAIN {in_target(row.name)} AS {row.base}"]
    if row.collation:
        pieces.append(f"COLLATE {row.collation}")
    if row.default_expression is not None:
        pieces.append(f"DEFAULT {row.default_expression}")
    late = []
    named_not_null = any(check.kind == "n" for check in checks)
    if row.not_null and not named_not_null:
        pieces.append("NOT NULL")
    for check in checks:
        if check.is_validated and not check.calls_functions:
            pieces.append(f"CONSTRAINT {ident(check.name)} {_domain_check(check)}")
        else:
            late.append(check)
    address = f"DOMAIN {in_target(row.name)}"
    draft.add(key, Phase.DEFINE, "domain", row.name, " ".join(pieces), address=address)
    for check in checks:
        own: Key = ("pg_constraint", check.oid)
        address = f"CONSTRAINT {ident(check.name)} ON DOMAIN {in_target(row.name)}"
        draft.addresses[own] = address
        if check not in late:
            draft.claim(own, key)
            continue
        sql = compose(
            "ALTER DOMAIN {domain} ADD CONSTRAINT {name} {definition}",
            domain=in_target(row.name),
            name=ident(check.name),
            definition=check.definition,
        )
        phase = Phase.DEFINE if check.is_validated else Phase.KEYS
        draft.add(own, phase, "domain constraint", f"{row.name}.{check.name}", sql, needs=[key])


def _domain_check(check: Constraint) -> str:
    return "NOT NULL" if check.kind == "n" else check.definition
