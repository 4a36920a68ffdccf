-- The tables, sequences and materialised views of a source and its clone. What only the clone is
-- asked for is read of the clone alone.
SELECT n.nspname AS schema,
       c.relname AS name,
       quote_ident(n.nspname) || '.' || quote_ident(c.relname) AS qualified,
       c.relkind::text AS kind,
       (SELECT root.relname FROM pg_class AS root
         WHERE root.oid = coalesce(pg_partition_root(c.oid), c.oid)) AS root,
       c.relispopulated AS is_populated,
       -- No command ever rewrites a table's row about its own ctid: it is as old as the table.
       coalesce((SELECT a.xmin::text FROM pg_attribute AS a
                  WHERE n.nspname = %(clone)s AND a.attrelid = c.oid AND a.attname = 'ctid'),
                '') AS created_by,
       ARRAY(SELECT a.attname FROM pg_attribute AS a
              WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
              ORDER BY a.attnum)::text[] AS columns,
       coalesce(
           (SELECT ARRAY(SELECT a.attname FROM unnest(k.conkey) WITH ORDINALITY AS part(number, place)
                           JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum = part.number
                          ORDER BY part.place)
              FROM pg_constraint AS k
             WHERE n.nspname = %(clone)s AND k.conrelid = c.oid AND k.contype IN ('p', 'u')
               AND NOT EXISTS (SELECT FROM pg_attribute AS a
                                WHERE a.attrelid = c.oid AND a.attnum = ANY (k.conkey)
                                  AND NOT a.attnotnull)
             ORDER BY k.contype, k.condeferrable, k.oid LIMIT 1),
           '{}')::text[] AS key,
       ARRAY(SELECT t.tgname FROM pg_trigger AS t
              WHERE n.nspname = %(clone)s AND c.relhastriggers AND t.tgrelid = c.oid
                AND NOT t.tgisinternal AND t.tgenabled <> 'D'
              ORDER BY t.tgname)::text[] AS triggers,
       ARRAY(SELECT t.tgenabled FROM pg_trigger AS t
              WHERE n.nspname = %(clone)s AND c.relhastriggers AND t.tgrelid = c.oid
                AND NOT t.tgisinternal AND t.tgenabled <> 'D'
              ORDER BY t.tgname)::text[] AS trigger_states,
       ARRAY(SELECT r.rulename FROM pg_rewrite AS r
              WHERE n.nspname = %(clone)s AND c.relhasrules AND r.ev_class = c.oid
                AND r.ev_type <> '1' AND r.ev_enabled <> 'D'
              ORDER BY r.rulename)::text[] AS rules,
       ARRAY(SELECT r.ev_enabled FROM pg_rewrite AS r
              WHERE n.nspname = %(clone)s AND c.relhasrules AND r.ev_class = c.oid
                AND r.ev_type <> '1' AND r.ev_enabled <> 'D'
              ORDER BY r.rulename)::text[] AS rule_states
  FROM pg_namespace AS n
  -- By pg_depend's index: pg_class has none by schema, and other schemas may have many relations.
  JOIN pg_depend AS d ON d.refclassid = 'pg_namespace'::regclass AND d.refobjid = n.oid
   AND d.classid = 'pg_class'::regclass
  JOIN pg_class AS c ON c.oid = d.objid
 WHERE n.nspname IN (%(source)s, %(clone)s)
   AND c.relkind IN ('r', 'p', 'S', 'm')
 ORDER BY c.relkind = 'm', CASE WHEN c.relkind = 'm' THEN c.oid END, c.relname
