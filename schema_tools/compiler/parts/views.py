"""Views and materialised views."""

from collections import defaultdict

from ...catalog.catalog import Catalog
from ...catalog.rows import Column, Relation
from ...plan import Phase
from ...text import comma, compose, ident, in_target, storage_options
from ..draft import Draft, Key, Node
from .columns import add_column_options


def add_views(draft: Draft, catalog: Catalog) -> None:
    """Add every view, with a stand-in for circles; materialised ones are filled after all rows."""
    returns = {rule.relation: rule.oid for rule in catalog.rules if rule.is_view}
    columns: dict[int, list[Column]] = defaultdict(list)
    for column in catalog.columns:
        columns[column.relation].append(column)
    row_keys = [key for key in draft.nodes if key[0] == "rows"]
    for row in catalog.relations:
        if row.kind not in ("v", "m"):
            continue
        key: Key = ("pg_class", row.oid)
        if row.kind == "v":
            _add_view(draft, row, columns[row.oid])
        else:
            _add_materialised_view(draft, row, row_keys)
            add_column_options(draft, row, columns[row.oid])
        draft.claim(("pg_rewrite", returns[row.oid]), key)
        name = in_target(row.name)
        draft.addresses[("pg_rewrite", returns[row.oid])] = f'RULE "_RETURN" ON {name}'
        draft.addresses[("pg_type", row.type_oid)] = f"TYPE {name}"


def _add_view(draft: Draft, row: Relation, columns: list[Column]) -> None:
    key: Key = ("pg_class", row.oid)
    name = in_target(row.name)
    sql = compose(
        "CREATE OR REPLACE VIEW {name}{options} AS\n{definition}",
        name=name,
        options=f" {storage_options(row)}",
        definition=(row.definition or "").rstrip().removesuffix(";"),
    )
    draft.add(key, Phase.VIEWS, "view", row.name, sql, address=f"VIEW {name}")
    stand_in = [
        f"NULL::{c.type}{f' COLLATE {c.collation}' if c.collation else ''} AS {ident(c.name)}"
        for c in columns
    ]
    text = compose("CREATE VIEW {name} AS SELECT {columns}", name=name, columns=comma(stand_in))
    types = {needed for c in columns for needed in _type_needs(c)}
    draft.stand_ins[key] = Node(
        ("stand-in", row.oid), Phase.DEFINE, "view stand-in", row.name, text, needs=types
    )
    for column in columns:
        if column.default_oid is not None:
            change = compose(
                "ALTER VIEW {name} ALTER COLUMN {column} SET DEFAULT {default}",
                name=name,
                column=ident(column.name),
                default=column.default or "NULL",
            )
            identity = f"{row.name}.{column.name}"
            draft.add(
                ("pg_attrdef", column.default_oid),
                Phase.VIEWS,
                "default",
                identity,
                change,
                needs=[key],
            )


def _type_needs(column: Column) -> list[Key]:
    return [("pg_type", column.type_oid)] + (
        [("pg_type", column.element_oid)] if column.element_oid else []
    )


def order_refreshes(draft: Draft) -> None:
    """Fill a materialised view after those that it reads, through views and functions."""
    for key, node in list(draft.nodes.items()):
        if key[0] != "refresh":
            continue
        seen, waiting = set(), [("pg_class", key[1])]
        while waiting:
            current = waiting.pop()
            if current not in seen and current in draft.nodes:
                seen.add(current)
                waiting += draft.nodes[current].needs
        node.needs |= {("refresh", oid) for kind, oid in seen if kind == "pg_class"} - {key}


def _add_materialised_view(draft: Draft, row: Relation, row_keys: list[Key]) -> None:
    key: Key = ("pg_class", row.oid)
    name = in_target(row.name)
    method = f" USING {ident(row.access_method)}" if row.access_method not in (None, "heap") else ""
    space = f" TABLESPACE {ident(row.tablespace)}" if row.tablespace else ""
    sql = compose(
        "CREATE MATERIALIZED VIEW {name}{method}{options}{space} AS\n{definition}\nWITH NO DATA",
        name=name,
        method=method,
        options=f" {storage_options(row)}",
        space=space,
        definition=(row.definition or "").rstrip().removesuffix(";"),
    )
    draft.add(
        key, Phase.VIEWS, "materialised view", row.name, sql, address=f"MATERIALIZED VIEW {name}"
    )
    if row.is_populated:
        draft.add(
            ("refresh", row.oid),
            Phase.REFRESH,
            "refresh",
            row.name,
            f"REFRESH MATERIALIZED VIEW {name}",
            needs=[key, *row_keys],
        )
