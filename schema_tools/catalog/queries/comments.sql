-- Comments on members and on columns of members.
SELECT (SELECT relname FROM pg_class WHERE oid = d.classoid)::text AS class_, d.objoid AS oid, d.objsubid AS number,
       a.attname AS column_name, d.description AS text,
       (pg_identify_object(d.classoid, d.objoid, d.objsubid)).identity AS identity
FROM pg_description AS d
LEFT JOIN pg_attribute AS a
       ON d.classoid = 'pg_class'::regclass AND a.attrelid = d.objoid
      AND a.attnum = d.objsubid AND d.objsubid > 0
WHERE (d.classoid, d.objoid) IN (SELECT * FROM unnest(%(classes)s::regclass[], %(oids)s::oid[]))
  AND EXISTS (SELECT FROM pg_class WHERE oid = d.classoid)
ORDER BY 1, 2, 3
