-- What the pool of demo tenants reads, and what it notes of clones that are still to be made.

-- account_types --
SELECT account_type FROM control.tenants
 WHERE is_demo_template AND state = 'ready' ORDER BY account_type

-- find_tenant --
SELECT tenant.id, tenant.schema_name, tenant.account_type, tenant.state::text AS state,
       template.id AS template_id, template.schema_name AS template_schema,
       template.template_version, template.revision AS template_revision,
       tenant.template_version AS version, tenant.demo_session_id
  FROM control.tenants AS tenant
  JOIN control.tenants AS template ON template.id = tenant.base_demo_tenant_id
 WHERE tenant.id = :tenant_id AND template.is_demo_template

-- find_template --
SELECT id, name FROM control.tenants
 WHERE is_demo_template AND account_type = :account_type AND state = 'ready'

-- lock_template --
-- Two refills of one template come one after the other.
SELECT id, name FROM control.tenants
 WHERE is_demo_template AND account_type = :account_type FOR NO KEY UPDATE

-- count_tenants --
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

-- templates_waited_for --
-- Those for which a tenant is ready: it and a session have missed each other.
SELECT DISTINCT session.base_demo_tenant_id FROM control.demo_sessions AS session
 WHERE session.status = 'pending' AND EXISTS (
       SELECT FROM control.tenants AS tenant
        WHERE tenant.state = 'ready' AND tenant.base_demo_tenant_id = session.base_demo_tenant_id)
 ORDER BY 1

-- lock_hand_over --
SELECT pg_advisory_xact_lock(hashtextextended('hand over ' || :template_id, 0))

-- tenants_to_drop --
SELECT id FROM control.tenants WHERE is_demo AND state IN ('dropping', 'failed')

-- ready_tenants --
SELECT id FROM control.tenants WHERE is_demo AND state = 'ready'

-- pending_clones --
SELECT tenant.id AS tenant_id, tenant.account_type,
       coalesce(session.status = 'pending', false) AS is_waited_for, tenant.created_at AS since
  FROM control.tenants AS tenant
  LEFT JOIN control.demo_sessions AS session ON session.id = tenant.demo_session_id
 WHERE tenant.is_demo AND tenant.state = 'cloning'
 ORDER BY is_waited_for DESC, tenant.created_at

-- begin_attempt --
UPDATE control.tenants SET attempts = attempts + 1, updated_at = now()
 WHERE id = :tenant_id AND state = 'cloning'
RETURNING attempts

-- spare_attempt --
UPDATE control.tenants SET attempts = least(attempts, :most - 1), updated_at = now()
 WHERE id = :tenant_id AND state = 'cloning'

-- record_trouble --
UPDATE control.tenants SET trouble = :trouble, updated_at = now()
 WHERE id = :tenant_id AND state = 'cloning'

-- facts --
-- One row a template: its tenants by state, the arrivals, and how long a refill takes.
SELECT template.account_type, template.template_version AS version, template.data_on,
       arrivals.last_minute, arrivals.last_ten_minutes, arrivals.waiting,
       count(tenant.id) FILTER (WHERE tenant.state = 'ready'
           AND tenant.template_version = template.template_version) AS ready,
       count(tenant.id) FILTER (WHERE tenant.state = 'ready'
           AND tenant.template_version <> template.template_version) AS outdated,
       count(tenant.id) FILTER (WHERE tenant.state = 'cloning') AS cloning,
       count(tenant.id) FILTER (WHERE tenant.state = 'leased') AS leased,
       count(tenant.id) FILTER (WHERE tenant.state IN ('dropping', 'failed')) AS leaving,
       (SELECT percentile_cont(0.9) WITHIN GROUP (ORDER BY recent.seconds)
          FROM (SELECT EXTRACT(epoch FROM ready_at - created_at)::float8 AS seconds
                  FROM control.tenants
                 WHERE base_demo_tenant_id = template.id AND ready_at IS NOT NULL
                 ORDER BY ready_at DESC LIMIT 20) AS recent) AS refill_seconds
  FROM control.tenants AS template
  LEFT JOIN control.tenants AS tenant ON tenant.base_demo_tenant_id = template.id
 CROSS JOIN LATERAL (
       SELECT count(*) FILTER (WHERE created_at > now() - interval '1 minute') AS last_minute,
              count(*) FILTER (WHERE created_at > now() - interval '10 minutes')
                  AS last_ten_minutes,
              count(*) FILTER (WHERE status = 'pending') AS waiting
         FROM control.demo_sessions
        WHERE base_demo_tenant_id = template.id
          AND (created_at > now() - interval '10 minutes' OR status = 'pending')) AS arrivals
 WHERE template.is_demo_template AND template.state = 'ready'
   AND (CAST(:account_type AS text) IS NULL OR template.account_type = :account_type)
 GROUP BY template.id, template.account_type, template.template_version, template.data_on,
          arrivals.last_minute, arrivals.last_ten_minutes, arrivals.waiting
 ORDER BY template.account_type

