-- The backends that hold locks on a schema's relations.
SELECT DISTINCT a.pid, coalesce(a.application_name, '') AS application, left(a.query, 120) AS query
  FROM pg_locks AS l
  JOIN pg_class AS c ON c.oid = l.relation
  JOIN pg_namespace AS n ON n.oid = c.relnamespace
  JOIN pg_stat_activity AS a ON a.pid = l.pid
 WHERE n.nspname = %(schema)s AND l.granted AND l.pid <> pg_backend_pid()
   AND l.mode NOT IN ('AccessShareLock', 'RowShareLock')
 ORDER BY a.pid
