-- Rights on the schema itself, beyond its owner's.
SELECT CASE WHEN e.grantee = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(e.grantee)) END AS grantee,
       e.privilege_type AS privilege, e.is_grantable
FROM pg_namespace AS n
CROSS JOIN LATERAL aclexplode(n.nspacl) WITH ORDINALITY AS e (grantor, grantee, privilege_type, is_grantable, place)
WHERE n.oid = %(schema)s AND e.grantee <> n.nspowner
ORDER BY e.place
