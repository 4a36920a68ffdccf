-- Objects of the schema that depend on an object of the other schema.
WITH RECURSIVE other AS (
    SELECT oid FROM pg_namespace WHERE nspname = %(other)s
), member(root, classid, objid) AS (
    SELECT d.refobjid, d.classid, d.objid
      FROM pg_depend AS d
     WHERE d.refclassid = 'pg_namespace'::regclass
       AND (d.refobjid = %(schema)s OR d.refobjid = (SELECT oid FROM other))
    UNION
    SELECT m.root, d.classid, d.objid
      FROM pg_depend AS d
      JOIN member AS m ON m.classid = d.refclassid AND m.objid = d.refobjid
     WHERE d.deptype IN ('a', 'i')
)
SELECT DISTINCT i.type AS kind, i.identity, t.identity AS needed
FROM pg_depend AS d
JOIN member AS m ON m.classid = d.classid AND m.objid = d.objid AND m.root = %(schema)s
JOIN member AS o ON o.classid = d.refclassid AND o.objid = d.refobjid
     AND o.root = (SELECT oid FROM other)
CROSS JOIN LATERAL pg_identify_object(d.classid, d.objid, d.objsubid) AS i
CROSS JOIN LATERAL pg_identify_object(d.refclassid, d.refobjid, d.refobjsubid) AS t
WHERE NOT EXISTS (SELECT FROM member AS shared
                   WHERE shared.root = o.root AND shared.classid = m.classid AND shared.objid = m.objid)
ORDER BY 1, 2
