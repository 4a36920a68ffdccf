-- Extended statistics.
SELECT s.oid, s.stxname AS name, s.stxrelid AS relation, nullif(s.stxstattarget, -1) AS target,
       pg_get_statisticsobjdef(s.oid) AS definition,
       'CREATE STATISTICS ' || quote_ident(n.nspname) || '.' || quote_ident(s.stxname) AS head
FROM pg_statistic_ext AS s
JOIN pg_namespace AS n ON n.oid = s.stxnamespace
WHERE s.stxnamespace = %(schema)s
ORDER BY s.stxname
