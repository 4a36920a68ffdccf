-- Text search dictionaries of the schema.
SELECT d.oid, d.dictname AS name, quote_ident(n.nspname) || '.' || quote_ident(t.tmplname) AS template,
       d.dictinitoption AS options
FROM pg_ts_dict AS d
JOIN pg_ts_template AS t ON t.oid = d.dicttemplate
JOIN pg_namespace AS n ON n.oid = t.tmplnamespace
WHERE d.dictnamespace = %(schema)s
ORDER BY d.dictname
