-- What these objects need, and the parts of them that are never made alone: a view's rule is one.
-- What an extension owns comes with it, and is not followed.
WITH object (place, classid, objid, objsubid) AS (
    SELECT place, (SELECT oid FROM pg_class WHERE relname = class AND relnamespace = 'pg_catalog'::regnamespace), oid, number
      FROM unnest(%(classes)s::text[], %(oids)s::oid[], %(numbers)s::int[]) WITH ORDINALITY AS u (class, oid, number, place)
), found (place, classid, objid, objsubid) AS (
    SELECT o.place, d.refclassid, d.refobjid, d.refobjsubid
      FROM object AS o
      JOIN pg_depend AS d ON d.classid = o.classid AND d.objid = o.objid
           AND (d.objsubid = 0 OR o.objsubid = 0 OR d.objsubid = o.objsubid)
     WHERE d.deptype IN ('n', 'a', 'i')
    UNION
    SELECT o.place, d.classid, d.objid, d.objsubid
      FROM object AS o
      JOIN pg_depend AS d ON d.refclassid = o.classid AND d.refobjid = o.objid
     WHERE d.deptype = 'i'
)
SELECT f.place - 1 AS place, c.relname::text AS class_, f.objid AS oid, f.objsubid AS number
FROM found AS f
JOIN pg_class AS c ON c.oid = f.classid
WHERE c.relname NOT IN ('pg_namespace', 'pg_extension', 'pg_language', 'pg_am', 'pg_foreign_server')
  AND NOT EXISTS (SELECT FROM pg_depend AS e
                   WHERE e.classid = f.classid AND e.objid = f.objid AND e.deptype = 'e')
  AND NOT EXISTS (SELECT FROM pg_class AS t
                   WHERE f.classid = 'pg_class'::regclass AND t.oid = f.objid AND t.relkind = 't')
ORDER BY 1, 2, 3, 4
