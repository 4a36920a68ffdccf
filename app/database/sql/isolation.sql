-- Which rights a schema gives, and to which roles. Parameters are psycopg's.
--
-- A schema's relations are found by what depends on the schema: pg_class has no index by schema, and
-- holds the relations of all tenants.

-- relations --
-- Each table, view and sequence of a template, and what it has of the policy and the rights.
SELECT CASE WHEN c.relkind = 'v' THEN 'VIEW' WHEN c.relkind = 'S' THEN 'SEQUENCE'
            ELSE 'TABLE' END AS kind,
       c.relname,
       ARRAY(SELECT a.privilege_type FROM aclexplode(c.relacl) AS a
              WHERE a.grantee = to_regrole(quote_ident(%(placeholder)s))) AS given,
       CASE c.relkind
            WHEN 'S' THEN true
            WHEN 'v' THEN coalesce('security_invoker=true' = ANY (c.reloptions), false)
            ELSE c.relrowsecurity END AS is_held,
       EXISTS (SELECT FROM pg_catalog.pg_policy AS p
                WHERE p.polrelid = c.oid AND p.polname = 'has_key') AS has_policy
  FROM pg_catalog.pg_depend AS m JOIN pg_catalog.pg_class AS c ON c.oid = m.objid
 WHERE m.refclassid = 'pg_namespace'::regclass AND m.classid = 'pg_class'::regclass
   AND m.refobjid = quote_ident(%(schema)s)::regnamespace AND c.relkind IN ('r', 'p', 'v', 'S')
   AND c.relname <> ALL (%(hidden)s)
   AND NOT (c.relkind = 'S' AND EXISTS (
            SELECT FROM pg_catalog.pg_depend AS d
             WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'i'))
 ORDER BY c.relname

-- missing_rights --
-- What the placeholder role may do in a schema and a tenant's role may not yet.
SELECT kind, privileges, array_agg(relname ORDER BY relname)
  FROM (SELECT CASE c.relkind WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END AS kind, c.relname,
               string_agg(a.privilege_type, ', ' ORDER BY a.privilege_type) AS privileges
          FROM pg_catalog.pg_depend AS m JOIN pg_catalog.pg_class AS c ON c.oid = m.objid,
               aclexplode(c.relacl) AS a
         WHERE m.refclassid = 'pg_namespace'::regclass AND m.classid = 'pg_class'::regclass
           AND m.refobjid = quote_ident(%(schema)s)::regnamespace
           AND a.grantee = to_regrole(quote_ident(%(placeholder)s))
           AND NOT EXISTS (SELECT FROM aclexplode(c.relacl) AS has
                            WHERE has.grantee = to_regrole(quote_ident(%(role)s))
                              AND has.privilege_type = a.privilege_type)
         GROUP BY c.relkind, c.relname) AS given
 GROUP BY kind, privileges

-- roles_of_schema --
SELECT r.rolname FROM pg_catalog.pg_namespace AS n, aclexplode(n.nspacl) AS a
  JOIN pg_catalog.pg_roles AS r ON r.oid = a.grantee
 WHERE n.nspname = %s AND a.privilege_type = 'USAGE' AND r.rolname ~ %s
