-- Constraints of the schema's tables and domains, as the server prints them.
SELECT k.oid, k.conname AS name, k.contype::text AS kind, k.conrelid AS relation,
       k.contypid AS domain, k.conparentid AS parent,
       k.conislocal AS is_local, k.convalidated AS is_validated,
       k.conkey AS columns, pg_get_constraintdef(k.oid) AS definition,
       EXISTS (SELECT FROM pg_depend AS d
                WHERE d.classid = 'pg_constraint'::regclass AND d.objid = k.oid
                  AND d.refclassid = 'pg_proc'::regclass) AS calls_functions
FROM pg_constraint AS k
WHERE k.connamespace = %(schema)s
ORDER BY k.conname, k.oid
