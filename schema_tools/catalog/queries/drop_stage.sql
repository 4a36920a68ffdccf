-- Statements that drop some objects of a schema, those first that fewest others need: views, then
-- young tables, then partitioned ones, whose partitions are gone by then.
SELECT statement
FROM (
    SELECT format('DROP %%s IF EXISTS %%I.%%I CASCADE',
                  CASE c.relkind WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW'
                                 WHEN 'S' THEN 'SEQUENCE' WHEN 'f' THEN 'FOREIGN TABLE' ELSE 'TABLE' END,
                  n.nspname, c.relname) AS statement,
           CASE WHEN c.relkind IN ('v', 'm') THEN 0
                WHEN EXISTS (SELECT FROM pg_catalog.pg_inherits AS h WHERE h.inhparent = c.oid) THEN 2
                WHEN c.relkind = 'S' THEN 3 ELSE 1 END AS place, c.oid
      FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
     WHERE n.oid = %(schema)s AND c.relkind IN ('v', 'm', 'r', 'p', 'S', 'f')
    UNION ALL
    SELECT format('DROP ROUTINE IF EXISTS %%s CASCADE', p.oid::regprocedure), 4, p.oid
      FROM pg_catalog.pg_proc AS p WHERE p.pronamespace = %(schema)s
    UNION ALL
    SELECT format('DROP TYPE IF EXISTS %%s CASCADE', t.oid::regtype), 5, t.oid
      FROM pg_catalog.pg_type AS t
     WHERE t.typnamespace = %(schema)s AND t.typtype IN ('e', 'd', 'r', 'c')
       AND NOT EXISTS (SELECT FROM pg_catalog.pg_class AS c WHERE c.oid = t.typrelid AND c.relkind <> 'c')
) AS object
ORDER BY place, oid DESC
LIMIT %(most)s
