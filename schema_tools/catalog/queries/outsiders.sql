-- Objects elsewhere that need something in the schema: they are not copied, and keep to the source.
SELECT DISTINCT (SELECT relname FROM pg_class WHERE oid = d.classid)::text AS class_, d.objid AS oid,
       i.type AS kind, i.identity, t.identity AS needed
FROM pg_depend AS d
CROSS JOIN LATERAL pg_identify_object(d.classid, d.objid, 0) AS i
CROSS JOIN LATERAL pg_identify_object(d.refclassid, d.refobjid, 0) AS t
WHERE d.refobjid = ANY (%(oids)s) AND NOT d.objid = ANY (%(oids)s)
  AND (d.refclassid, d.refobjid) IN (SELECT * FROM unnest(%(classes)s::regclass[], %(oids)s::oid[]))
  AND d.deptype IN ('n', 'a')
  AND coalesce(i.schema, '') NOT IN ('pg_toast')
  AND NOT EXISTS (SELECT FROM pg_depend AS e
                   WHERE e.deptype = 'e'
                     AND (e.classid, e.objid) IN ((d.classid, d.objid), (d.refclassid, d.refobjid)))
ORDER BY 3, 4
