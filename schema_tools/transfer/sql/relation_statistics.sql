-- What the planner knows of each relation, as the arguments of pg_restore_relation_stats.
SELECT c.relname::text, c.relpages, c.reltuples
  FROM pg_class AS c
 WHERE c.relnamespace = %(schema)s AND c.relkind IN ('r', 'm', 'p', 'i') AND c.reltuples >= 0
