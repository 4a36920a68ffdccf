-- Who keeps a backend waiting for a lock, as a person reads it.
SELECT format('pid %%s (user %%s, application %%s), whose query began at %%s: %%s', a.pid, coalesce(a.usename::text, '?'),
              coalesce(nullif(a.application_name, ''), 'unknown'), coalesce(a.query_start::timestamptz(0)::text, '?'),
              left(regexp_replace(a.query, '\s+', ' ', 'g'), 120))
FROM unnest(pg_blocking_pids(%(pid)s)) AS b (pid)
JOIN pg_stat_activity AS a ON a.pid = b.pid
ORDER BY a.pid
