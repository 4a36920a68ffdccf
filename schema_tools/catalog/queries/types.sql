-- Types of the schema that are not the row type or the array of something else.
SELECT t.oid, t.typname AS name, t.typtype::text AS kind,
       CASE WHEN t.typtype = 'd' THEN format_type(t.typbasetype, t.typtypmod) END AS base,
       t.typnotnull AS not_null,
       pg_get_expr(t.typdefaultbin, 0) AS default_expression,
       CASE WHEN t.typtype = 'd' AND t.typcollation <> b.typcollation
            THEN (SELECT CASE WHEN pg_collation_is_visible(l.oid) THEN '' ELSE quote_ident(n.nspname) || '.' END
                         || quote_ident(l.collname)
                    FROM pg_collation AS l JOIN pg_namespace AS n ON n.oid = l.collnamespace
                   WHERE l.oid = t.typcollation) END AS collation,
       (SELECT array_agg(e.enumlabel::text ORDER BY e.enumsortorder)
          FROM pg_enum AS e WHERE e.enumtypid = t.oid) AS labels,
       CASE WHEN t.typtype = 'c' THEN t.typrelid END AS relation
FROM pg_type AS t
LEFT JOIN pg_type AS b ON b.oid = t.typbasetype
WHERE t.typnamespace = %(schema)s
  AND NOT EXISTS (SELECT FROM pg_class AS c
                   WHERE c.oid = t.typrelid AND c.relkind <> 'c')
  AND NOT EXISTS (SELECT FROM pg_type AS e WHERE e.typarray = t.oid)
  AND t.typtype <> 'm'
ORDER BY t.typname
