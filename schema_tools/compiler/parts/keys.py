"""Keys, indexes, foreign keys and extended statistics: what is built on rows that are there."""

from ...catalog.catalog import Catalog
from ...catalog.rows import Constraint, Index, Relation
from ...errors import UnsupportedObject
from ...plan import Phase
from ...text import comma, compose, ident, in_target
from ..draft import Draft, Key


def add_keys(draft: Draft, catalog: Catalog) -> None:
    """Add every index, every constraint that has one, and how partitions' indexes hang together."""
    relations = {row.oid: row for row in catalog.relations}
    constraints = {row.oid: row for row in catalog.constraints}
    indexes = {row.oid: row for row in catalog.indexes}
    for index in catalog.indexes:
        relation = relations[index.relation]
        parent = indexes.get(index.parent or 0)
        if not index.is_valid and index.kind == "i":
            reason = "it is invalid; REINDEX or drop it, then compile again"
            draft.refusals.found.append(UnsupportedObject("index", index.name, reason))
        constraint = constraints.get(index.constraint_oid or 0)
        key = _add_constraint(draft, index, constraint, relation) if constraint else None
        key = key or _add_index(draft, index, relation)
        draft.addresses[("pg_class", index.oid)] = f"INDEX {in_target(index.name)}"
        if parent is not None:
            _attach(draft, index, parent, key)
        _add_index_options(draft, index, relation, key)


def add_foreign_keys(draft: Draft, catalog: Catalog) -> None:
    """Add every foreign key that was made by a person, not by a partition's parent."""
    relations = {row.oid: row for row in catalog.relations}
    constraints = {row.oid: row for row in catalog.constraints}
    for constraint in catalog.constraints:
        if constraint.kind != "f":
            continue
        key: Key = ("pg_constraint", constraint.oid)
        relation = relations[constraint.relation]
        if constraint.parent:
            draft.claim(key, ("pg_constraint", _root(constraint, constraints)))
            draft.addresses[key] = (
                f"CONSTRAINT {ident(constraint.name)} ON {in_target(relation.name)}"
            )
            continue
        sql = compose(
            "ALTER TABLE {table} ADD CONSTRAINT {name} {definition}",
            table=in_target(relation.name),
            name=ident(constraint.name),
            definition=constraint.definition,
        )
        draft.add(
            key,
            Phase.FOREIGN_KEYS,
            "foreign key",
            f"{relation.name}.{constraint.name}",
            sql,
            needs=[("pg_class", relation.oid), ("rows", relation.oid)],
            address=f"CONSTRAINT {ident(constraint.name)} ON {in_target(relation.name)}",
        )


def _root(constraint: Constraint, constraints: dict[int, Constraint]) -> int:
    """Return the oid of the foreign key that a person made, at the top of the partition tree."""
    while constraint.parent in constraints:
        constraint = constraints[constraint.parent]
    return constraint.oid


def add_statistics(draft: Draft, catalog: Catalog) -> None:
    """Extended statistics objects."""
    for row in catalog.statistics:
        key: Key = ("pg_statistic_ext", row.oid)
        tail = ensure_tail(row.tail, "statistics object", row.name)
        name = in_target(row.name)
        address = f"STATISTICS {name}"
        draft.add(
            key,
            Phase.KEYS,
            "statistics object",
            row.name,
            f"CREATE STATISTICS {name}{tail}",
            needs=[("rows", row.relation)],
            address=address,
        )
        if row.target is not None:
            draft.add(
                ("statistics target", row.oid),
                Phase.KEYS,
                "statistics target",
                row.name,
                f"ALTER {address} SET STATISTICS {row.target}",
                needs=[key],
            )


def ensure_tail(tail: str | None, kind: str, name: str) -> str:
    """Return what the server prints after the object's name, if it prints as expected."""
    if tail is None:
        raise UnsupportedObject(kind, name, "this server prints its definition unlike expected")
    return tail


