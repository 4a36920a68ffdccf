-- The schema's owner, and rights on it that differ from what a new schema of this role has: `given`
-- tells which are to be granted and which to be taken away.
WITH schema AS (
    SELECT oid, nspowner AS owner, nspacl AS acl FROM pg_namespace WHERE oid = %(schema)s
), role AS (
    SELECT oid FROM pg_roles WHERE rolname = current_user
), wanted AS (
    SELECT e.grantor, e.grantee, e.privilege_type, e.is_grantable, e.place
      FROM schema AS s
      CROSS JOIN LATERAL aclexplode(coalesce(s.acl, acldefault('n', s.owner)))
           WITH ORDINALITY AS e (grantor, grantee, privilege_type, is_grantable, place)
), base AS (
    SELECT s.owner AS grantor, CASE WHEN e.grantee = r.oid THEN s.owner ELSE e.grantee END AS grantee,
           e.privilege_type, e.is_grantable, 0::bigint AS place
      FROM schema AS s
      CROSS JOIN role AS r
      CROSS JOIN LATERAL aclexplode(
           coalesce((SELECT d.defaclacl FROM pg_default_acl AS d
                      WHERE d.defaclrole = r.oid AND d.defaclnamespace = 0
                        AND d.defaclobjtype = 'n'), acldefault('n', r.oid))) AS e
), difference AS (
    SELECT false AS given, base.* FROM base
     WHERE (grantor, grantee, privilege_type, is_grantable)
           NOT IN (SELECT grantor, grantee, privilege_type, is_grantable FROM wanted)
    UNION ALL
    SELECT true, wanted.* FROM wanted
     WHERE (grantor, grantee, privilege_type, is_grantable)
           NOT IN (SELECT grantor, grantee, privilege_type, is_grantable FROM base)
)
SELECT d.given, CASE WHEN d.grantee = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(d.grantee)) END AS grantee,
       d.privilege_type AS privilege, d.is_grantable, d.grantee = r.oid AS to_self, d.grantor = s.owner AS by_owner,
       quote_ident(pg_get_userbyid(d.grantor)) AS grantor,
       CASE WHEN s.owner <> r.oid THEN quote_ident(pg_get_userbyid(s.owner)) END AS owner
FROM schema AS s
CROSS JOIN role AS r
LEFT JOIN difference AS d ON true
ORDER BY d.given, d.place, 2, 3
