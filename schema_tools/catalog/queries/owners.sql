-- Members that another role owns than the one that asks.
SELECT class AS class_, oid, quote_ident(pg_get_userbyid(owner)) AS owner
FROM (
    SELECT 'pg_class', oid, relowner FROM pg_class WHERE relnamespace = %(schema)s AND relkind IN ('r', 'p', 'v', 'm', 'S')
    UNION ALL SELECT 'pg_proc', oid, proowner FROM pg_proc WHERE pronamespace = %(schema)s
    UNION ALL SELECT 'pg_type', t.oid, t.typowner FROM pg_type AS t
     WHERE t.typnamespace = %(schema)s AND t.typtype <> 'm'
       AND NOT EXISTS (SELECT FROM pg_class AS c WHERE c.oid = t.typrelid AND c.relkind <> 'c')
    UNION ALL SELECT 'pg_operator', oid, oprowner FROM pg_operator WHERE oprnamespace = %(schema)s
    UNION ALL SELECT 'pg_opclass', oid, opcowner FROM pg_opclass WHERE opcnamespace = %(schema)s
    UNION ALL SELECT 'pg_opfamily', oid, opfowner FROM pg_opfamily WHERE opfnamespace = %(schema)s
    UNION ALL SELECT 'pg_collation', oid, collowner FROM pg_collation WHERE collnamespace = %(schema)s
    UNION ALL SELECT 'pg_ts_dict', oid, dictowner FROM pg_ts_dict WHERE dictnamespace = %(schema)s
    UNION ALL SELECT 'pg_ts_config', oid, cfgowner FROM pg_ts_config WHERE cfgnamespace = %(schema)s
    UNION ALL SELECT 'pg_statistic_ext', oid, stxowner FROM pg_statistic_ext WHERE stxnamespace = %(schema)s
) AS owned (class, oid, owner)
WHERE owner <> (SELECT oid FROM pg_roles WHERE rolname = current_user)
ORDER BY 1, 2
