-- What a role has said of all objects that it will make in this database, whatever the schema.
SELECT d.defaclobjtype::text AS kind, array_agg(a.item::text ORDER BY a.item::text) AS rights
  FROM pg_default_acl AS d
  JOIN pg_roles AS r ON r.oid = d.defaclrole
  CROSS JOIN LATERAL unnest(d.defaclacl) AS a (item)
 WHERE d.defaclnamespace = 0 AND r.rolname = %(role)s
 GROUP BY d.oid, d.defaclobjtype
 ORDER BY 1
