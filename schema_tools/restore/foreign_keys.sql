-- Foreign keys between a schema's own tables, by the roots of their partition trees.
SELECT DISTINCT child_root.relname AS child, parent_root.relname AS parent,
       k.confdeltype IN ('c', 'n', 'd') OR k.confupdtype IN ('c', 'n', 'd') AS has_action
  FROM pg_namespace AS n
  JOIN pg_depend AS d ON d.refclassid = 'pg_namespace'::regclass AND d.refobjid = n.oid
   AND d.classid = 'pg_class'::regclass
  JOIN pg_constraint AS k ON k.conrelid = d.objid
  JOIN pg_class AS child_root
    ON child_root.oid = coalesce(pg_partition_root(k.conrelid), k.conrelid)
  JOIN pg_class AS parent_root
    ON parent_root.oid = coalesce(pg_partition_root(k.confrelid), k.confrelid)
 WHERE n.nspname = %(schema)s AND k.contype = 'f' AND k.conparentid = 0
   AND parent_root.relnamespace = n.oid
 ORDER BY 1, 2
