-- The columns of the schema's tables that are copied, and whether binary COPY carries them.
--
-- Binary values of arrays and rows have the oids of their types in them, and those of a person's
-- types are others in another database (below 10000 they are the same everywhere). Values of the
-- types that name objects (`regclass` and its like) are oids themselves. What an extension makes of
-- a value is its own affair, and may be another thing in another version of it.
WITH RECURSIVE copied AS (
    SELECT c.relname, a.attname, a.attnum, a.atttypid
      FROM pg_class AS c
      JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0
           AND NOT a.attisdropped AND a.attgenerated = ''
     WHERE c.relnamespace = %(schema)s AND c.relkind = 'r'
), part (root, oid, is_embedded) AS (
    SELECT DISTINCT atttypid, atttypid, false FROM copied
    UNION
    SELECT p.root, inner_.oid, inner_.is_embedded
      FROM part AS p
      JOIN pg_type AS t ON t.oid = p.oid
      CROSS JOIN LATERAL (
          SELECT t.typbasetype AS oid, false AS is_embedded WHERE t.typtype = 'd'
          UNION ALL
          SELECT t.typelem, true WHERE t.typtype = 'b' AND t.typelem <> 0 AND t.typlen = -1
          UNION ALL
          SELECT a.atttypid, true FROM pg_attribute AS a
           WHERE t.typtype = 'c' AND a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped
          UNION ALL
          SELECT r.rngsubtype, false FROM pg_range AS r WHERE r.rngtypid = t.oid
          UNION ALL
          SELECT r.rngtypid, false FROM pg_range AS r WHERE r.rngmultitypid = t.oid
      ) AS inner_
), type AS (
    SELECT p.root,
           bool_and(NOT (p.is_embedded AND p.oid >= 10000)
                    AND (t.typtype <> 'b' OR t.typelem <> 0 OR t.oid < 10000)
                    AND (t.typtype = 'c' OR t.typtype = 'd' OR t.typsend <> 0 AND t.typreceive <> 0)
                    AND t.typname NOT LIKE 'reg%%') AS is_binary
      FROM part AS p JOIN pg_type AS t ON t.oid = p.oid
     GROUP BY p.root
)
SELECT c.relname::text AS name,
       array_agg(copied.attname::text ORDER BY copied.attnum) FILTER (WHERE copied.attnum IS NOT NULL) AS columns,
       coalesce(bool_and(type.is_binary), true) AS is_binary
  FROM pg_class AS c
  LEFT JOIN copied ON copied.relname = c.relname
  LEFT JOIN type ON type.root = copied.atttypid
 WHERE c.relnamespace = %(schema)s AND c.relkind = 'r'
 GROUP BY c.relname
