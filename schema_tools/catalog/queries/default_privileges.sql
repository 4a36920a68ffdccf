-- Rights that roles have arranged for objects to come in the schema.
SELECT d.oid, quote_ident(pg_get_userbyid(d.defaclrole)) AS role, d.defaclobjtype::text AS kind,
       CASE WHEN e.grantee = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(e.grantee)) END AS grantee,
       e.privilege_type AS privilege, e.is_grantable
FROM pg_default_acl AS d
CROSS JOIN LATERAL aclexplode(d.defaclacl) AS e
WHERE d.defaclnamespace = %(schema)s
ORDER BY 2, 3, 4, 5
