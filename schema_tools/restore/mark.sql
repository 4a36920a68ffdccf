-- The comments of schemas, one of which marks a clone, and the transactions that wrote them.
SELECT n.nspname AS schema, coalesce(d.description, '') AS comment, coalesce(d.xmin::text, '') AS written_by
  FROM pg_namespace AS n
  LEFT JOIN pg_description AS d
    ON d.classoid = 'pg_namespace'::regclass AND d.objoid = n.oid AND d.objsubid = 0
 WHERE n.nspname = ANY (%(schemas)s)
