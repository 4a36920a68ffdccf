-- Writes what the planner knows of one relation.
SELECT pg_catalog.pg_restore_relation_stats(
    'schemaname', %s::text, 'relname', %s::text, 'relpages', %s::integer, 'reltuples', %s::real)
