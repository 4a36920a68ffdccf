"""The statements of the session service that decide races, named, in SQL."""

from sqlalchemy import text

OPEN_GATE = text("SELECT pg_advisory_xact_lock(hashtext('masa-madre: open a session'))")
"""One creation at a time counts the open sessions, so that the last place goes to one of two."""

OPEN_SESSION = text(
    """
    WITH template AS (
        SELECT id, template_version FROM control.tenants
         WHERE is_demo_template AND account_type = :account_type AND state = 'ready'
    ), leased AS (
        UPDATE control.tenants
           SET state = 'leased', demo_session_id = :id, updated_at = now(),
               demo_expires_at = now() + make_interval(secs => :duration)
         WHERE id = (SELECT tenant.id FROM control.tenants AS tenant
                       JOIN template ON tenant.base_demo_tenant_id = template.id
                        AND tenant.template_version = template.template_version
                      WHERE tenant.state = 'ready'
                      ORDER BY tenant.created_at LIMIT 1
                        FOR UPDATE OF tenant SKIP LOCKED)
        RETURNING id
    )
    INSERT INTO control.demo_sessions
           (id, session_id, user_id, ip_address, user_agent, base_demo_tenant_id,
            virtual_tenant_id, demo_account_type, status, expires_at, data_cloned, redis_populated)
    SELECT :id, :session_id, :user_id, CAST(:ip_address AS inet), :user_agent, template.id,
           leased.id, :account_type,
           CAST(CASE WHEN leased.id IS NULL THEN 'pending' ELSE 'active' END
                AS control.session_status),
           now() + make_interval(secs => :duration), leased.id IS NOT NULL, true
      FROM template LEFT JOIN leased ON true
     WHERE (SELECT count(*) FROM control.demo_sessions
             WHERE status IN ('pending', 'active')) < :max_sessions
    RETURNING *
    """
)
"""Lease and insert in one statement. No row: the template is missing, or the house is full."""

HAND_OVER = text(
    """
    WITH waiting AS (
        SELECT id, row_number() OVER (ORDER BY created_at) AS place
          FROM (SELECT id, created_at FROM control.demo_sessions
                 WHERE status = 'pending' AND base_demo_tenant_id = :template_id
                 ORDER BY created_at LIMIT 50 FOR UPDATE SKIP LOCKED) AS locked
    ), ready AS (
        SELECT id, row_number() OVER (ORDER BY created_at) AS place
          FROM (SELECT tenant.id, tenant.created_at FROM control.tenants AS tenant
                  JOIN control.tenants AS template ON template.id = tenant.base_demo_tenant_id
                   AND template.template_version = tenant.template_version
                 WHERE tenant.state = 'ready' AND template.id = :template_id
                 ORDER BY tenant.created_at LIMIT 50
                   FOR UPDATE OF tenant SKIP LOCKED) AS locked
    ), pair AS (
        SELECT waiting.id AS session_id, ready.id AS tenant_id
          FROM waiting JOIN ready USING (place)
    ), leased AS (
        UPDATE control.tenants AS tenant
           SET state = 'leased', demo_session_id = pair.session_id, updated_at = now(),
               demo_expires_at = now() + make_interval(secs => :duration)
          FROM pair WHERE tenant.id = pair.tenant_id
    )
    UPDATE control.demo_sessions AS session
       SET status = 'active', virtual_tenant_id = pair.tenant_id, data_cloned = true,
           expires_at = now() + make_interval(secs => :duration)
      FROM pair WHERE session.id = pair.session_id
    RETURNING session.*
    """
)
"""Give ready tenants to waiting sessions, oldest first. A session's time begins now."""

EXTEND = text(
    """
    UPDATE control.demo_sessions
       SET expires_at = expires_at + make_interval(secs => :duration),
           extensions = extensions + 1
     WHERE session_id = :session_id AND status = 'active' AND expires_at > now()
       AND extensions < :max_extensions
    RETURNING *
    """
)

END = text(
    """
    WITH ended AS (
        UPDATE control.demo_sessions
           SET status = CAST(:status AS control.session_status), destroyed_at = now(),
               metadata = metadata || jsonb_build_object('ended_by', CAST(:ended_by AS text))
         WHERE session_id = :session_id AND status IN ('pending', 'active')
        RETURNING *
    ), released AS (
        UPDATE control.tenants SET state = 'dropping', updated_at = now()
         WHERE demo_session_id IN (SELECT id FROM ended) AND state = 'leased'
    )
    SELECT * FROM ended
    """
)

EXPIRE = text(
    """
    WITH ended AS (
        UPDATE control.demo_sessions
           SET status = 'expired',
               metadata = metadata || jsonb_build_object('ended_by', 'clock')
         WHERE status IN ('pending', 'active') AND expires_at <= now()
        RETURNING *
    ), released AS (
        UPDATE control.tenants SET state = 'dropping', updated_at = now()
         WHERE demo_session_id IN (SELECT id FROM ended) AND state = 'leased'
    )
    SELECT * FROM ended
    """
)

REPLACE_TENANT = text(
    """
    WITH session AS (
        SELECT * FROM control.demo_sessions
         WHERE session_id = :session_id AND status = 'active' AND expires_at > now()
           FOR UPDATE
    ), fresh AS (
        UPDATE control.tenants AS tenant
           SET state = 'leased', demo_session_id = session.id, updated_at = now(),
               demo_expires_at = session.expires_at
          FROM session
         WHERE tenant.id = (SELECT ready.id FROM control.tenants AS ready
                              JOIN session AS s
                                ON s.base_demo_tenant_id = ready.base_demo_tenant_id
                              JOIN control.tenants AS template
                                ON template.id = s.base_demo_tenant_id
                               AND template.template_version = ready.template_version
                             WHERE ready.state = 'ready'
                             ORDER BY ready.created_at LIMIT 1
                               FOR UPDATE OF ready SKIP LOCKED)
        RETURNING tenant.id
    ), released AS (
        UPDATE control.tenants AS tenant SET state = 'dropping', updated_at = now()
          FROM session, fresh
         WHERE tenant.id = session.virtual_tenant_id
    )
    UPDATE control.demo_sessions AS changed SET virtual_tenant_id = fresh.id
      FROM fresh, session WHERE changed.id = session.id
    RETURNING changed.*
    """
)
"""Swap the session's tenant for a fresh one. No row: no such open session, or the pool is empty."""
