-- Operators and functions of the schema's operator classes (internal parts) and families (loose ones).
SELECT 'pg_amop' AS class_, o.oid, (SELECT relname FROM pg_class WHERE oid = d.refclassid)::text AS owner_class, d.refobjid AS owner_oid,
       o.amopstrategy::int AS number, o.amopopr::regoperator::text AS object,
       NULL AS left_type, NULL AS right_type,
       CASE WHEN o.amopsortfamily <> 0 THEN (SELECT quote_ident(n.nspname) || '.' || quote_ident(f.opfname)
          FROM pg_opfamily AS f JOIN pg_namespace AS n ON n.oid = f.opfnamespace
         WHERE f.oid = o.amopsortfamily) END AS sort_family
FROM pg_amop AS o
JOIN pg_depend AS d ON d.classid = 'pg_amop'::regclass AND d.objid = o.oid
     AND (d.refclassid = 'pg_opclass'::regclass OR d.refclassid = 'pg_opfamily'::regclass)
     AND d.deptype IN ('i', 'a')
LEFT JOIN pg_opclass AS c ON d.refclassid = 'pg_opclass'::regclass AND c.oid = d.refobjid
LEFT JOIN pg_opfamily AS f ON d.refclassid = 'pg_opfamily'::regclass AND f.oid = d.refobjid
WHERE coalesce(c.opcnamespace, f.opfnamespace) = %(schema)s
UNION ALL
SELECT 'pg_amproc', p.oid, (SELECT relname FROM pg_class WHERE oid = d.refclassid)::text, d.refobjid,
       p.amprocnum::int, p.amproc::regprocedure::text,
       format_type(p.amproclefttype, NULL), format_type(p.amprocrighttype, NULL), NULL
FROM pg_amproc AS p
JOIN pg_depend AS d ON d.classid = 'pg_amproc'::regclass AND d.objid = p.oid
     AND (d.refclassid = 'pg_opclass'::regclass OR d.refclassid = 'pg_opfamily'::regclass)
     AND d.deptype IN ('i', 'a')
LEFT JOIN pg_opclass AS c ON d.refclassid = 'pg_opclass'::regclass AND c.oid = d.refobjid
LEFT JOIN pg_opfamily AS f ON d.refclassid = 'pg_opfamily'::regclass AND f.oid = d.refobjid
WHERE coalesce(c.opcnamespace, f.opfnamespace) = %(schema)s
ORDER BY 1, 5, 7, 8
