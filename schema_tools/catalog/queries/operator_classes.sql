-- Operator classes of the schema.
SELECT c.oid, c.opcname AS name, m.amname AS access_method,
       c.opcdefault AS is_default, format_type(c.opcintype, NULL) AS type, f.oid AS family_oid,
       quote_ident(n.nspname) || '.' || quote_ident(f.opfname) AS family,
       CASE WHEN c.opckeytype <> 0 THEN format_type(c.opckeytype, NULL) END AS storage
FROM pg_opclass AS c
JOIN pg_am AS m ON m.oid = c.opcmethod
JOIN pg_opfamily AS f ON f.oid = c.opcfamily
JOIN pg_namespace AS n ON n.oid = f.opfnamespace
WHERE c.opcnamespace = %(schema)s
ORDER BY c.opcname, m.amname