def _add_constraint(draft: Draft, index: Index, constraint: Constraint, relation: Relation) -> Key:
    key: Key = ("pg_constraint", constraint.oid)
    only = "ONLY " if relation.kind == "p" else ""
    sql = compose(
        "ALTER TABLE {only}{table} ADD CONSTRAINT {name} {definition}",
        only=only,
        table=in_target(relation.name),
        name=ident(constraint.name),
        definition=constraint.definition,
    )
    kind = {"p": "primary key", "u": "unique key", "x": "exclusion constraint"}[constraint.kind]
    draft.add(
        key,
        Phase.KEYS,
        kind,
        f"{relation.name}.{constraint.name}",
        sql,
        needs=[("rows", relation.oid)],
        address=f"CONSTRAINT {ident(constraint.name)} ON {in_target(relation.name)}",
    )
    draft.claim(("pg_class", index.oid), key)
    changes = []
    if index.options:
        pairs = [f"{ident(n)} = {v}" for n, _, v in (o.partition("=") for o in index.options)]
        changes.append(f"SET ({comma(pairs)})")
    if index.tablespace:
        changes.append(f"SET TABLESPACE {ident(index.tablespace)}")
    for number, change in enumerate(changes):
        draft.add(
            (f"index change {number}", index.oid),
            Phase.KEYS,
            "index option",
            index.name,
            f"ALTER INDEX {in_target(index.name)} {change}",
            needs=[key],
        )
    return key


def _add_index(draft: Draft, index: Index, relation: Relation) -> Key:
    key: Key = ("pg_class", index.oid)
    unique = "UNIQUE " if index.is_unique else ""
    only = "ONLY " if relation.kind == "p" else ""
    tail = ensure_tail(index.tail, "index", index.name)
    sql = f"CREATE {unique}INDEX {ident(index.name)} ON {only}{in_target(relation.name)}{tail}"
    needs: list[Key] = [("rows", relation.oid), ("refresh", relation.oid)]
    draft.add(key, Phase.KEYS, "index", index.name, sql, needs=needs)
    if index.tablespace:
        draft.add(
            ("index change 0", index.oid),
            Phase.KEYS,
            "index option",
            index.name,
            f"ALTER INDEX {in_target(index.name)} SET TABLESPACE {ident(index.tablespace)}",
            needs=[key],
        )
    return key


def _attach(draft: Draft, index: Index, parent: Index, key: Key) -> None:
    sql = compose(
        "ALTER INDEX {parent} ATTACH PARTITION {child}",
        parent=in_target(parent.name),
        child=in_target(index.name),
    )
    parent_key = draft.claims.get(("pg_class", parent.oid))
    needs = [key, parent_key or ("pg_class", parent.oid)]
    draft.add(
        ("attached index", index.oid), Phase.KEYS, "attached index", index.name, sql, needs=needs
    )


def _add_index_options(draft: Draft, index: Index, relation: Relation, key: Key) -> None:
    table, name = in_target(relation.name), ident(index.name)
    extra = []
    for target in index.statistics_targets or []:
        number, _, value = target.partition("=")
        extra.append(
            f"ALTER INDEX {in_target(index.name)} ALTER COLUMN {number} SET STATISTICS {value}"
        )
    if index.is_clustered:
        extra.append(f"ALTER TABLE {table} CLUSTER ON {name}")
    if index.is_identity:
        extra.append(f"ALTER TABLE {table} REPLICA IDENTITY USING INDEX {name}")
    for place, sql in enumerate(extra):
        draft.add(
            (f"index mark {place}", index.oid),
            Phase.KEYS,
            "index mark",
            index.name,
            sql,
            needs=[key],
        )


def add_replica_identities(draft: Draft, catalog: Catalog) -> None:
    """Tables whose replica identity is FULL or NOTHING; that of an index comes with the index."""
    words = {"f": "FULL", "n": "NOTHING"}
    for row in catalog.relations:
        if row.kind in ("r", "p", "m") and row.replica_identity in words:
            sql = (
                f"ALTER TABLE {in_target(row.name)} REPLICA IDENTITY {words[row.replica_identity]}"
            )
            draft.add(
                ("replica identity", row.oid),
                Phase.KEYS,
                "replica identity",
                row.name,
                sql,
                needs=[("pg_class", row.oid)],
            )
