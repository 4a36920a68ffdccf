"""The statements of the session service that decide races, named, in SQL."""

from sqlalchemy import text

OPEN_SESSION = text(
    """
    SELECT refusal, retry_after, awaited, (opened).*
      FROM control.open_session(:id, :session_id, :account_type, :user_id,
           CAST(:ip_address AS inet), :user_agent, :duration, :max_sessions, :max_per_minute,
           :tenant_id, :alone)
    """
)
"""Count, lease and insert; the function holds a gate, so that the last place goes to one of two.

`refusal` is null, or says why nothing was opened; `again` means only that others pass the gate near
the limit, so that it has to be asked once more, `alone`.
"""

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
                   AND (template.template_version = tenant.template_version
                        OR template.revision = tenant.revision)
                 WHERE tenant.state = 'ready' AND template.id = :template_id
                 ORDER BY tenant.template_version DESC, tenant.created_at LIMIT 50
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
           expires_at = now() + make_interval(secs => :duration), last_activity_at = now()
      FROM pair WHERE session.id = pair.session_id
    RETURNING session.*
    """
)
"""Give ready tenants to waiting sessions, oldest first. A session's time begins now.

Tenants of the template's newest version go first. An older one is good too while it has the same
tables.
"""

EXTEND = text(
    """
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
    """
)

END = text(
    """
    UPDATE control.demo_sessions
       SET status = CAST(:status AS control.session_status), destroyed_at = now(),
           metadata = metadata || jsonb_build_object('ended_by', CAST(:ended_by AS text))
     WHERE session_id = :session_id AND status IN ('pending', 'active')
    RETURNING *
    """
)

EXPIRE = text(
    """
    UPDATE control.demo_sessions
           SET status = CAST(CASE WHEN virtual_tenant_id IS NULL THEN 'destroyed'
                        ELSE 'expired' END AS control.session_status),
               destroyed_at = CASE WHEN virtual_tenant_id IS NULL THEN now() END,
               metadata = metadata || jsonb_build_object('ended_by',
                   CASE WHEN expires_at <= now() THEN 'clock' ELSE 'idle' END)
         WHERE status IN ('pending', 'active')
           AND (expires_at <= now()
                OR (:idle_seconds > 0 AND status = 'active'
                    AND last_activity_at <= now() - make_interval(secs => :idle_seconds)))
    RETURNING *
    """
)

RELEASE = text(
    """
    UPDATE control.tenants SET state = 'dropping', updated_at = now()
     WHERE state = 'leased' AND demo_session_id = ANY(:sessions)
    """
)
"""Take the tenants of ended sessions out of use. A statement of its own, after the one that ended
them: that one may have waited for a hand-over, whose lease its snapshot does not see."""

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
                               AND (template.template_version = ready.template_version
                                    OR template.revision = ready.revision)
                             WHERE ready.state = 'ready'
                             ORDER BY ready.template_version DESC, ready.created_at LIMIT 1
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

STOCK = text(
    """
    SELECT (SELECT count(*) FROM control.demo_sessions
             WHERE base_demo_tenant_id = template.id AND status = 'pending') AS waiting,
           count(*) FILTER (WHERE tenant.state = 'cloning') AS cloning,
           count(*) FILTER (WHERE tenant.state = 'ready'
               AND tenant.template_version = template.template_version) AS fresh,
           count(*) FILTER (WHERE tenant.state = 'ready'
               AND tenant.template_version <> template.template_version
               AND tenant.revision = template.revision) AS outdated
      FROM control.tenants AS template
      LEFT JOIN control.tenants AS tenant ON tenant.base_demo_tenant_id = template.id
     WHERE template.id = :template_id GROUP BY template.id
    """
)

RETIRE = text(
    """
    WITH ready AS (
        SELECT tenant.id,
               tenant.template_version = template.template_version AS is_fresh,
               coalesce(tenant.template_version = template.template_version
                        OR tenant.revision = template.revision, false) AS is_good,
               row_number() OVER (ORDER BY tenant.template_version DESC, tenant.created_at DESC)
                   AS place
          FROM control.tenants AS tenant
          JOIN control.tenants AS template ON template.id = tenant.base_demo_tenant_id
         WHERE tenant.state = 'ready' AND template.account_type = :account_type
    )
    UPDATE control.tenants AS tenant SET state = 'dropping', updated_at = now()
      FROM ready
     WHERE tenant.id = ready.id AND tenant.state = 'ready'
       AND (NOT ready.is_good OR (NOT ready.is_fresh AND ready.place > :size)
            OR ready.place > 2 * CAST(:size AS integer) + 2)
    """
)
"""Which ready tenants the pool can do without; the newest stay."""

HOLD_SESSION = text(
    """
    SELECT session.*, tenant.schema_name, template.schema_name AS template_schema
      FROM control.demo_sessions AS session
      JOIN control.tenants AS tenant ON tenant.id = session.virtual_tenant_id
       AND tenant.state = 'leased'
      JOIN control.tenants AS template ON template.id = tenant.base_demo_tenant_id
     WHERE session.session_id = :session_id AND session.status = 'active'
       AND session.expires_at > now()
       FOR UPDATE OF session
    """
)
"""Nobody ends or replaces a session while its rows are put right."""
