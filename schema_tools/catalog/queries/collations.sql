-- Collations of the schema; columns that one server version lacks are read through JSON.
SELECT c.oid, c.collname AS name, c.collprovider::text AS provider,
       c.collisdeterministic AS is_deterministic, c.collcollate AS collate, c.collctype AS ctype,
       coalesce(to_jsonb(c) ->> 'colllocale', to_jsonb(c) ->> 'colliculocale') AS locale,
       to_jsonb(c) ->> 'collicurules' AS rules, c.collversion AS version
FROM pg_collation AS c
WHERE c.collnamespace = %(schema)s
ORDER BY c.collname
