-- Foreign keys between the schema's tables that have been checked, with the tables' partitions apart.
SELECT k.conname AS name, k.conrelid AS child, k.confrelid AS parent,
       ARRAY(SELECT a.attname::text FROM unnest(k.conkey) WITH ORDINALITY AS u (number, place)
               JOIN pg_attribute AS a ON a.attrelid = k.conrelid AND a.attnum = u.number ORDER BY u.place) AS columns,
       ARRAY(SELECT a.attname::text FROM unnest(k.confkey) WITH ORDINALITY AS u (number, place)
               JOIN pg_attribute AS a ON a.attrelid = k.confrelid AND a.attnum = u.number ORDER BY u.place) AS keys
FROM pg_constraint AS k
JOIN pg_class AS parent ON parent.oid = k.confrelid
WHERE k.contype = 'f' AND k.conparentid = 0 AND k.convalidated
  AND k.connamespace = to_regnamespace(%(schema)s) AND parent.relnamespace = k.connamespace
ORDER BY k.conrelid, k.conname
