-- Range types of the schema.
SELECT r.rngtypid AS type_oid, r.rngmultitypid AS multirange_oid, m.typname AS multirange_name,
       format_type(r.rngsubtype, NULL) AS subtype,
       CASE WHEN NOT o.opcdefault THEN
            CASE WHEN pg_opclass_is_visible(o.oid) THEN '' ELSE quote_ident(n.nspname) || '.' END
            || quote_ident(o.opcname) END AS operator_class,
       CASE WHEN r.rngcollation <> s.typcollation
            THEN (SELECT CASE WHEN pg_collation_is_visible(l.oid) THEN '' ELSE quote_ident(ln.nspname) || '.' END
                         || quote_ident(l.collname)
                    FROM pg_collation AS l JOIN pg_namespace AS ln ON ln.oid = l.collnamespace
                   WHERE l.oid = r.rngcollation) END AS collation,
       nullif(r.rngcanonical, 0)::regproc::text AS canonical,
       nullif(r.rngsubdiff, 0)::regproc::text AS subtype_diff
FROM pg_range AS r
JOIN pg_type AS t ON t.oid = r.rngtypid
JOIN pg_type AS m ON m.oid = r.rngmultitypid
JOIN pg_type AS s ON s.oid = r.rngsubtype
JOIN pg_opclass AS o ON o.oid = r.rngsubopc
JOIN pg_namespace AS n ON n.oid = o.opcnamespace
WHERE t.typnamespace = %(schema)s
