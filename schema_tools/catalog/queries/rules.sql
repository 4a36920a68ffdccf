-- Rules, but for those that are a view's definition.
SELECT r.oid, r.rulename AS name, r.ev_class AS relation, r.ev_enabled::text AS state,
       r.rulename = '_RETURN' AS is_view, pg_get_ruledef(r.oid, true) AS definition
FROM pg_rewrite AS r
JOIN pg_class AS c ON c.oid = r.ev_class
WHERE c.relnamespace = %(schema)s
ORDER BY r.rulename, r.oid
