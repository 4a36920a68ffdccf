-- Share links: what lets a guest into a session.

-- lock_session --
-- The row of an active session with time left; creations of its links go one after the other.
SELECT session.*, false AS is_over FROM control.demo_sessions AS session
 WHERE id = :demo_session_id AND status = 'active' AND expires_at > now()
   FOR UPDATE

-- count_shares --
SELECT count(*) FILTER (WHERE revoked_at IS NULL) AS open_now, count(*) AS ever
  FROM control.session_shares WHERE demo_session_id = :demo_session_id

-- find_share --
SELECT * FROM control.session_shares WHERE id = :id

-- insert_share --
INSERT INTO control.session_shares (id, demo_session_id, secret_digest, access)
VALUES (:id, :demo_session_id, :secret_digest, :access)
RETURNING *

-- list_shares --
SELECT * FROM control.session_shares
 WHERE demo_session_id = :demo_session_id AND revoked_at IS NULL ORDER BY created_at, id

-- revoke_share --
UPDATE control.session_shares SET revoked_at = now()
 WHERE id = :id AND demo_session_id = :demo_session_id AND revoked_at IS NULL
RETURNING id

-- revoke_shares --
UPDATE control.session_shares SET revoked_at = now()
 WHERE demo_session_id = :demo_session_id AND revoked_at IS NULL
RETURNING id

-- count_opening --
UPDATE control.session_shares SET opened = opened + 1, last_opened_at = now() WHERE id = :id

-- find_shared_by_id --
SELECT session.*, session.expires_at <= now() AS is_over, share.id AS share_id,
       share.access, share.revoked_at IS NOT NULL AS is_revoked
  FROM control.session_shares AS share
  JOIN control.demo_sessions AS session ON session.id = share.demo_session_id
 WHERE share.id = :id

-- find_shared_by_secret --
SELECT session.*, session.expires_at <= now() AS is_over, share.id AS share_id,
       share.access, share.revoked_at IS NOT NULL AS is_revoked
  FROM control.session_shares AS share
  JOIN control.demo_sessions AS session ON session.id = share.demo_session_id
 WHERE share.secret_digest = :secret_digest
