-- What operators see of this moment, and what they do.

-- sessions_now --
SELECT session.id, session.demo_account_type AS account_type,
       coalesce(session.metadata ->> 'scenario', '') AS scenario, session.status::text AS status,
       session.created_at, session.expires_at, session.extensions, session.last_activity_at,
       session.request_count AS requests, visit.last_module, visit.last_page,
       coalesce(visit.source, '') AS source
  FROM control.demo_sessions AS session LEFT JOIN control.visits AS visit ON visit.session = session.id
 WHERE session.status IN ('pending', 'active') AND session.expires_at > now()
 ORDER BY session.created_at DESC LIMIT :most

-- clones_now --
SELECT id, account_type, attempts, trouble, demo_session_id, created_at
  FROM control.tenants WHERE is_demo AND state = 'cloning' ORDER BY created_at LIMIT :most

-- actions --
SELECT at, who, what, session FROM control.operator_actions ORDER BY id DESC LIMIT :most

-- note_action --
INSERT INTO control.operator_actions (who, what, session, request)
VALUES (:who, :what, :session, :request) RETURNING id

-- note_outcome --
UPDATE control.operator_actions SET what = what || ': ' || :outcome WHERE id = :id

-- purge_actions --
DELETE FROM control.operator_actions WHERE at < now() - make_interval(days => :days)

-- say --
UPDATE control.demo_sessions
   SET metadata = metadata || jsonb_build_object('message', CAST(:message AS jsonb))
 WHERE id = :session AND status IN ('pending', 'active') AND expires_at > now()
RETURNING id
