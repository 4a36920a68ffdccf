-- The schema that each installed extension has its objects in.
SELECT e.extname::text AS name, n.nspname::text AS schema
  FROM pg_extension AS e JOIN pg_namespace AS n ON n.oid = e.extnamespace
 WHERE e.extname = ANY (%(names)s)
 ORDER BY 1
