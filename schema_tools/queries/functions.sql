-- Functions, procedures and window functions of the schema; aggregates have a query of their own.
SELECT p.oid, p.proname AS name, p.prokind::text AS kind, l.lanname AS language,
       pg_get_function_identity_arguments(p.oid) AS arguments,
       pg_get_functiondef(p.oid) AS definition, p.prosrc AS source,
       p.prosqlbody IS NOT NULL AS has_parsed_body, coalesce(p.proconfig, '{}') AS config,
       quote_ident(n.nspname) || '.' || quote_ident(p.proname) || '(' AS qualified_head,
       coalesce(p.proargnames, '{}') AS argument_names
FROM pg_proc AS p
JOIN pg_language AS l ON l.oid = p.prolang
JOIN pg_namespace AS n ON n.oid = p.pronamespace
WHERE p.pronamespace = %(schema)s AND p.prokind <> 'a'
  AND NOT EXISTS (SELECT FROM pg_depend AS d
                   WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid
                     AND d.deptype = 'i' AND d.refclassid = 'pg_type'::regclass)
ORDER BY p.proname, arguments
