-- real_tenants --
-- The tenants whose days go on by themselves: no demo and no template is among them.
SELECT schema_name, account_type FROM control.tenants
 WHERE NOT is_demo AND NOT is_demo_template AND state IN ('ready', 'leased')
 ORDER BY schema_name
