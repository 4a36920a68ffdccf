-- Row security policies.
SELECT p.oid, p.polname AS name, p.polrelid AS relation, p.polcmd::text AS command,
       p.polpermissive AS is_permissive,
       ARRAY(SELECT CASE WHEN r = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(r)) END
               FROM unnest(p.polroles) WITH ORDINALITY AS u (r, place) ORDER BY place) AS roles,
       pg_get_expr(p.polqual, p.polrelid) AS using_expression,
       pg_get_expr(p.polwithcheck, p.polrelid) AS check_expression
FROM pg_policy AS p
JOIN pg_class AS c ON c.oid = p.polrelid
WHERE c.relnamespace = %(schema)s
ORDER BY p.polname, p.oid
