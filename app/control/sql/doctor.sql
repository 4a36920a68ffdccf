-- What the doctor asks Postgres.

-- server --
SELECT current_setting('server_version_num')::int / 10000 AS version,
       current_setting('autovacuum')::boolean AS autovacuum,
       current_setting('fsync')::boolean AS fsync,
       current_setting('full_page_writes')::boolean AS full_page_writes,
       pg_is_in_recovery() AS is_replica,
       current_setting('max_connections')::int AS max_connections,
       current_setting('max_locks_per_transaction')::int AS locks_per_transaction,
       current_setting('max_locks_per_transaction')::bigint
           * (current_setting('max_connections')::bigint
              + current_setting('max_prepared_transactions')::bigint) AS locks,
       (SELECT count(*) FROM pg_catalog.pg_locks) AS locks_held,
       (SELECT count(*) FROM pg_catalog.pg_stat_activity WHERE backend_type = 'client backend')
           AS connections

-- clock --
SELECT EXTRACT(epoch FROM clock_timestamp())::float8 AS seconds

-- backend --
SELECT pg_backend_pid() AS pid

-- owner --
SELECT rolsuper, rolsuper OR rolcreaterole AS makes_roles,
       has_database_privilege(current_database(), 'CREATE') AS makes_schemas
  FROM pg_catalog.pg_roles WHERE rolname = current_user

-- revision --
SELECT version_num FROM control.alembic_version

-- indexes --
SELECT indexname FROM pg_catalog.pg_indexes WHERE schemaname = 'control'

-- unusable_indexes --
SELECT c.oid::regclass::text AS name FROM pg_catalog.pg_index AS i
  JOIN pg_catalog.pg_class AS c ON c.oid = i.indexrelid
 WHERE NOT i.indisvalid AND c.relnamespace = to_regnamespace('control')

-- templates --
SELECT template.account_type, template.schema_name, template.state::text AS state,
       template.revision, template.trouble, kept.plan
  FROM control.tenants AS template
  LEFT JOIN control.clone_plans AS kept ON kept.template_id = template.id
 WHERE template.is_demo_template AND template.state <> 'dropping'
 ORDER BY template.account_type

-- tenants --
SELECT count(*) FILTER (WHERE state = 'failed') AS failed,
       count(*) FILTER (WHERE state = 'dropping'
           AND updated_at < now() - make_interval(secs => :late)) AS undropped,
       count(*) FILTER (WHERE state = 'cloning'
           AND created_at < now() - make_interval(secs => :late)) AS stalled
  FROM control.tenants WHERE is_demo
