-- Sequences, and the column that each belongs to (i: identity, a: owned by).
SELECT c.oid, c.relname AS name, c.relpersistence::text AS persistence,
       o.relpersistence::text AS owner_persistence,
       format_type(s.seqtypid, NULL) AS type, s.seqstart AS start, s.seqincrement AS increment,
       s.seqmin AS minimum, s.seqmax AS maximum, s.seqcache AS cache, s.seqcycle AS cycle,
       d.deptype::text AS ownership, d.refobjid AS owner_table, a.attname AS owner_column,
       d.refobjsubid AS owner_number
FROM pg_class AS c
JOIN pg_sequence AS s ON s.seqrelid = c.oid
LEFT JOIN pg_depend AS d ON d.classid = 'pg_class'::regclass AND d.objid = c.oid
     AND d.objsubid = 0 AND d.refclassid = 'pg_class'::regclass AND d.refobjsubid > 0
     AND d.deptype IN ('a', 'i')
LEFT JOIN pg_class AS o ON o.oid = d.refobjid
LEFT JOIN pg_attribute AS a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
WHERE c.relnamespace = %(schema)s
ORDER BY c.relname
