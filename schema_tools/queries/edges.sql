-- Who needs whom among the schema's members. A sequence does not need the column that owns it.
SELECT DISTINCT d.classid::regclass::text AS class_, d.objid AS oid,
       d.refclassid::regclass::text AS needed_class, d.refobjid AS needed_oid
FROM pg_depend AS d
WHERE (d.classid, d.objid) <> (d.refclassid, d.refobjid)
  AND NOT (d.deptype = 'a' AND d.classid = 'pg_class'::regclass AND d.refobjsubid > 0
           AND EXISTS (SELECT FROM pg_sequence AS s WHERE s.seqrelid = d.objid))
  AND d.refobjid = ANY (%(oids)s) AND d.objid = ANY (%(oids)s)
