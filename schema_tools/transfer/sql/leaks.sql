-- What the server keeps as text and still names a schema's former name, and what would change it.
-- A domain keeps its default as text too, beside the one that counts.
SELECT 'domain ' || t.typname AS what,
       format('ALTER DOMAIN %%I.%%I SET DEFAULT %%s', n.nspname, t.typname, pg_get_expr(t.typdefaultbin, 0)) AS change
  FROM pg_type AS t JOIN pg_namespace AS n ON n.oid = t.typnamespace
 WHERE n.nspname = %(target)s AND t.typtype = 'd' AND t.typdefaultbin IS NOT NULL
   AND strpos(t.typdefault, %(former)s) > 0
UNION ALL
SELECT 'function ' || p.proname, NULL
  FROM pg_proc AS p JOIN pg_namespace AS n ON n.oid = p.pronamespace
 WHERE n.nspname = %(target)s AND strpos(p.prosrc || coalesce(p.proconfig::text, ''), %(former)s) > 0
UNION ALL
SELECT 'text search dictionary ' || d.dictname, NULL
  FROM pg_ts_dict AS d JOIN pg_namespace AS n ON n.oid = d.dictnamespace
 WHERE n.nspname = %(target)s AND strpos(d.dictinitoption, %(former)s) > 0
UNION ALL
SELECT 'trigger ' || g.tgname, NULL
  FROM pg_trigger AS g JOIN pg_class AS c ON c.oid = g.tgrelid JOIN pg_namespace AS n ON n.oid = c.relnamespace
 WHERE n.nspname = %(target)s AND strpos(encode(g.tgargs, 'escape'), %(former)s) > 0
ORDER BY 1
