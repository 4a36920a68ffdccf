-- The columns of a schema that hold dates. Parameters are psycopg's.

-- movable --
SELECT c.relname AS table_name, a.attname AS column_name, a.atttypid::regtype::text AS kind,
       EXISTS (SELECT FROM pg_catalog.pg_index AS i
                WHERE i.indrelid = c.oid AND (i.indisunique OR i.indisexclusion)
                  AND (a.attnum = ANY (i.indkey) OR i.indexprs IS NOT NULL)) AS is_unique
  FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.oid
 WHERE c.relnamespace = to_regnamespace(quote_ident(%s)) AND c.relkind IN ('r', 'p')
   AND NOT c.relispartition AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
   AND a.atttypid IN ('date'::regtype, 'timestamp'::regtype, 'timestamptz'::regtype)
 ORDER BY c.relname, a.attnum

-- immovable --
-- Dates within other types, and dates that two tables share: nothing here moves those.
WITH dates AS (SELECT unnest(ARRAY['date', 'timestamp', 'timestamptz']::regtype[])::oid AS type)
SELECT c.relname AS table_name, a.attname AS column_name, format_type(a.atttypid, a.atttypmod) AS kind
  FROM pg_catalog.pg_class AS c
  JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
  JOIN pg_catalog.pg_type AS t ON t.oid = a.atttypid
 WHERE c.relnamespace = to_regnamespace(quote_ident(%s)) AND c.relkind IN ('r', 'p')
   AND (t.typelem IN (SELECT type FROM dates) OR t.typbasetype IN (SELECT type FROM dates)
        OR EXISTS (SELECT FROM pg_catalog.pg_range AS r
                    WHERE t.oid IN (r.rngtypid, r.rngmultitypid)
                      AND r.rngsubtype IN (SELECT type FROM dates))
        OR (t.oid IN (SELECT type FROM dates) AND EXISTS (
            SELECT FROM pg_catalog.pg_constraint AS k WHERE k.contype = 'f'
               AND ((k.conrelid = c.oid AND a.attnum = ANY (k.conkey))
                    OR (k.confrelid = c.oid AND a.attnum = ANY (k.confkey))))))
 ORDER BY c.relname, a.attnum
