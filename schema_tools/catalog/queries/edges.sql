-- Who needs whom among the schema's members. A sequence does not need the column that owns it.
SELECT (SELECT relname FROM pg_class WHERE oid = d.classid)::text AS class_, d.objid AS oid,
       (SELECT relname FROM pg_class WHERE oid = d.refclassid)::text AS needed_class, d.refobjid AS needed_oid,
       bool_or(d.deptype IN ('a', 'i')) AS is_part
FROM pg_depend AS d
WHERE (d.classid, d.objid) <> (d.refclassid, d.refobjid)
  AND NOT (d.deptype = 'a' AND d.classid = 'pg_class'::regclass AND d.refobjsubid > 0
           AND EXISTS (SELECT FROM pg_sequence AS s WHERE s.seqrelid = d.objid))
  AND d.refobjid = ANY (%(oids)s) AND d.objid = ANY (%(oids)s)
GROUP BY d.classid, d.objid, d.refclassid, d.refobjid
