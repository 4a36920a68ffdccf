-- What does not match: one statement for each kind of finding.

-- lost_tenants --
SELECT id, schema_name FROM control.tenants
 WHERE is_demo AND state IN ('ready', 'leased') AND to_regnamespace(schema_name) IS NULL

-- lost_sessions --
SELECT session.id FROM control.demo_sessions AS session
 WHERE session.status = 'active' AND NOT EXISTS (
       SELECT FROM control.tenants AS tenant
        WHERE tenant.id = session.virtual_tenant_id AND tenant.state = 'leased'
          AND tenant.demo_session_id = session.id)

-- abandoned_tenants --
SELECT tenant.id, tenant.schema_name FROM control.tenants AS tenant
 WHERE tenant.is_demo AND tenant.state = 'leased' AND NOT EXISTS (
       SELECT FROM control.demo_sessions AS session
        WHERE session.id = tenant.demo_session_id AND session.virtual_tenant_id = tenant.id
          AND session.status IN ('pending', 'active'))

-- undropped_tenants --
SELECT id, schema_name FROM control.tenants
 WHERE is_demo AND state IN ('dropping', 'failed')

-- closed_sessions --
SELECT session.id FROM control.demo_sessions AS session
 WHERE session.status = 'expired' AND NOT EXISTS (
       SELECT FROM control.tenants WHERE id = session.virtual_tenant_id)

-- orphan_schemas --
SELECT n.nspname AS schema_name FROM pg_catalog.pg_namespace AS n
 WHERE n.nspname ~ '^demo_[0-9a-f]{32}$'
   AND strpos(obj_description(n.oid, 'pg_namespace'), :mark) > 0
   AND NOT EXISTS (SELECT FROM control.tenants WHERE schema_name = n.nspname)