-- room --
-- The server's lock table and disk, and what a tenant of the template takes of them.
SELECT current_setting('max_locks_per_transaction')::bigint
       * (current_setting('max_connections')::bigint
          + current_setting('max_prepared_transactions')::bigint) AS locks,
       CASE WHEN :with_disk THEN pg_database_size(current_database()) END AS used,
       (SELECT count(*) FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
         WHERE n.nspname = template.schema_name) AS relations,
       (SELECT coalesce(sum(pg_total_relation_size(c.oid)), 0)::bigint
          FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
         WHERE n.nspname = template.schema_name AND c.relkind IN ('r', 'm', 'S')) AS size
  FROM control.tenants AS template
 WHERE template.is_demo_template AND template.account_type = :account_type

-- template_sizes --
SELECT template.account_type AS key,
       (SELECT coalesce(sum(pg_total_relation_size(c.oid)), 0)::bigint
          FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
         WHERE n.nspname = template.schema_name AND c.relkind IN ('r', 'm', 'S')) AS size
  FROM control.tenants AS template
 WHERE template.is_demo_template AND template.state = 'ready'

-- openings --
-- Each template that is in use: whether its schema is there, whether tenants were given rights in
-- it, and a ready tenant to try.
SELECT template.account_type, template.schema_name,
       to_regnamespace(quote_ident(template.schema_name)) IS NOT NULL AS is_there,
       EXISTS (SELECT FROM pg_catalog.pg_depend AS m
                 JOIN pg_catalog.pg_class AS c ON c.oid = m.objid, aclexplode(c.relacl) AS a
                WHERE m.refclassid = 'pg_namespace'::regclass AND m.classid = 'pg_class'::regclass
                  AND m.refobjid = to_regnamespace(quote_ident(template.schema_name))
                  AND a.grantee = to_regrole(:placeholder) AND a.privilege_type = 'SELECT')
           AS is_open,
       (SELECT tenant.id FROM control.tenants AS tenant
         WHERE tenant.base_demo_tenant_id = template.id AND tenant.state = 'ready'
         ORDER BY tenant.template_version DESC, tenant.created_at LIMIT 1) AS ready_tenant
  FROM control.tenants AS template
 WHERE template.is_demo_template AND template.state = 'ready' ORDER BY template.account_type

-- is_ready --
SELECT EXISTS (SELECT FROM control.tenants WHERE id = :tenant_id AND state = 'ready')

-- closed_tenants --
-- Tenants whose schema is missing, or which no role of ours opens that `login` may take on. The
-- roles of secrets that were dropped open a schema too, though not for us.
SELECT tenant.id, tenant.schema_name, tenant.state::text AS state,
       n.oid IS NOT NULL AS is_there
  FROM control.tenants AS tenant
  LEFT JOIN pg_catalog.pg_namespace AS n ON n.nspname = tenant.schema_name
 WHERE tenant.is_demo AND tenant.state IN ('ready', 'leased')
   AND NOT EXISTS (
       SELECT FROM aclexplode(n.nspacl) AS a JOIN pg_catalog.pg_roles AS r ON r.oid = a.grantee
         JOIN pg_catalog.pg_roles AS login ON login.rolname = :login
        WHERE a.privilege_type = 'USAGE' AND r.rolname ~ :ours
          AND pg_has_role(login.oid, r.oid, 'MEMBER'))

-- is_open --
-- Whether one of these roles opens a schema, and `login` may take it on.
SELECT EXISTS (
    SELECT FROM pg_catalog.pg_namespace AS n, aclexplode(n.nspacl) AS a
      JOIN pg_catalog.pg_roles AS r ON r.oid = a.grantee
      JOIN pg_catalog.pg_roles AS login ON login.rolname = :login
     WHERE n.nspname = :schema AND a.privilege_type = 'USAGE' AND r.rolname = ANY(:roles)
       AND pg_has_role(login.oid, r.oid, 'MEMBER'))

-- lock_opening --
SELECT pg_advisory_xact_lock(hashtextextended('masa-madre open ' || :schema, 0))
