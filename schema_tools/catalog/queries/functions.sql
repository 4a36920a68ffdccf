-- Functions, procedures and window functions of the schema; aggregates have a query of their own.
-- `tail` is what follows the name in the definition.
SELECT p.oid, p.proname AS name, p.prokind::text AS kind, l.lanname AS language,
       pg_get_function_identity_arguments(p.oid) AS arguments,
       CASE WHEN starts_with(d.definition, d.head) THEN substr(d.definition, length(d.head) + 1) END AS tail,
       p.prosrc AS source,
       p.prosqlbody IS NOT NULL AS has_parsed_body, coalesce(p.proconfig, '{}') AS config,
       coalesce(p.proargnames, '{}') AS argument_names
FROM pg_proc AS p
JOIN pg_language AS l ON l.oid = p.prolang
JOIN pg_namespace AS n ON n.oid = p.pronamespace
CROSS JOIN LATERAL (
    SELECT pg_get_functiondef(p.oid) AS definition,
           'CREATE OR REPLACE ' || CASE p.prokind WHEN 'p' THEN 'PROCEDURE ' ELSE 'FUNCTION ' END
               || quote_ident(n.nspname) || '.' || quote_ident(p.proname) AS head) AS d
WHERE p.pronamespace = %(schema)s AND p.prokind <> 'a'
  AND NOT EXISTS (SELECT FROM pg_depend AS d
                   WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid
                     AND d.deptype = 'i' AND d.refclassid = 'pg_type'::regclass)
ORDER BY p.proname, arguments
