"""What the planner knows of the rows: carried over where the server can, else measured again."""

from ...catalog.catalog import Catalog
from ...plan import STATISTICS, Phase
from ...text import SOURCE_TEXT, TARGET_TEXT, comma, compose, in_target, literal
from ..draft import Draft

RESTORABLE = 180000
"""From this server version on, statistics can be written; extended ones still cannot."""

RESTORE_RELATIONS = """SELECT pg_catalog.count(pg_catalog.pg_restore_relation_stats(
 'schemaname', {target}::pg_catalog.text, 'relname', c.relname::pg_catalog.text,
 'relpages', c.relpages, 'reltuples', c.reltuples))
FROM pg_catalog.pg_class AS c
WHERE c.relname OPERATOR(pg_catalog.=) ANY ({names}) AND c.reltuples OPERATOR(pg_catalog.>=) 0
 AND c.relnamespace OPERATOR(pg_catalog.=) (
  SELECT n.oid FROM pg_catalog.pg_namespace AS n
   WHERE n.nspname OPERATOR(pg_catalog.=) {source})"""
"""How much of a table is all-visible is not carried: that is of its pages, not of its rows."""

RESTORE_ATTRIBUTES = """SELECT pg_catalog.count(pg_catalog.pg_restore_attribute_stats(
 'schemaname', {target}::pg_catalog.text,
 'relname', s.tablename::pg_catalog.text,
 'attname', s.attname::pg_catalog.text, 'inherited', s.inherited,
 'null_frac', s.null_frac, 'avg_width', s.avg_width, 'n_distinct', s.n_distinct,
 'most_common_vals', s.most_common_vals::pg_catalog.text, 'most_common_freqs', s.most_common_freqs,
 'histogram_bounds', s.histogram_bounds::pg_catalog.text, 'correlation', s.correlation,
 'most_common_elems', s.most_common_elems::pg_catalog.text,
 'most_common_elem_freqs', s.most_common_elem_freqs,
 'elem_count_histogram', s.elem_count_histogram,
 'range_length_histogram', s.range_length_histogram::pg_catalog.text,
 'range_empty_frac', s.range_empty_frac,
 'range_bounds_histogram', s.range_bounds_histogram::pg_catalog.text))
FROM pg_catalog.pg_stats AS s
WHERE s.tablename OPERATOR(pg_catalog.=) ANY ({names})
 AND s.schemaname OPERATOR(pg_catalog.=) {source}"""


def add_planner_statistics(draft: Draft, catalog: Catalog) -> None:
    """Statements that never read rows from Postgres 18 on, and one ANALYZE before it."""
    if catalog.server_version < RESTORABLE:
        _add_analyze(draft, catalog, _roots(catalog))
        return
    relations = [row.name for row in catalog.relations if row.kind in ("r", "m", "p")]
    indexes = [row.name for row in catalog.indexes if row.kind == "i"]
    if not relations:
        return
    names = f"ARRAY[{comma([literal(name) for name in relations + indexes])}]::pg_catalog.name[]"
    for number, template in enumerate((RESTORE_RELATIONS, RESTORE_ATTRIBUTES)):
        sql = template.replace("{names}", names)
        sql = sql.replace("{source}", SOURCE_TEXT).replace("{target}", TARGET_TEXT)
        draft.add(
            ("planner statistics", number),
            Phase.STATISTICS,
            STATISTICS,
            ("relations", "columns")[number],
            sql,
        )
    extended = {row.relation for row in catalog.statistics}
    _add_analyze(draft, catalog, [r.name for r in catalog.relations if r.oid in extended])


def _roots(catalog: Catalog) -> list[str]:
    """Tables that ANALYZE reaches by name; it goes down from a partitioned one by itself."""
    return [
        row.name
        for row in catalog.relations
        if row.kind in ("r", "p", "m") and not row.is_partition and row.is_populated
    ]


def _add_analyze(draft: Draft, catalog: Catalog, names: list[str]) -> None:
    if names:
        sql = compose("ANALYZE {tables}", tables=comma([in_target(name) for name in names]))
        draft.add(("analyze", catalog.oid), Phase.STATISTICS, STATISTICS, "sample", sql)
