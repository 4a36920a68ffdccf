-- Security labels of members.
SELECT DISTINCT (SELECT relname FROM pg_class WHERE oid = l.classoid)::text AS class_, l.objoid AS oid,
       l.provider, (pg_identify_object(l.classoid, l.objoid, l.objsubid)).identity AS identity
FROM pg_seclabel AS l
WHERE (l.classoid, l.objoid) IN (SELECT * FROM unnest(%(classes)s::regclass[], %(oids)s::oid[]))
ORDER BY 1, 2, 3
