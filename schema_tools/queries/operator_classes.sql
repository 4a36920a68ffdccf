-- Operator classes and families of the schema.
SELECT c.oid, 'class' AS kind, c.opcname AS name, m.amname AS access_method,
       c.opcdefault AS is_default, format_type(c.opcintype, NULL) AS type,
       f.oid AS family_oid, f.opfname AS family, f.opfnamespace = %(schema)s AS family_is_ours,
       quote_ident(n.nspname) AS family_schema,
       CASE WHEN c.opckeytype <> 0 THEN format_type(c.opckeytype, NULL) END AS storage,
       c.opcintype AS type_oid
FROM pg_opclass AS c
JOIN pg_am AS m ON m.oid = c.opcmethod
JOIN pg_opfamily AS f ON f.oid = c.opcfamily
JOIN pg_namespace AS n ON n.oid = f.opfnamespace
WHERE c.opcnamespace = %(schema)s
UNION ALL
SELECT f.oid, 'family', f.opfname, m.amname, NULL, NULL, f.oid, f.opfname, true, NULL, NULL, NULL
FROM pg_opfamily AS f
JOIN pg_am AS m ON m.oid = f.opfmethod
WHERE f.opfnamespace = %(schema)s
ORDER BY 2, 3, 4
