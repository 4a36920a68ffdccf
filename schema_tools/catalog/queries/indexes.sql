-- Indexes of the schema's tables. `tail` is what follows the table's name in the definition.
SELECT i.indexrelid AS oid, x.relname AS name, i.indrelid AS relation, x.relkind::text AS kind,
       i.indisunique AS is_unique, i.indisvalid AS is_valid, i.indisclustered AS is_clustered,
       i.indisreplident AS is_identity,
       CASE WHEN starts_with(p.definition, p.head) THEN substr(p.definition, length(p.head) + 1) END AS tail,
       coalesce(x.reloptions, '{}') AS options, ts.spcname AS tablespace,
       k.oid AS constraint_oid,
       (SELECT h.inhparent FROM pg_inherits AS h WHERE h.inhrelid = i.indexrelid) AS parent,
       (SELECT array_agg(a.attnum || '=' || a.attstattarget ORDER BY a.attnum)
          FROM pg_attribute AS a
         WHERE a.attrelid = i.indexrelid AND a.attstattarget >= 0) AS statistics_targets
FROM pg_index AS i
JOIN pg_class AS x ON x.oid = i.indexrelid
JOIN pg_class AS t ON t.oid = i.indrelid
JOIN pg_namespace AS n ON n.oid = t.relnamespace
CROSS JOIN LATERAL (
    SELECT pg_get_indexdef(i.indexrelid) AS definition,
           'CREATE ' || CASE WHEN i.indisunique THEN 'UNIQUE ' ELSE '' END || 'INDEX '
               || quote_ident(x.relname) || ' ON ' || CASE WHEN t.relkind = 'p' THEN 'ONLY ' ELSE '' END
               || quote_ident(n.nspname) || '.' || quote_ident(t.relname) AS head) AS p
LEFT JOIN pg_tablespace AS ts ON ts.oid = x.reltablespace
LEFT JOIN pg_constraint AS k ON k.conindid = i.indexrelid AND k.contype IN ('p', 'u', 'x')
     AND k.conrelid = i.indrelid
WHERE x.relnamespace = %(schema)s
ORDER BY x.relname
