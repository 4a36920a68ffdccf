"""Triggers, rules and policies: what must not act while rows are copied."""

from ...catalog.catalog import Catalog
from ...catalog.rows import Policy, Trigger
from ...plan import Phase
from ...text import comma, compose, ident, in_target
from ..draft import Draft, Key

TRIGGER_STATES = {
    "O": "ENABLE TRIGGER",
    "D": "DISABLE TRIGGER",
    "R": "ENABLE REPLICA TRIGGER",
    "A": "ENABLE ALWAYS TRIGGER",
}
RULE_STATES = {
    "O": "ENABLE RULE",
    "D": "DISABLE RULE",
    "R": "ENABLE REPLICA RULE",
    "A": "ENABLE ALWAYS RULE",
}
COMMANDS = {"r": "SELECT", "a": "INSERT", "w": "UPDATE", "d": "DELETE", "*": "ALL"}


def add_triggers(draft: Draft, catalog: Catalog) -> None:
    """Add every trigger; a partition's comes with the parent's, but has a state of its own."""
    relations = {row.oid: row for row in catalog.relations}
    triggers = {row.oid: row for row in catalog.triggers}
    for row in catalog.triggers:
        key: Key = ("pg_trigger", row.oid)
        relation = relations[row.relation]
        table = in_target(relation.name)
        needs = [("pg_class", row.relation), ("rows", row.relation)]
        identity = f"{relation.name}.{row.name}"
        if row.parent:
            draft.claim(key, ("pg_trigger", _root(row, triggers)))
            draft.addresses[key] = f"TRIGGER {ident(row.name)} ON {table}"
        else:
            draft.add(
                key,
                Phase.LOGIC,
                "trigger",
                identity,
                row.definition,
                needs=needs,
                address=f"TRIGGER {ident(row.name)} ON {table}",
            )
        if row.constraint_oid is not None:
            draft.claim(("pg_constraint", row.constraint_oid), draft.claims[key])
        if row.state != (row.parent_state or "O"):
            sql = compose(
                "ALTER TABLE ONLY {table} {state} {name}",
                table=table,
                state=TRIGGER_STATES[row.state],
                name=ident(row.name),
            )
            own = ("trigger state", row.oid)
            needed = ("pg_trigger", _root(row, triggers))
            draft.add(
                own,
                Phase.LOGIC,
                "trigger state",
                identity,
                sql,
                needs=[needed, ("trigger state", row.parent)],
            )


def _root(row: Trigger, triggers: dict[int, Trigger]) -> int:
    """Return the oid of the trigger that a person made, at the top of the partition tree."""
    while row.parent:
        row = triggers[row.parent]
    return row.oid


def add_rules(draft: Draft, catalog: Catalog) -> None:
    """Add every rule that a person made."""
    relations = {row.oid: row for row in catalog.relations}
    for row in catalog.rules:
        if row.is_view:
            continue
        relation = relations[row.relation]
        key: Key = ("pg_rewrite", row.oid)
        identity = f"{relation.name}.{row.name}"
        draft.add(
            key,
            Phase.LOGIC,
            "rule",
            identity,
            row.definition.rstrip().removesuffix(";"),
            needs=[("pg_class", row.relation), ("rows", row.relation)],
            address=f"RULE {ident(row.name)} ON {in_target(relation.name)}",
        )
        if row.state != "O":
            sql = (
                f"ALTER TABLE {in_target(relation.name)} {RULE_STATES[row.state]} {ident(row.name)}"
            )
            draft.add(
                ("rule state", row.oid), Phase.LOGIC, "rule state", identity, sql, needs=[key]
            )


def add_policies(draft: Draft, catalog: Catalog) -> None:
    """Add every row security policy."""
    relations = {row.oid: row for row in catalog.relations}
    for row in catalog.policies:
        table = relations[row.relation].name
        draft.add(
            ("pg_policy", row.oid),
            Phase.LOGIC,
            "policy",
            f"{table}.{row.name}",
            _policy(row, table),
            needs=[("pg_class", row.relation), ("rows", row.relation)],
            address=f"POLICY {ident(row.name)} ON {in_target(table)}",
        )


def _policy(row: Policy, table: str) -> str:
    sql = compose(
        "CREATE POLICY {name} ON {table} AS {kind} FOR {command} TO {roles}",
        name=ident(row.name),
        table=in_target(table),
        kind="PERMISSIVE" if row.is_permissive else "RESTRICTIVE",
        command=COMMANDS[row.command],
        roles=comma(row.roles),
    )
    if row.using_expression is not None:
        sql += f" USING ({row.using_expression})"
    if row.check_expression is not None:
        sql += f" WITH CHECK ({row.check_expression})"
    return sql
