-- Text search dictionaries and configurations of the schema.
SELECT d.oid, 'dictionary' AS kind, d.dictname AS name,
       CASE WHEN tn.nspname IN ('pg_catalog') THEN '' ELSE quote_ident(tn.nspname) || '.' END
           || quote_ident(t.tmplname) AS base,
       d.dictinitoption AS options, NULL::text[] AS mappings,
       NULL::oid[] AS dictionaries
FROM pg_ts_dict AS d
JOIN pg_ts_template AS t ON t.oid = d.dicttemplate
JOIN pg_namespace AS tn ON tn.oid = t.tmplnamespace
WHERE d.dictnamespace = %(schema)s
UNION ALL
SELECT c.oid, 'configuration', c.cfgname,
       quote_ident(n.nspname) || '.' || quote_ident(p.prsname), NULL,
       (SELECT array_agg(token || ' WITH ' || dictionaries ORDER BY token)
          FROM (SELECT (SELECT quote_ident(k.alias) FROM ts_token_type(c.cfgparser) AS k
                         WHERE k.tokid = m.maptokentype) AS token,
                       string_agg(m.mapdict::regdictionary::text, ', ' ORDER BY m.mapseqno) AS dictionaries
                  FROM pg_ts_config_map AS m WHERE m.mapcfg = c.oid
                 GROUP BY m.maptokentype) AS mapping),
       (SELECT array_agg(DISTINCT m.mapdict) FROM pg_ts_config_map AS m WHERE m.mapcfg = c.oid)
FROM pg_ts_config AS c
JOIN pg_ts_parser AS p ON p.oid = c.cfgparser
JOIN pg_namespace AS n ON n.oid = p.prsnamespace
WHERE c.cfgnamespace = %(schema)s
ORDER BY 2 DESC, 3
