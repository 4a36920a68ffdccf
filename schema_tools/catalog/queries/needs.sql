-- What these objects need, and the parts of them that are never made alone: a view's rule is one, a
-- constraint's trigger needs nothing else.
-- What an extension owns comes with it, and is not followed; what they need of each other is known.
WITH object (place, classid, objid, objsubid) AS (
    SELECT place, classid::oid, oid, number
      FROM unnest(%(classes)s::regclass[], %(oids)s::oid[], %(numbers)s::int[]) WITH ORDINALITY AS u (classid, oid, number, place)
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
     WHERE d.deptype = 'i' AND d.classid <> 'pg_trigger'::regclass
)
SELECT f.place - 1 AS place, c.relname::text AS class_, f.objid AS oid, f.objsubid AS number
FROM found AS f
JOIN pg_class AS c ON c.oid = f.classid
WHERE c.relname NOT IN ('pg_namespace', 'pg_extension', 'pg_language', 'pg_am', 'pg_foreign_server')
  AND NOT EXISTS (SELECT FROM pg_depend AS e
                   WHERE e.classid = f.classid AND e.objid = f.objid AND e.deptype = 'e')
  AND NOT EXISTS (SELECT FROM pg_class AS t
                   WHERE f.classid = 'pg_class'::regclass AND t.oid = f.objid AND t.relkind = 't')
  AND (f.classid, f.objid) NOT IN (SELECT o.classid, o.objid FROM object AS o WHERE o.objsubid = 0)
ORDER BY 1, 2, 3, 4
