-- About how many locks it takes to drop a schema at once: one for each object and each part of one.
WITH relation AS MATERIALIZED (
    SELECT c.oid, c.reltoastrelid FROM pg_catalog.pg_class AS c WHERE c.relnamespace = %(schema)s
)
SELECT (SELECT count(*) + 2 * count(*) FILTER (WHERE reltoastrelid <> 0) FROM relation)
     + (SELECT count(*) FROM pg_catalog.pg_type WHERE typnamespace = %(schema)s)
     + (SELECT count(*) FROM pg_catalog.pg_proc WHERE pronamespace = %(schema)s)
     + (SELECT count(*) FROM relation AS r JOIN pg_catalog.pg_constraint AS k ON k.conrelid = r.oid)
     + (SELECT count(*) FROM relation AS r JOIN pg_catalog.pg_attrdef AS d ON d.adrelid = r.oid)
     + (SELECT count(*) FROM relation AS r JOIN pg_catalog.pg_trigger AS t ON t.tgrelid = r.oid)
     + (SELECT count(*) FROM relation AS r JOIN pg_catalog.pg_rewrite AS w ON w.ev_class = r.oid) AS locks
