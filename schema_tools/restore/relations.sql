-- The tables, sequences and materialised views of a source and its clone.
SELECT n.nspname AS schema,
       c.relname AS name,
       quote_ident(n.nspname) || '.' || quote_ident(c.relname) AS qualified,
       c.relkind::text AS kind,
       (SELECT root.relname FROM pg_class AS root
         WHERE root.oid = coalesce(pg_partition_root(c.oid), c.oid)) AS root,
       c.relispopulated AS is_populated,
       -- No command ever rewrites a table's row about its own ctid: it is as old as the table.
       coalesce((SELECT a.xmin::text FROM pg_attribute AS a
                  WHERE n.nspname = %(clone)s AND a.attrelid = c.oid AND a.attname = 'ctid'),
                '') AS created_by,
       ARRAY(SELECT a.attname FROM pg_attribute AS a
              WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
              ORDER BY a.attnum)::text[] AS columns
  FROM pg_namespace AS n
  -- By pg_depend's index: pg_class has none by schema, and other schemas may have many relations.
  JOIN pg_depend AS d ON d.refclassid = 'pg_namespace'::regclass AND d.refobjid = n.oid
   AND d.classid = 'pg_class'::regclass
  JOIN pg_class AS c ON c.oid = d.objid
 WHERE n.nspname IN (%(source)s, %(clone)s)
   AND c.relkind IN ('r', 'p', 'S', 'm')
 ORDER BY c.relkind = 'm', CASE WHEN c.relkind = 'm' THEN c.oid END, c.relname
