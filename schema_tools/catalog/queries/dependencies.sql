-- What the members need, wherever it is.
SELECT d.classid, d.objid AS oid, d.objsubid AS number,
       d.refclassid, d.refobjid AS needed_oid, d.refobjsubid AS needed_number, d.deptype::text AS kind
FROM pg_depend AS d
WHERE d.objid = ANY (%(oids)s)
