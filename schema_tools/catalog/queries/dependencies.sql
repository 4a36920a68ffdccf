-- What the members need, wherever it is.
SELECT (SELECT relname FROM pg_class WHERE oid = d.classid)::text AS class_, d.objid AS oid,
       d.objsubid AS number,
       (SELECT relname FROM pg_class WHERE oid = d.refclassid)::text AS needed_class,
       d.refobjid AS needed_oid, d.refobjsubid AS needed_number, d.deptype::text AS kind
FROM pg_depend AS d
WHERE d.objid = ANY (%(oids)s)
