-- What is read and written of sessions besides their status.

-- extend_session --
-- An extension is half as long when few places are left (`busy` open sessions), and there is none
-- when the last ones are taken (`full`): other visitors wait for them.
WITH taken AS (
    SELECT count(*) AS places FROM control.demo_sessions WHERE status IN ('pending', 'active')
), extended AS (
    UPDATE control.demo_sessions
       SET expires_at = expires_at + make_interval(
               secs => CASE WHEN places >= :busy THEN :duration / 2 ELSE :duration END),
           extensions = extensions + 1, last_activity_at = now(),
           metadata = CASE WHEN CAST(:once AS text) IS NULL THEN metadata
                      ELSE metadata || jsonb_build_object('once', coalesce(metadata -> 'once', '[]')
                           || to_jsonb(CAST(:once AS text))) END
      FROM taken
     WHERE session_id = :session_id AND status = 'active' AND expires_at > now()
       AND extensions < :max_extensions AND places < :full
       AND NOT coalesce((metadata -> 'once') ? CAST(:once AS text), false)
    RETURNING demo_sessions.*, places >= :busy AS is_shortened
), tenant AS (
    UPDATE control.tenants AS tenant SET demo_expires_at = extended.expires_at
      FROM extended WHERE tenant.id = extended.virtual_tenant_id
)
SELECT * FROM extended

-- note_once --
UPDATE control.demo_sessions
   SET metadata = metadata || jsonb_build_object('once', coalesce(metadata -> 'once', '[]')
                  || to_jsonb(CAST(:once AS text)))
 WHERE id = :id AND NOT coalesce((metadata -> 'once') ? CAST(:once AS text), false)

-- find_by_row --
SELECT session.*, expires_at <= now() AS is_over
  FROM control.demo_sessions AS session WHERE id = :id

-- find_session --
SELECT session.*, expires_at <= now() AS is_over
  FROM control.demo_sessions AS session WHERE session_id = :session_id

-- find_choices --
-- No row: the tenant waits for a session.
SELECT coalesce(session.metadata, '{}') AS metadata
  FROM control.tenants AS tenant
  LEFT JOIN control.demo_sessions AS session ON session.id = tenant.demo_session_id
 WHERE tenant.id = :tenant_id AND (session.id IS NOT NULL OR NOT tenant.is_demo)

-- find_awaited_tenant --
SELECT id FROM control.tenants WHERE demo_session_id = :demo_session_id AND state = 'cloning'

-- find_place --
-- The place of a session among those that wait for the same template, in the order of `hand_over`.
WITH turns AS (
    SELECT id, status, base_demo_tenant_id, created_at,
           row_number() OVER (PARTITION BY coalesce(address_digest, id::text)
                                  ORDER BY status = 'pending', created_at) AS turn
      FROM control.demo_sessions WHERE status IN ('pending', 'active')
), queue AS (
    SELECT id, row_number() OVER (PARTITION BY base_demo_tenant_id
                                      ORDER BY turn, created_at) AS place
      FROM turns WHERE status = 'pending'
)
SELECT place FROM queue WHERE id = :id

-- mark_not_cached --
UPDATE control.demo_sessions SET redis_populated = false WHERE id = :demo_session_id

-- find_reset_target --
-- An active session with its tenant's schema and the template's, where it has a tenant.
SELECT session.id, session.virtual_tenant_id,
       coalesce(template.account_type, session.demo_account_type),
       tenant.schema_name, template.schema_name
  FROM control.demo_sessions AS session
  LEFT JOIN control.tenants AS tenant
    ON tenant.id = session.virtual_tenant_id AND tenant.state = 'leased'
  LEFT JOIN control.tenants AS template ON template.id = tenant.base_demo_tenant_id
 WHERE session.id = :demo_session_id AND session.status = 'active' AND session.expires_at > now()

-- is_reset_target_current --
-- Tell whether a session still has its tenant, cloned from the template as it is now.
SELECT EXISTS (
    SELECT FROM control.demo_sessions AS session
      JOIN control.tenants AS tenant
        ON tenant.id = session.virtual_tenant_id AND tenant.state = 'leased'
      JOIN control.tenants AS template
        ON template.id = tenant.base_demo_tenant_id
       AND template.template_version = tenant.template_version
       AND template.revision IS NOT DISTINCT FROM tenant.revision
     WHERE session.id = %(session)s AND session.virtual_tenant_id = %(tenant)s
       AND session.status = 'active')

-- forget_visitors --
UPDATE control.demo_sessions
   SET ip_address = NULL, address_digest = NULL, user_agent = NULL,
       metadata = metadata - 'personal'
 WHERE status NOT IN ('pending', 'active')
   AND (num_nonnulls(ip_address, address_digest, user_agent) > 0 OR metadata ? 'personal')
