-- A session whose visitor became a customer. It is said once; later ones find what was said.

-- convert --
UPDATE control.demo_sessions
   SET metadata = metadata || jsonb_build_object('converted_at', now())
 WHERE (id = CAST(:row_id AS uuid) OR session_id = :session_id) AND NOT metadata ? 'converted_at'
RETURNING id, demo_account_type AS account_type, metadata ->> 'scenario' AS scenario,
          metadata ->> 'link' AS link, created_at,
          CAST(metadata ->> 'converted_at' AS timestamptz) AS converted_at

-- converted --
SELECT id, CAST(metadata ->> 'converted_at' AS timestamptz) AS converted_at
  FROM control.demo_sessions
 WHERE id = CAST(:row_id AS uuid) OR session_id = :session_id
