-- What restoring the rows of some tables of a clone needs to know of each.
SELECT c.relname AS name,
       coalesce(
           (SELECT ARRAY(SELECT a.attname FROM unnest(k.conkey) WITH ORDINALITY AS part(number, place)
                           JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum = part.number
                          ORDER BY part.place)
              FROM pg_constraint AS k
             WHERE k.conrelid = c.oid AND k.contype IN ('p', 'u')
               AND NOT EXISTS (SELECT FROM pg_attribute AS a
                                WHERE a.attrelid = c.oid AND a.attnum = ANY (k.conkey)
                                  AND NOT a.attnotnull)
             ORDER BY k.contype, k.condeferrable, k.oid LIMIT 1),
           '{}')::text[] AS key,
       ARRAY(SELECT t.tgname FROM pg_trigger AS t
              WHERE c.relhastriggers AND t.tgrelid = c.oid
                AND NOT t.tgisinternal AND t.tgenabled <> 'D'
              ORDER BY t.tgname)::text[] AS triggers,
       ARRAY(SELECT t.tgenabled FROM pg_trigger AS t
              WHERE c.relhastriggers AND t.tgrelid = c.oid
                AND NOT t.tgisinternal AND t.tgenabled <> 'D'
              ORDER BY t.tgname)::text[] AS trigger_states,
       ARRAY(SELECT r.rulename FROM pg_rewrite AS r
              WHERE c.relhasrules AND r.ev_class = c.oid
                AND r.ev_type <> '1' AND r.ev_enabled <> 'D'
              ORDER BY r.rulename)::text[] AS rules,
       ARRAY(SELECT r.ev_enabled FROM pg_rewrite AS r
              WHERE c.relhasrules AND r.ev_class = c.oid
                AND r.ev_type <> '1' AND r.ev_enabled <> 'D'
              ORDER BY r.rulename)::text[] AS rule_states
  FROM pg_namespace AS n
  JOIN pg_class AS c ON c.relnamespace = n.oid AND c.relname = ANY (%(names)s)
 WHERE n.nspname = %(schema)s
