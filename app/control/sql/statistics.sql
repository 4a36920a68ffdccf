-- Figures about all sessions there ever were, those whose rows are purged included.

-- totals --
WITH figures AS (
    SELECT count(*) AS total,
           count(*) FILTER (WHERE status = 'pending') AS pending,
           count(*) FILTER (WHERE status = 'active' AND expires_at > now()) AS active,
           count(*) FILTER (WHERE metadata ->> 'ended_by' IN ('clock', 'idle')
               OR (status IN ('pending', 'active') AND expires_at <= now())) AS expired,
           count(*) FILTER (WHERE status = 'destroyed'
               AND coalesce(metadata ->> 'ended_by', '') NOT IN ('clock', 'idle')) AS destroyed,
           count(*) FILTER (WHERE status = 'destroyed'
               AND metadata ->> 'ended_by' NOT IN ('clock', 'idle', 'visitor')) AS by_ops,
           count(*) FILTER (WHERE status = 'failed') AS failed,
           coalesce(sum(request_count), 0) AS requests,
           coalesce(sum(EXTRACT(epoch FROM
               least(destroyed_at, expires_at, now()) - created_at)), 0) AS seconds
      FROM control.demo_sessions
    UNION ALL
    SELECT coalesce(sum(sessions), 0), 0, 0, coalesce(sum(expired), 0),
           coalesce(sum(destroyed), 0), coalesce(sum(by_ops), 0), coalesce(sum(failed), 0), coalesce(sum(requests), 0),
           coalesce(sum(duration_seconds), 0)
      FROM control.session_statistics
)
SELECT sum(total)::bigint AS total_sessions, sum(pending)::bigint AS pending_sessions,
       sum(active)::bigint AS active_sessions, sum(expired)::bigint AS expired_sessions,
       sum(destroyed)::bigint AS destroyed_sessions, sum(expired)::bigint AS ended_by_clock,
       sum(destroyed - by_ops)::bigint AS ended_by_visitor, sum(by_ops)::bigint AS ended_by_ops,
       sum(failed)::bigint AS failed_sessions,
       round(coalesce(sum(seconds) / nullif(sum(total), 0), 0)::numeric / 60, 2)::float8
           AS avg_duration_minutes,
       sum(requests)::bigint AS total_requests
  FROM figures

-- tenant_counts --
SELECT account_type, state::text AS state, count(*) AS tenants
  FROM control.tenants WHERE is_demo GROUP BY 1, 2 ORDER BY 1, 2

-- relations --
-- As of the last analyze of the catalog: counting takes as long as the catalog is large.
SELECT greatest(reltuples, 0)::bigint FROM pg_catalog.pg_class
 WHERE oid = 'pg_catalog.pg_class'::regclass


-- session_bytes --
-- Those that are open the longest hold the most. A schema that is dropped meanwhile counts as empty.
WITH measured AS (
    SELECT account_type, schema_name,
           row_number() OVER (PARTITION BY account_type ORDER BY demo_expires_at, id) AS place
      FROM control.tenants WHERE is_demo AND state = 'leased'
)
SELECT account_type, avg(size)::bigint AS size
  FROM measured,
       LATERAL (SELECT coalesce(sum(pg_total_relation_size(c.oid)), 0) AS size
                  FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
                 WHERE n.nspname = measured.schema_name AND c.relkind IN ('r', 'm', 'S')) AS disk
 WHERE place <= :most
 GROUP BY account_type ORDER BY account_type
