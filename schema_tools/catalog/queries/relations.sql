-- Relations of the schema, but for indexes and TOAST tables.
SELECT c.oid, c.relname AS name, c.relkind::text AS kind, c.relpersistence::text AS persistence,
       c.relispartition AS is_partition, c.reltype AS type_oid, c.reloftype AS of_type,
       am.amname AS access_method, ts.spcname AS tablespace,
       coalesce(c.reloptions, '{}') AS options, coalesce(toast.reloptions, '{}') AS toast_options,
       c.relrowsecurity AS row_security, c.relforcerowsecurity AS force_row_security,
       c.relreplident::text AS replica_identity, c.relispopulated AS is_populated,
       CASE WHEN c.relkind = 'p' THEN pg_get_partkeydef(c.oid) END AS partition_key,
       pg_get_expr(c.relpartbound, c.oid) AS partition_bound,
       CASE WHEN c.relkind IN ('v', 'm') THEN pg_get_viewdef(c.oid) END AS definition,
       CASE WHEN c.relkind = 'r' THEN pg_table_size(c.oid) ELSE 0 END AS size,
       (SELECT array_agg(i.inhparent ORDER BY i.inhseqno)
          FROM pg_inherits AS i WHERE i.inhrelid = c.oid) AS parents,
       EXISTS (SELECT FROM pg_inherits AS i
                WHERE i.inhrelid = c.oid AND i.inhdetachpending) AS is_detaching
FROM pg_class AS c
LEFT JOIN pg_am AS am ON am.oid = c.relam
LEFT JOIN pg_tablespace AS ts ON ts.oid = c.reltablespace
LEFT JOIN pg_class AS toast ON toast.oid = c.reltoastrelid
WHERE c.relnamespace = %(schema)s AND c.relkind NOT IN ('i', 'I', 't')
ORDER BY c.relname
