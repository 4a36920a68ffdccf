-- The columns of some tables of a clone; `cast_type` is set where the type is the clone's own.
SELECT c.relname AS table_name, a.attname AS name,
       a.attgenerated <> '' AS is_generated,
       a.attidentity = 'a' AS is_always_identity,
       CASE WHEN coalesce(e.typnamespace, t.typnamespace) = c.relnamespace
                 OR t.typnamespace = c.relnamespace
            THEN format_type(t.oid, NULL) END AS cast_type,
       t.typnamespace = 'pg_catalog'::regnamespace
           AND coalesce(l.collnamespace = 'pg_catalog'::regnamespace, true) AS has_server_equality
  FROM pg_namespace AS n
  JOIN pg_class AS c ON c.relnamespace = n.oid AND c.relname = ANY (%(names)s)
  JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
  JOIN pg_type AS t ON t.oid = a.atttypid
  LEFT JOIN pg_type AS e
    ON e.oid = t.typelem AND t.typsubscript = 'array_subscript_handler'::regproc
  LEFT JOIN pg_collation AS l ON l.oid = a.attcollation
 WHERE n.nspname = %(schema)s
 ORDER BY c.relname, a.attnum
