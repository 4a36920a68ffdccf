-- Operators of the schema. Names of functions and types obey the search path.
SELECT o.oid, o.oprname AS name,
       CASE WHEN o.oprleft <> 0 THEN format_type(o.oprleft, NULL) END AS left_type,
       format_type(o.oprright, NULL) AS right_type,
       o.oprcode::regproc::text AS function,
       o.oprcanmerge AS can_merge, o.oprcanhash AS can_hash,
       quote_ident(cn.nspname) || '.' || c.oprname AS commutator,
       quote_ident(gn.nspname) || '.' || g.oprname AS negator,
       nullif(o.oprrest, 0)::regproc::text AS restrict,
       nullif(o.oprjoin, 0)::regproc::text AS "join"
FROM pg_operator AS o
LEFT JOIN pg_operator AS c ON c.oid = o.oprcom
LEFT JOIN pg_namespace AS cn ON cn.oid = c.oprnamespace
LEFT JOIN pg_operator AS g ON g.oid = o.oprnegate
LEFT JOIN pg_namespace AS gn ON gn.oid = g.oprnamespace
WHERE o.oprnamespace = %(schema)s
ORDER BY o.oprname, left_type, right_type
