-- Everything that lives in the schema or belongs to something that does, with what it is.
-- A constraint's own triggers come with it, and are left out. `whole` is what a member is an internal part of: made with it, never alone.
WITH RECURSIVE member(classid, objid) AS (
    SELECT d.classid, d.objid
      FROM pg_depend AS d
     WHERE d.refclassid = 'pg_namespace'::regclass AND d.refobjid = %(schema)s
    UNION
    SELECT d.classid, d.objid
      FROM pg_depend AS d
      JOIN member AS m ON m.classid = d.refclassid AND m.objid = d.refobjid
     WHERE d.deptype IN ('a', 'i', 'P', 'S')
)
SELECT (SELECT relname FROM pg_class WHERE oid = m.classid)::text AS class_, m.objid AS oid, i.type AS kind, i.identity, i.schema,
       (SELECT e.extname FROM pg_depend AS d JOIN pg_extension AS e ON e.oid = d.refobjid
         WHERE d.classid = m.classid AND d.objid = m.objid AND d.deptype = 'e'
           AND d.refclassid = 'pg_extension'::regclass) AS of_extension,
       (SELECT relname FROM pg_class WHERE oid = o.refclassid)::text AS whole_class, o.refobjid AS whole_oid
FROM (SELECT * FROM member
       WHERE NOT EXISTS (SELECT FROM pg_trigger AS t
                          WHERE classid = 'pg_trigger'::regclass AND t.oid = objid AND t.tgisinternal)
      OFFSET 0) AS m
CROSS JOIN LATERAL pg_identify_object(m.classid, m.objid, 0) AS i
LEFT JOIN LATERAL (
    SELECT d.refclassid, d.refobjid FROM pg_depend AS d
     WHERE d.classid = m.classid AND d.objid = m.objid AND d.objsubid = 0 AND d.deptype = 'i'
     ORDER BY d.refclassid, d.refobjid LIMIT 1) AS o ON true
WHERE i.schema IS DISTINCT FROM 'pg_toast'
ORDER BY 1, 4, 2
