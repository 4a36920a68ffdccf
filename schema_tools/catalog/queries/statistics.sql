-- Extended statistics. `tail` is what follows the name in the definition.
SELECT s.oid, s.stxname AS name, s.stxrelid AS relation, nullif(s.stxstattarget, -1) AS target,
       CASE WHEN starts_with(p.definition, p.head) THEN substr(p.definition, length(p.head) + 1) END AS tail
FROM pg_statistic_ext AS s
JOIN pg_namespace AS n ON n.oid = s.stxnamespace
CROSS JOIN LATERAL (
    SELECT pg_get_statisticsobjdef(s.oid) AS definition,
           'CREATE STATISTICS ' || quote_ident(n.nspname) || '.' || quote_ident(s.stxname) AS head) AS p
WHERE s.stxnamespace = %(schema)s
ORDER BY s.stxname
