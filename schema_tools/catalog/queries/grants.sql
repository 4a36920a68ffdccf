-- Rights on members that differ from what a new object has: `given` tells which are to be granted
-- and which to be taken away. What a new object has is the default privileges of the role that
-- creates it, else the server's own, with the creator standing for the owner.
WITH object (class, oid, number, column_name, type, owner, acl) AS (
    SELECT 'pg_class', c.oid, 0, NULL::name,
           CASE WHEN c.relkind = 'S' THEN 's' ELSE 'r' END, c.relowner, c.relacl
      FROM pg_class AS c
     WHERE c.relnamespace = %(schema)s AND c.relkind IN ('r', 'p', 'v', 'm', 'S')
    UNION ALL
    SELECT 'pg_class', c.oid, a.attnum, a.attname, 'c', c.relowner, a.attacl
      FROM pg_attribute AS a JOIN pg_class AS c ON c.oid = a.attrelid
     WHERE c.relnamespace = %(schema)s AND a.attacl IS NOT NULL AND NOT a.attisdropped
    UNION ALL
    SELECT 'pg_proc', p.oid, 0, NULL, 'f', p.proowner, p.proacl
      FROM pg_proc AS p WHERE p.pronamespace = %(schema)s
    UNION ALL
    SELECT 'pg_type', t.oid, 0, NULL, 'T', t.typowner, t.typacl
      FROM pg_type AS t
     WHERE t.typnamespace = %(schema)s AND t.typtype IN ('e', 'd', 'r', 'c', 'b')
       AND t.typelem = 0
       AND (t.typrelid = 0 OR EXISTS (SELECT FROM pg_class AS c
                                       WHERE c.oid = t.typrelid AND c.relkind = 'c'))
), role AS (
    SELECT oid FROM pg_roles WHERE rolname = current_user
), wanted AS (
    SELECT o.class, o.oid, o.number, o.column_name, o.owner,
           e.grantor, e.grantee, e.privilege_type, e.is_grantable, e.place
      FROM object AS o
      CROSS JOIN LATERAL aclexplode(
           coalesce(o.acl, CASE WHEN o.type <> 'c'
                                THEN acldefault(o.type::"char", o.owner) END))
           WITH ORDINALITY AS e (grantor, grantee, privilege_type, is_grantable, place)
), base AS (
    SELECT o.class, o.oid, o.number, o.column_name, o.owner, o.owner AS grantor,
           CASE WHEN e.grantee = r.oid THEN o.owner ELSE e.grantee END AS grantee,
           e.privilege_type, e.is_grantable, 0::bigint AS place
      FROM object AS o
      CROSS JOIN role AS r
      CROSS JOIN LATERAL aclexplode(
           coalesce((SELECT d.defaclacl FROM pg_default_acl AS d
                      WHERE d.defaclrole = r.oid AND d.defaclnamespace = 0
                        AND d.defaclobjtype = translate(o.type, 's', 'S')::"char"),
                    CASE WHEN o.type <> 'c'
                         THEN acldefault(o.type::"char", r.oid) END)) AS e
)
SELECT class AS class_, oid, number, column_name, given,
       CASE WHEN grantee = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(grantee)) END AS grantee,
       grantor = owner AS by_owner, quote_ident(pg_get_userbyid(grantor)) AS grantor,
       privilege_type AS privilege, is_grantable
FROM (
    SELECT false AS given, base.* FROM base
     WHERE NOT EXISTS (SELECT FROM wanted AS w
                        WHERE (w.class, w.oid, w.number, w.grantor, w.grantee, w.privilege_type, w.is_grantable)
                            = (base.class, base.oid, base.number, base.grantor, base.grantee, base.privilege_type, base.is_grantable))
    UNION ALL
    SELECT true, wanted.* FROM wanted
     WHERE NOT EXISTS (SELECT FROM base AS b
                        WHERE (b.class, b.oid, b.number, b.grantor, b.grantee, b.privilege_type, b.is_grantable)
                            = (wanted.class, wanted.oid, wanted.number, wanted.grantor, wanted.grantee, wanted.privilege_type, wanted.is_grantable))
) AS difference
ORDER BY class, oid, given, number, place, grantee, privilege
