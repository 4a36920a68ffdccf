-- Operator families of the schema.
SELECT f.oid, f.opfname AS name, m.amname AS access_method
FROM pg_opfamily AS f
JOIN pg_am AS m ON m.oid = f.opfmethod
WHERE f.opfnamespace = %(schema)s
ORDER BY f.opfname, m.amname
