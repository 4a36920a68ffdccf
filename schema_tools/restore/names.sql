-- The tables of schemas, for locking them. It runs under any search path, before all others.
SELECT n.nspname, c.relname FROM pg_catalog.pg_namespace AS n
  JOIN pg_catalog.pg_depend AS d ON d.refclassid = 'pg_catalog.pg_namespace'::pg_catalog.regclass
   AND d.refobjid = n.oid AND d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass
  JOIN pg_catalog.pg_class AS c ON c.oid = d.objid
 WHERE n.nspname = ANY (%(schemas)s) AND c.relkind IN ('r', 'p')
