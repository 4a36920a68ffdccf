-- What will happen in a template's version and its clones.

-- write --
INSERT INTO control.timelines (template, version, moments, entries)
VALUES (:template, :version, :moments, :entries)

-- fetch --
SELECT moments, entries FROM control.timelines WHERE template = :template AND version = :version

-- forget --
DELETE FROM control.timelines AS line
 WHERE line.template = :template
   AND NOT EXISTS (SELECT FROM control.tenants AS template
                    WHERE template.schema_name = line.template
                      AND template.template_version = line.version)
   AND NOT EXISTS (SELECT FROM control.tenants AS tenant
                     JOIN control.tenants AS template ON template.id = tenant.base_demo_tenant_id
                    WHERE template.schema_name = line.template
                      AND tenant.template_version = line.version)
