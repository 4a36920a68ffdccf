-- What is read and written of sessions besides their status.

-- extend_session --
WITH extended AS (
    UPDATE control.demo_sessions
       SET expires_at = expires_at + make_interval(secs => :duration),
           extensions = extensions + 1, last_activity_at = now()
     WHERE session_id = :session_id AND status = 'active' AND expires_at > now()
       AND extensions < :max_extensions
    RETURNING *
), tenant AS (
    UPDATE control.tenants AS tenant SET demo_expires_at = extended.expires_at
      FROM extended WHERE tenant.id = extended.virtual_tenant_id
)
SELECT * FROM extended

-- find_session --
SELECT session.*, expires_at <= now() AS is_over
  FROM control.demo_sessions AS session WHERE session_id = :session_id

-- find_awaited_tenant --
SELECT id FROM control.tenants WHERE demo_session_id = :demo_session_id AND state = 'cloning'

-- mark_not_cached --
UPDATE control.demo_sessions SET redis_populated = false WHERE id = :demo_session_id

-- hold_session --
-- While this lock is held no process ends the session or gives it another tenant.
SELECT session.*, tenant.schema_name, template.schema_name AS template_schema
  FROM control.demo_sessions AS session
  JOIN control.tenants AS tenant ON tenant.id = session.virtual_tenant_id
   AND tenant.state = 'leased'
  JOIN control.tenants AS template ON template.id = tenant.base_demo_tenant_id
 WHERE session.session_id = :session_id AND session.status = 'active'
   AND session.expires_at > now()
   FOR UPDATE OF session

-- forget_visitors --
UPDATE control.demo_sessions SET ip_address = NULL, user_agent = NULL
 WHERE status NOT IN ('pending', 'active')
   AND (ip_address IS NOT NULL OR user_agent IS NOT NULL)
