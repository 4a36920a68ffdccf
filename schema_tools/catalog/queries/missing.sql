-- What would give this role all that a clone of the schema needs, as statements. A superuser is never
-- to be granted: its name comes instead.
WITH me AS (
    SELECT quote_ident(current_user) AS role
), source AS (
    SELECT n.oid, quote_ident(n.nspname) AS name
      FROM pg_catalog.pg_namespace AS n
     WHERE n.oid = pg_catalog.to_regnamespace(%(schema)s)
), relation AS (
    SELECT c.oid, c.relkind, c.relowner, s.name || '.' || quote_ident(c.relname) AS name
      FROM source AS s
      JOIN pg_catalog.pg_class AS c ON c.relnamespace = s.oid
     WHERE c.relkind IN ('r', 'p', 'S', 'v', 'm')
)
SELECT 'GRANT CREATE ON DATABASE ' || quote_ident(current_database()) || ' TO ' || role AS statement, NULL AS superuser
  FROM me
 WHERE NOT has_database_privilege(current_database(), 'CREATE')
UNION ALL
SELECT 'GRANT USAGE ON SCHEMA ' || s.name || ' TO ' || role, NULL
  FROM me, source AS s
 WHERE NOT has_schema_privilege(s.oid, 'USAGE')
UNION ALL
(SELECT 'GRANT SELECT ON ' || CASE WHEN r.relkind = 'S' THEN 'SEQUENCE ' ELSE '' END || r.name
        || ' TO ' || role, NULL
   FROM me, relation AS r
  WHERE r.relkind IN ('r', 'p', 'S')
    AND NOT CASE WHEN r.relkind = 'S' THEN has_sequence_privilege(r.oid, 'SELECT')
                 ELSE has_table_privilege(r.oid, 'SELECT') END
  ORDER BY r.name)
UNION ALL
SELECT 'ALTER ROLE ' || role || ' BYPASSRLS', NULL
  FROM me
 WHERE EXISTS (SELECT FROM relation AS r WHERE r.relkind IN ('r', 'p') AND row_security_active(r.oid))
UNION ALL
(SELECT DISTINCT CASE WHEN NOT o.rolsuper THEN 'GRANT ' || quote_ident(o.rolname) || ' TO ' || role END,
        CASE WHEN o.rolsuper THEN o.rolname END
   FROM me, relation AS r JOIN pg_roles AS o ON o.oid = r.relowner
  WHERE NOT pg_has_role(r.relowner, 'MEMBER')
  ORDER BY 1, 2)
