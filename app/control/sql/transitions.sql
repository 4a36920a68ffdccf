-- Every statement that changes a tenant's state or a session's status.
--
-- `transitions.py` names the changes that each of them may make. A statement names the states that
-- it starts from, so that of two processes that try the same change one makes it.

-- open_session --
-- The function is in `open_session.sql`. `refusal` is null, or says why nothing was opened; `again`
-- means that others open sessions near the limit: call it once more, with `alone`.
SELECT refusal, retry_after, awaited, (opened).*
  FROM control.open_session(:id, :session_id, :template_key, :user_id,
       CAST(:ip_address AS inet), CAST(:address_digests AS text[]), :user_agent, :duration,
       :max_sessions, :max_per_minute, :max_per_address, :tenant_id, :alone,
       CAST(:details AS jsonb))

-- hand_over --
-- Give ready tenants to waiting sessions. A session's time begins now. Addresses take turns: one
-- that has fewer open sessions goes first, and of each its oldest that waits, so that an address which
-- opens many does not keep the others waiting.
-- Tenants of the template's newest version go first; an older one is good too while it has the same
-- tables.
WITH turns AS (
    SELECT id, row_number() OVER (PARTITION BY coalesce(address_digest, id::text)
                                      ORDER BY status = 'pending', created_at) AS turn
      FROM control.demo_sessions WHERE status IN ('pending', 'active')
), waiting AS (
    SELECT id, seconds, row_number() OVER (ORDER BY turn, created_at) AS place
      FROM (SELECT session.id, session.created_at, turns.turn,
                   coalesce(60 * CAST(session.metadata ->> 'minutes' AS double precision),
                            :duration) AS seconds
              FROM control.demo_sessions AS session JOIN turns USING (id)
             WHERE session.status = 'pending' AND session.base_demo_tenant_id = :template_id
             ORDER BY turns.turn, session.created_at LIMIT 50
               FOR UPDATE OF session SKIP LOCKED) AS locked
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
    SELECT waiting.id AS demo_session_id, waiting.seconds, ready.id AS tenant_id
      FROM waiting JOIN ready USING (place)
), leased AS (
    UPDATE control.tenants AS tenant
       SET state = 'leased', demo_session_id = pair.demo_session_id, updated_at = now(),
           demo_expires_at = now() + make_interval(secs => pair.seconds)
      FROM pair WHERE tenant.id = pair.tenant_id
)
UPDATE control.demo_sessions AS session
   SET status = 'active', virtual_tenant_id = pair.tenant_id, data_cloned = true,
       expires_at = now() + make_interval(secs => pair.seconds), last_activity_at = now()
  FROM pair WHERE session.id = pair.demo_session_id
RETURNING session.*

-- end_session --
UPDATE control.demo_sessions
   SET status = 'destroyed', destroyed_at = now(),
       metadata = metadata - 'personal'
                  || jsonb_build_object('ended_by', CAST(:ended_by AS text))
 WHERE session_id = :session_id AND status IN ('pending', 'active')
RETURNING *

-- expire_sessions --
-- A session without a tenant has no schema to drop: it is destroyed at once. When all places are
-- taken a shorter idle time counts, so that idle sessions make room for visitors.
UPDATE control.demo_sessions
   SET status = CAST(CASE WHEN virtual_tenant_id IS NULL THEN 'destroyed'
                ELSE 'expired' END AS control.session_status),
       destroyed_at = CASE WHEN virtual_tenant_id IS NULL THEN now() END,
       metadata = metadata || jsonb_build_object('ended_by',
           CASE WHEN expires_at <= now() THEN 'clock' ELSE 'idle' END)
 WHERE status IN ('pending', 'active')
   AND (expires_at <= now()
        OR (:idle_seconds > 0 AND status = 'active'
            AND last_activity_at <= now() - make_interval(secs => :idle_seconds))
        OR (:idle_seconds_when_full > 0 AND status = 'active'
            AND last_activity_at <= now() - make_interval(secs => :idle_seconds_when_full)
            AND :max_sessions <= (SELECT count(*) FROM control.demo_sessions
                                   WHERE status IN ('pending', 'active') AND expires_at > now())))
