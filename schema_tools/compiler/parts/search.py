"""Text search dictionaries and configurations, and collations."""

from ...catalog.catalog import Catalog
from ...catalog.rows import Configuration
from ...plan import Phase
from ...text import comma, compose, in_target, literal
from ..draft import Draft, Key

PROVIDERS = {"c": "libc", "i": "icu", "b": "builtin"}


def add_text_search(draft: Draft, catalog: Catalog) -> None:
    """Add every text search dictionary and configuration."""
    for row in catalog.dictionaries:
        options = comma([f"TEMPLATE = {row.template}", *([row.options] if row.options else [])])
        address = f"TEXT SEARCH DICTIONARY {in_target(row.name)}"
        sql = f"CREATE {address} ({options})"
        key: Key = ("pg_ts_dict", row.oid)
        draft.add(key, Phase.DEFINE, "text search dictionary", row.name, sql, address=address)
    for configuration in catalog.configurations:
        address = f"TEXT SEARCH CONFIGURATION {in_target(configuration.name)}"
        key = ("pg_ts_config", configuration.oid)
        draft.add(
            key,
            Phase.DEFINE,
            "text search configuration",
            configuration.name,
            f"CREATE {address} (PARSER = {configuration.parser})",
            address=address,
        )
        _add_mappings(draft, configuration, key, address)


def _add_mappings(draft: Draft, row: Configuration, key: Key, address: str) -> None:
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
    """Add every collation."""
    for row in catalog.collations:
        options = [f"PROVIDER = {PROVIDERS[row.provider]}"]
        if row.locale is not None:
            options.append(f"LOCALE = {literal(row.locale)}")
        elif row.collate is not None and row.ctype is not None:
            options += [f"LC_COLLATE = {literal(row.collate)}", f"LC_CTYPE = {literal(row.ctype)}"]
        if not row.is_deterministic:
            options.append("DETERMINISTIC = false")
        if row.rules is not None:
            options.append(f"RULES = {literal(row.rules)}")
        if row.version is not None:
            options.append(f"VERSION = {literal(row.version)}")
        sql = compose(
            "CREATE COLLATION {name} ({options})", name=in_target(row.name), options=comma(options)
        )
        draft.add(
            ("pg_collation", row.oid),
            Phase.DEFINE,
            "collation",
            row.name,
            sql,
            address=f"COLLATION {in_target(row.name)}",
        )
