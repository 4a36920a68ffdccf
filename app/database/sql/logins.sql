-- What a login is and may do. Parameters are psycopg's.

-- own_rights --
SELECT rolname, rolsuper, rolsuper OR rolcreaterole AS makes_roles FROM pg_catalog.pg_roles
 WHERE rolname = current_user

-- functions --
SELECT p.oid::regprocedure::text FROM pg_catalog.pg_proc AS p
 WHERE p.pronamespace = 'pg_catalog'::regnamespace AND p.proname = ANY (%s)

-- excess_rights --
SELECT rolsuper, rolcreaterole,
       EXISTS (SELECT FROM pg_catalog.pg_namespace AS n
                WHERE (n.nspname LIKE 'demo\_%' OR n.nspname LIKE 'template\_%')
                  AND has_schema_privilege(n.oid, 'USAGE'))
  FROM pg_catalog.pg_roles WHERE rolname = current_user
