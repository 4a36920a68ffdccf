"""Text search dictionaries and configurations, and collations."""

from ..catalog import Catalog, Row
from ..draft import Draft, Key
from ..plan import Phase
from ..text import comma, compose, ident, literal

PROVIDERS = {"c": "libc", "i": "icu", "b": "builtin"}


def add_text_search(draft: Draft, catalog: Catalog) -> None:
    """Every text search dictionary and configuration."""
    for row in catalog["text_search"]:
        name = ident(row.name)
        if row.kind == "dictionary":
            options = comma([f"TEMPLATE = {row.base}", *([row.options] if row.options else [])])
            address = f"TEXT SEARCH DICTIONARY {name}"
            sql = f"CREATE {address} ({options})"
            key: Key = ("pg_ts_dict", row.oid)
            draft.add(key, Phase.DEFINE, "text search dictionary", row.name, sql, address=address)
            continue
        address = f"TEXT SEARCH CONFIGURATION {name}"
        key = ("pg_ts_config", row.oid)
        draft.add(
            key,
            Phase.DEFINE,
            "text search configuration",
            row.name,
            f"CREATE {address} (PARSER = {row.base})",
            address=address,
        )
        _add_mappings(draft, row, key, address)


def _add_mappings(draft: Draft, row: Row, key: Key, address: str) -> None:
    for number, mapping in enumerate(row.mappings or []):
        draft.add(
            (f"mapping {number}", row.oid),
            Phase.DEFINE,
            "text search mapping",
            row.name,
            f"ALTER {address} ADD MAPPING FOR {mapping}",
            needs=[key, *(("pg_ts_dict", oid) for oid in row.dictionaries or [])],
        )


def add_collations(draft: Draft, catalog: Catalog) -> None:
    """Every collation."""
    for row in catalog["collations"]:
        options = [f"PROVIDER = {PROVIDERS[row.provider]}"]
        if row.locale is not None:
            options.append(f"LOCALE = {literal(row.locale)}")
        elif row.collate is not None:
            options += [f"LC_COLLATE = {literal(row.collate)}", f"LC_CTYPE = {literal(row.ctype)}"]
        if not row.is_deterministic:
            options.append("DETERMINISTIC = false")
        if row.rules is not None:
            options.append(f"RULES = {literal(row.rules)}")
        if row.version is not None:
            options.append(f"VERSION = {literal(row.version)}")
        sql = compose(
            "CREATE COLLATION {name} ({options})", name=ident(row.name), options=comma(options)
        )
        draft.add(
            ("pg_collation", row.oid),
            Phase.DEFINE,
            "collation",
            row.name,
            sql,
            address=f"COLLATION {ident(row.name)}",
        )
