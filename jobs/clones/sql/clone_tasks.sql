-- Clones that have no connection at this moment.

-- idle --
SELECT tenant.id, coalesce(session.status = 'pending', false)
  FROM control.tenants AS tenant
  LEFT JOIN control.demo_sessions AS session ON session.id = tenant.demo_session_id
 WHERE tenant.is_demo AND tenant.state = 'cloning'
   AND NOT EXISTS (SELECT FROM pg_stat_activity
                    WHERE application_name = :name || replace(tenant.id::text, '-', ''))
 ORDER BY session.created_at, tenant.created_at
