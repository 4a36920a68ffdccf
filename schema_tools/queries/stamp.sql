-- One value that changes whenever a catalog row of the schema does.
-- Row versions are enough: a schema change writes new ones. VACUUM and ANALYZE update in place.
SELECT md5(string_agg(part, ',' ORDER BY part)) AS stamp
FROM (
    SELECT 'c' || oid || ':' || xmin FROM pg_class WHERE relnamespace = %(schema)s
    UNION ALL
    SELECT 'a' || attrelid || '.' || attnum || ':' || a.xmin
      FROM pg_attribute AS a JOIN pg_class AS c ON c.oid = a.attrelid
     WHERE c.relnamespace = %(schema)s
    UNION ALL
    SELECT 'd' || d.oid || ':' || d.xmin
      FROM pg_attrdef AS d JOIN pg_class AS c ON c.oid = d.adrelid
     WHERE c.relnamespace = %(schema)s
    UNION ALL
    SELECT 'k' || oid || ':' || xmin FROM pg_constraint WHERE connamespace = %(schema)s
    UNION ALL
    SELECT 'p' || oid || ':' || xmin FROM pg_proc WHERE pronamespace = %(schema)s
    UNION ALL
    SELECT 't' || oid || ':' || xmin FROM pg_type WHERE typnamespace = %(schema)s
    UNION ALL
    SELECT 'e' || e.oid || ':' || e.xmin
      FROM pg_enum AS e JOIN pg_type AS t ON t.oid = e.enumtypid
     WHERE t.typnamespace = %(schema)s
    UNION ALL
    SELECT 'g' || g.oid || ':' || g.xmin
      FROM pg_trigger AS g JOIN pg_class AS c ON c.oid = g.tgrelid
     WHERE c.relnamespace = %(schema)s
    UNION ALL
    SELECT 'r' || r.oid || ':' || r.xmin
      FROM pg_rewrite AS r JOIN pg_class AS c ON c.oid = r.ev_class
     WHERE c.relnamespace = %(schema)s
    UNION ALL
    SELECT 'y' || y.oid || ':' || y.xmin
      FROM pg_policy AS y JOIN pg_class AS c ON c.oid = y.polrelid
     WHERE c.relnamespace = %(schema)s
    UNION ALL
    SELECT 'i' || i.indexrelid || ':' || i.xmin
      FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indrelid
     WHERE c.relnamespace = %(schema)s
    UNION ALL
    SELECT 's' || s.seqrelid || ':' || s.xmin
      FROM pg_sequence AS s JOIN pg_class AS c ON c.oid = s.seqrelid
     WHERE c.relnamespace = %(schema)s
    UNION ALL
    SELECT 'x' || oid || ':' || xmin FROM pg_statistic_ext WHERE stxnamespace = %(schema)s
    UNION ALL
    SELECT 'o' || oid || ':' || xmin FROM pg_operator WHERE oprnamespace = %(schema)s
    UNION ALL
    SELECT 'n' || classoid || '.' || objoid || '.' || objsubid || ':' || xmin
      FROM pg_description
     WHERE classoid = 'pg_class'::regclass
       AND objoid IN (SELECT oid FROM pg_class WHERE relnamespace = %(schema)s)
) AS parts (part)
