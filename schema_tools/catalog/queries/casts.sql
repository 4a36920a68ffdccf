-- Casts between types of which one is the schema's own, but for those that come with something.
SELECT c.oid, format_type(c.castsource, NULL) AS source, format_type(c.casttarget, NULL) AS target,
       CASE WHEN c.castfunc <> 0 THEN c.castfunc::regprocedure::text END AS function,
       c.castsource AS source_oid, c.casttarget AS target_oid, c.castfunc AS function_oid,
       c.castcontext::text AS context, c.castmethod::text AS method
FROM pg_cast AS c
JOIN pg_type AS s ON s.oid = c.castsource
JOIN pg_type AS t ON t.oid = c.casttarget
WHERE (s.typnamespace = %(schema)s OR t.typnamespace = %(schema)s)
  AND NOT EXISTS (SELECT FROM pg_depend AS d
                   WHERE d.classid = 'pg_cast'::regclass AND d.objid = c.oid
                     AND d.deptype IN ('i', 'e'))
ORDER BY 2, 3
