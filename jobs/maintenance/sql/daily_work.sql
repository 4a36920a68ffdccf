-- accounts --
-- Tenants that are neither demos nor templates.
SELECT schema_name FROM control.tenants
 WHERE NOT is_demo AND NOT is_demo_template AND state = 'leased' ORDER BY schema_name
