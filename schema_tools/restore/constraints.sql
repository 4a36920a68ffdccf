-- The constraints that rows of some partition trees might not get past, as the server prints them:
-- foreign keys from and to the trees, and whatever was never validated. A constraint comes before
-- those that inherit it.
SELECT child.relname AS table_name, k.conname AS name,
       pg_get_constraintdef(k.oid) AS definition,
       obj_description(k.oid, 'pg_constraint') AS comment
  FROM pg_constraint AS k
  JOIN pg_class AS child ON child.oid = k.conrelid
  LEFT JOIN pg_class AS parent ON parent.oid = coalesce(pg_partition_root(k.confrelid), k.confrelid)
 WHERE k.connamespace = (SELECT oid FROM pg_namespace WHERE nspname = %(schema)s)
   AND k.conparentid = 0 AND k.conislocal
   AND (k.contype IN ('c', 'n') AND NOT k.convalidated
        OR k.contype = 'f' AND parent.relnamespace = k.connamespace
           AND (parent.relname = ANY (%(roots)s)
                OR (SELECT root.relname FROM pg_class AS root
                     WHERE root.oid = coalesce(pg_partition_root(child.oid), child.oid))
                   = ANY (%(roots)s)))
 ORDER BY k.coninhcount, child.relname, k.conname