RETURNING *

-- release_tenants --
-- Take the tenants of ended sessions out of use. It comes after the statement that ended them, which
-- may have waited for a hand-over: its own snapshot would not show that lease.
UPDATE control.tenants SET state = 'dropping', updated_at = now()
 WHERE state = 'leased' AND demo_session_id = ANY(:demo_session_ids)

-- release_tenant --
UPDATE control.tenants SET state = 'dropping', updated_at = now()
 WHERE state = 'leased' AND id = :tenant_id

-- replace_tenant --
-- Give a session a fresh tenant for its own. No row: the session is over or has another tenant already,
-- or the pool is empty.
WITH session AS (
    SELECT * FROM control.demo_sessions
     WHERE id = :demo_session_id AND virtual_tenant_id IS NOT DISTINCT FROM CAST(:tenant_id AS uuid)
       AND status = 'active' AND expires_at > now()
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
     WHERE tenant.id = session.virtual_tenant_id AND tenant.state = 'leased'
)
UPDATE control.demo_sessions AS changed SET virtual_tenant_id = fresh.id
  FROM fresh, session WHERE changed.id = session.id
RETURNING changed.*

-- register_clone --
INSERT INTO control.tenants (id, name, schema_name, account_type, is_demo, is_demo_template,
       base_demo_tenant_id, state)
VALUES (:id, :name, :schema_name, :account_type, true, false, :template_id, 'cloning')

-- mark_ready --
UPDATE control.tenants
   SET state = 'ready', template_version = :template_version, revision = :revision,
       ready_at = clock_timestamp(), clone_seconds = :seconds, updated_at = now()
 WHERE id = :tenant_id AND state = 'cloning'

-- fail_clone --
UPDATE control.tenants SET state = 'failed', failure = :failure, updated_at = now()
 WHERE id = :tenant_id AND state = 'cloning'
RETURNING demo_session_id

-- fail_waiting_session --
-- A session that another tenant was handed to meanwhile is not touched.
UPDATE control.demo_sessions
   SET status = 'failed', destroyed_at = now(),
       metadata = metadata || jsonb_build_object('failure', CAST(:failure AS text))
 WHERE id = :demo_session_id AND status = 'pending'
RETURNING *

-- fail_session --
UPDATE control.demo_sessions
   SET status = 'failed', destroyed_at = now(),
       metadata = metadata || jsonb_build_object('failure', CAST(:failure AS text))
 WHERE id = :demo_session_id AND status IN ('pending', 'active')
RETURNING *

-- fail_session_of_tenant --
UPDATE control.demo_sessions
   SET status = 'failed', destroyed_at = now(),
       metadata = metadata || jsonb_build_object('failure', CAST(:failure AS text))
 WHERE virtual_tenant_id = :tenant_id AND status = 'active'
RETURNING *

-- retire_lost_tenant --
-- Its schema is missing.
UPDATE control.tenants SET state = 'dropping', updated_at = now()
 WHERE id = :tenant_id AND is_demo AND state IN ('ready', 'leased')

-- retire_surplus --
-- Take ready tenants out of use that the pool can do without; the newest stay.
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

-- retire_tenants --
UPDATE control.tenants SET state = 'dropping', updated_at = now()
 WHERE id = ANY(:tenant_ids) AND is_demo AND state = 'ready'

-- begin_drop --
UPDATE control.tenants SET state = 'dropping', updated_at = now()
 WHERE id = :tenant_id AND is_demo AND state IN ('dropping', 'failed')
RETURNING id

-- close_session_of_tenant --
UPDATE control.demo_sessions SET status = 'destroyed', destroyed_at = now()
 WHERE virtual_tenant_id = :tenant_id AND status = 'expired'

