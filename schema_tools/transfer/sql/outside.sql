-- What members of the schema need of other schemas and of the server itself, each by an address
-- that another database understands, and the extension that it comes with.
WITH member (classid, oid) AS (
    SELECT to_regclass('pg_catalog.' || class), oid FROM unnest(%(classes)s::text[], %(oids)s::oid[]) AS u (class, oid)
), needed AS (
    SELECT DISTINCT d.refclassid AS classid, d.refobjid AS oid
      FROM member AS m
      JOIN pg_depend AS d ON d.classid = m.classid AND d.objid = m.oid AND d.deptype IN ('n', 'a', 'i')
     WHERE d.refclassid NOT IN ('pg_namespace'::regclass, 'pg_extension'::regclass)
       AND NOT EXISTS (SELECT FROM member AS k WHERE k.classid = d.refclassid AND k.oid = d.refobjid)
)
SELECT a.type, a.object_names AS names, a.object_args AS arguments, i.identity,
       e.extname::text AS extension, n.nspname::text AS extension_schema
  FROM needed
  CROSS JOIN LATERAL pg_identify_object(needed.classid, needed.oid, 0) AS i
  CROSS JOIN LATERAL pg_identify_object_as_address(needed.classid, needed.oid, 0) AS a
  LEFT JOIN pg_depend AS d ON d.classid = needed.classid AND d.objid = needed.oid
       AND d.refclassid = 'pg_extension'::regclass AND d.deptype = 'e'
  LEFT JOIN pg_extension AS e ON e.oid = d.refobjid
  LEFT JOIN pg_namespace AS n ON n.oid = e.extnamespace
 ORDER BY a.type, i.identity
