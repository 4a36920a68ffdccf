-- Triggers that a person made; those of a partition come with its parent's.
SELECT t.oid, t.tgname AS name, t.tgrelid AS relation, t.tgenabled::text AS state,
       t.tgparentid AS parent, p.tgenabled::text AS parent_state,
       pg_get_triggerdef(t.oid, true) AS definition, k.oid AS constraint_oid
FROM pg_trigger AS t
JOIN pg_class AS c ON c.oid = t.tgrelid
LEFT JOIN pg_trigger AS p ON p.oid = t.tgparentid
LEFT JOIN pg_constraint AS k ON k.oid = t.tgconstraint AND k.contype = 't'
WHERE c.relnamespace = %(schema)s AND NOT t.tgisinternal
ORDER BY t.tgname, t.oid
