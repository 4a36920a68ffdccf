-- Scenarios that operators saved: what they ask for, what visitors are offered, what jobs note.

-- offered --
SELECT saved.name, saved.account_type, saved.title, saved.description, saved.look_at
  FROM control.saved_scenarios AS saved JOIN control.tenants AS template ON template.id = saved.template_id
 WHERE saved.state = 'ready' AND template.state = 'ready'
 ORDER BY saved.created_at, saved.name

-- saved --
-- Each with what is left of a save or a deletion, and why its template cannot be used.
SELECT saved.id, saved.name, saved.account_type, saved.title, saved.description, saved.look_at,
       saved.state, saved.step, saved.saved_at, saved.moved_days, saved.created_at, saved.created_by,
       saved.source_id, template.schema_name, template.revision,
       template.state::text AS template_state,
       coalesce(saved.failure, CASE WHEN template.state = 'failed' THEN template.failure END) AS failure
  FROM control.saved_scenarios AS saved
  LEFT JOIN control.tenants AS template ON template.id = saved.template_id
 WHERE CAST(:name AS text) IS NULL OR saved.name = :name
 ORDER BY saved.created_at, saved.name

-- count_saved --
SELECT count(*) FROM control.saved_scenarios

-- lock_saving --
SELECT pg_advisory_xact_lock(hashtextextended('masa-madre: save a scenario', 0))

-- source --
-- A session that can be saved: it is open, and its data are there.
SELECT session.id, session.demo_account_type AS account_type, tenant.schema_name AS schema,
       tenant.template_version AS version, tenant.revision, template.schema_name AS template,
       template.name AS tenant_name
  FROM control.demo_sessions AS session
  JOIN control.tenants AS tenant ON tenant.id = session.virtual_tenant_id AND tenant.state = 'leased'
  JOIN control.tenants AS template ON template.id = tenant.base_demo_tenant_id
 WHERE session.id = :source AND session.status = 'active' AND session.expires_at > now()

-- insert_saved --
INSERT INTO control.saved_scenarios (id, name, account_type, title, description, look_at, source_id,
       created_by)
VALUES (:id, :name, :account_type, :title, :description, CAST(:look_at AS jsonb), :source, :who)
ON CONFLICT (name) DO NOTHING RETURNING id

-- rename_saved --
UPDATE control.saved_scenarios
   SET title = :title, description = :description, look_at = CAST(:look_at AS jsonb)
 WHERE name = :name AND state = 'ready'
RETURNING id

-- lock_saved --
SELECT * FROM control.saved_scenarios WHERE id = :id FOR UPDATE

-- uses --
-- What would lose its scenario: sessions that are not over, and links that still open some.
SELECT (SELECT count(*) FROM control.demo_sessions
         WHERE base_demo_tenant_id = :template_id AND status IN ('pending', 'active', 'expired'))
       AS sessions,
       (SELECT count(*) FROM control.prospect_links
         WHERE account_type = :account_type AND scenario = :name AND revoked_at IS NULL
           AND (expires_at IS NULL OR expires_at > now())
           AND (max_uses IS NULL OR uses < max_uses)) AS links

-- begin_deleting --
UPDATE control.saved_scenarios SET state = 'deleting', attempts = 0, step = '' WHERE id = :id

-- forget_failed --
DELETE FROM control.saved_scenarios WHERE id = :id AND state = 'failed'

-- to_work_on --
SELECT id FROM control.saved_scenarios WHERE state IN ('saving', 'deleting') ORDER BY created_at

-- begin_attempt --
UPDATE control.saved_scenarios SET attempts = attempts + 1
 WHERE id = :id AND state IN ('saving', 'deleting')
RETURNING *

-- note_step --
UPDATE control.saved_scenarios SET step = :step WHERE id = :id

-- fail_saving --
UPDATE control.saved_scenarios SET state = 'failed', failure = :failure, step = '', source_id = NULL
 WHERE id = :id AND state = 'saving'

-- timeline_of_source --
SELECT moments, entries FROM control.timelines WHERE template = :template AND version = :version

-- is_taken --
SELECT to_regnamespace(quote_ident(:schema)) IS NOT NULL
       OR EXISTS (SELECT FROM control.tenants WHERE schema_name = :schema)

-- finish_saving --
-- What it was saved from is not kept.
UPDATE control.saved_scenarios
   SET state = 'ready', template_id = :template_id, saved_at = :saved_at, moments = :moments,
       entries = :entries, source_id = NULL, step = '', failure = NULL
 WHERE id = :id AND state = 'saving'
RETURNING id

-- tenants_of --
SELECT id, state::text AS state FROM control.tenants WHERE base_demo_tenant_id = :template_id

-- schema_of --
SELECT schema_name FROM control.tenants WHERE id = :template_id

-- forget_plan --
DELETE FROM control.clone_plans WHERE template_id = :template_id

-- forget_timelines --
DELETE FROM control.timelines WHERE template = :schema

-- forget_saved --
DELETE FROM control.saved_scenarios WHERE id = :id AND state = 'deleting'

-- to_renew --
SELECT saved.id, template.schema_name FROM control.saved_scenarios AS saved
  JOIN control.tenants AS template ON template.id = saved.template_id
 WHERE saved.state = 'ready' ORDER BY template.schema_name

-- names_saved --
SELECT name FROM control.saved_scenarios WHERE state <> 'failed'

-- lock_to_renew --
SELECT saved.saved_at, saved.moved_days, saved.moments, saved.entries, template.schema_name,
       template.name, template.state::text AS state, template.revision,
       to_regnamespace(quote_ident(template.schema_name)) IS NOT NULL AS is_there,
       EXISTS (SELECT FROM control.timelines AS line WHERE line.template = template.schema_name
                  AND line.version = template.template_version) AS has_timeline
  FROM control.saved_scenarios AS saved
  JOIN control.tenants AS template ON template.id = saved.template_id
 WHERE saved.id = :id AND saved.state = 'ready' FOR NO KEY UPDATE

-- note_moved --
UPDATE control.saved_scenarios SET moved_days = :days WHERE id = :id

-- orphan_copies --
-- What a save that was given up or deleted left behind.
SELECT n.nspname AS schema_name FROM pg_catalog.pg_namespace AS n
 WHERE n.nspname ~ '^saving_[0-9a-f]{32}$'
   AND strpos(obj_description(n.oid, 'pg_namespace'), :mark) > 0
   AND NOT EXISTS (SELECT FROM control.saved_scenarios
                    WHERE id = CAST(substr(n.nspname, 8) AS uuid) AND state = 'saving')
