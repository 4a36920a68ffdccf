-- Text search configurations of the schema.
SELECT c.oid, c.cfgname AS name, quote_ident(n.nspname) || '.' || quote_ident(p.prsname) AS parser,
       (SELECT array_agg(token || ' WITH ' || dictionaries ORDER BY token)
          FROM (SELECT (SELECT quote_ident(k.alias) FROM ts_token_type(c.cfgparser) AS k
                         WHERE k.tokid = m.maptokentype) AS token,
                       string_agg(m.mapdict::regdictionary::text, ', ' ORDER BY m.mapseqno) AS dictionaries
                  FROM pg_ts_config_map AS m WHERE m.mapcfg = c.oid
                 GROUP BY m.maptokentype) AS mapping) AS mappings,
       (SELECT array_agg(DISTINCT m.mapdict) FROM pg_ts_config_map AS m WHERE m.mapcfg = c.oid) AS dictionaries
FROM pg_ts_config AS c
JOIN pg_ts_parser AS p ON p.oid = c.cfgparser
JOIN pg_namespace AS n ON n.oid = p.prsnamespace
WHERE c.cfgnamespace = %(schema)s
ORDER BY c.cfgname
