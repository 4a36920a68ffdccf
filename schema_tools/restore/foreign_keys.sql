-- Foreign keys between a schema's own tables, by the roots of their partition trees.
SELECT DISTINCT child_root.relname AS child, parent_root.relname AS parent,
       k.confdeltype IN ('c', 'n', 'd') OR k.confupdtype IN ('c', 'n', 'd') AS has_action
  FROM pg_constraint AS k
  JOIN pg_class AS child_root
    ON child_root.oid = coalesce(pg_partition_root(k.conrelid), k.conrelid)
  JOIN pg_class AS parent_root
    ON parent_root.oid = coalesce(pg_partition_root(k.confrelid), k.confrelid)
 WHERE k.contype = 'f' AND k.conparentid = 0
   AND k.connamespace = (SELECT oid FROM pg_namespace WHERE nspname = %(schema)s)
   AND parent_root.relnamespace = k.connamespace
 ORDER BY 1, 2
