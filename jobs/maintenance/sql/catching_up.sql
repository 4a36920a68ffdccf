-- standing --
-- Templates and tenants that no visitor has, with the template's version whose timeline is theirs. A
-- saved scenario's template stays at the moment of saving, from which it is moved on by days.
SELECT schema_name, schema_name AS template, template_version AS version
  FROM control.tenants AS standing WHERE is_demo_template AND state = 'ready'
   AND NOT EXISTS (SELECT FROM control.saved_scenarios WHERE template_id = standing.id)
 UNION ALL
SELECT tenant.schema_name, template.schema_name, tenant.template_version
  FROM control.tenants AS tenant
  JOIN control.tenants AS template ON template.id = tenant.base_demo_tenant_id
 WHERE tenant.state = 'ready' AND NOT tenant.is_demo_template
 ORDER BY 1