-- close_session --
UPDATE control.demo_sessions SET status = 'destroyed', destroyed_at = now()
 WHERE id = :demo_session_id AND status = 'expired'

-- delete_tenant --
DELETE FROM control.tenants WHERE id = :tenant_id AND is_demo AND state = 'dropping'

-- purge_sessions --
-- Delete the rows of sessions that ended long ago and keep their figures, in one statement.
WITH gone AS (
    DELETE FROM control.demo_sessions
     WHERE status IN ('destroyed', 'failed')
       AND destroyed_at < now() - make_interval(secs => :retention)
    RETURNING *
)
INSERT INTO control.session_statistics AS kept
       (day, demo_account_type, sessions, expired, destroyed, by_ops, failed, requests,
        duration_seconds)
SELECT (created_at AT TIME ZONE 'UTC')::date, demo_account_type, count(*),
       count(*) FILTER (WHERE metadata ->> 'ended_by' IN ('clock', 'idle')),
       count(*) FILTER (WHERE status = 'destroyed'
                          AND coalesce(metadata ->> 'ended_by', '') NOT IN ('clock', 'idle')),
       count(*) FILTER (WHERE status = 'destroyed'
                          AND metadata ->> 'ended_by' NOT IN ('clock', 'idle', 'visitor')),
       count(*) FILTER (WHERE status = 'failed'), sum(request_count),
       sum(EXTRACT(epoch FROM least(destroyed_at, expires_at) - created_at))
  FROM gone GROUP BY 1, 2
ON CONFLICT (day, demo_account_type) DO UPDATE
   SET sessions = kept.sessions + excluded.sessions,
       expired = kept.expired + excluded.expired,
       destroyed = kept.destroyed + excluded.destroyed,
       by_ops = kept.by_ops + excluded.by_ops,
       failed = kept.failed + excluded.failed,
       requests = kept.requests + excluded.requests,
       duration_seconds = kept.duration_seconds + excluded.duration_seconds
RETURNING sessions

-- register_template --
INSERT INTO control.tenants (id, name, schema_name, account_type, is_demo, is_demo_template, state)
VALUES (:id, :name, :schema_name, :account_type, false, true, 'cloning')
ON CONFLICT (schema_name) DO NOTHING

-- empty_template --
-- Its schema has no rows yet: nothing may be cut from it.
UPDATE control.tenants SET state = 'cloning', template_digest = NULL, updated_at = now()
 WHERE schema_name = :schema_name AND is_demo_template AND state IN ('cloning', 'ready', 'failed')

-- publish_template --
-- From here on it is cloned from; the new version says that it changed.
UPDATE control.tenants
   SET state = 'ready', name = :name, template_version = template_version + 1,
       template_digest = :digest, revision = :revision, data_on = :data_on, updated_at = now()
 WHERE schema_name = :schema_name AND is_demo_template AND state IN ('cloning', 'ready', 'failed')
RETURNING template_version

-- fail_template --
-- Nothing can be cut from it; `failure` says why.
UPDATE control.tenants SET state = 'failed', failure = :failure, updated_at = now()
 WHERE id = :template_id AND is_demo_template AND state IN ('cloning', 'ready', 'failed')

-- retire_template --
-- Its schema is dropped. Sessions that ended still name its row, which goes after theirs; its names
-- may be taken again at once.
UPDATE control.tenants
   SET state = 'dropping', updated_at = now(), schema_name = 'deleted_' || replace(id::text, '-', ''),
       account_type = split_part(account_type, '__', 1) || '__deleted_' || replace(id::text, '-', '')
 WHERE id = :template_id AND is_demo_template AND state = 'failed'

-- delete_templates --
DELETE FROM control.tenants AS template
 WHERE template.is_demo_template AND template.state = 'dropping'
   AND NOT EXISTS (SELECT FROM control.demo_sessions WHERE base_demo_tenant_id = template.id)
   AND NOT EXISTS (SELECT FROM control.tenants WHERE base_demo_tenant_id = template.id)
