-- What the operators' command line reads of sessions, and how it migrates schemas.

-- newest_sessions --
SELECT session.id, session.demo_account_type AS account_type, session.status::text AS status,
       session.created_at, session.expires_at, session.last_activity_at, session.extensions,
       session.request_count AS requests, session.virtual_tenant_id AS tenant
  FROM control.demo_sessions AS session
 WHERE :ended_too OR session.status IN ('pending', 'active')
 ORDER BY session.created_at DESC LIMIT :limit

-- session_details --
SELECT session.id, session.demo_account_type AS account_type, session.status::text AS status,
       session.created_at, session.expires_at, session.last_activity_at, session.extensions,
       session.request_count AS requests, session.virtual_tenant_id AS tenant,
       session.destroyed_at, session.metadata ->> 'ended_by' AS ended_by,
       session.metadata ->> 'failure' AS failure, tenant.schema_name AS schema,
       tenant.state::text AS tenant_state, tenant.template_version, tenant.revision,
       tenant.attempts AS clone_attempts, coalesce(tenant.failure, tenant.trouble) AS trouble
  FROM control.demo_sessions AS session
  LEFT JOIN control.tenants AS tenant ON tenant.id = session.virtual_tenant_id
       OR (session.virtual_tenant_id IS NULL AND tenant.demo_session_id = session.id)
 WHERE session.session_id = :session_id

-- session_by_prefix --
SELECT session_id FROM control.demo_sessions
 WHERE starts_with(id::text, :prefix) OR session_id = :session_id LIMIT 2

-- schemas_to_migrate --
SELECT schema_name, is_demo_template FROM control.tenants
 WHERE (is_demo_template AND state = 'ready') OR state = 'leased'
 ORDER BY is_demo_template DESC, schema_name

-- outdated_sessions --
SELECT tenant.schema_name, session.session_id
  FROM control.tenants AS tenant
  JOIN control.tenants AS template ON template.id = tenant.base_demo_tenant_id
   AND template.revision IS DISTINCT FROM tenant.revision
  JOIN control.demo_sessions AS session ON session.virtual_tenant_id = tenant.id
   AND session.status = 'active'
 WHERE tenant.state = 'leased' ORDER BY tenant.schema_name

-- lock_tenant --
SELECT revision, is_demo_template FROM control.tenants
 WHERE schema_name = :schema AND state IN ('ready', 'leased') FOR NO KEY UPDATE

-- is_migrated_here --
SELECT to_regclass(quote_ident(:schema) || '.alembic_version') IS NOT NULL

-- record_revision --
UPDATE control.tenants
   SET revision = :revision, updated_at = now(),
       template_version = template_version + CASE WHEN is_demo_template THEN 1 ELSE 0 END
 WHERE schema_name = :schema

-- lock_control --
SELECT pg_advisory_xact_lock(hashtext('masa-madre: migrate control'))

-- limit_lock_wait --
SELECT set_config('lock_timeout', :timeout, true)
