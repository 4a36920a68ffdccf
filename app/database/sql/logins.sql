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

-- planted_settings --
-- Settings of a login that it could have made itself, with the database that they are for, if any.
SELECT p.name, d.datname
  FROM pg_catalog.pg_db_role_setting AS s
  JOIN pg_catalog.pg_roles AS r ON r.oid = s.setrole
 CROSS JOIN LATERAL (
       SELECT split_part(line, '=', 1) AS name FROM unnest(s.setconfig) AS line) AS p
  LEFT JOIN pg_catalog.pg_database AS d ON d.oid = s.setdatabase
  LEFT JOIN pg_catalog.pg_settings AS known ON known.name = p.name
 WHERE r.rolname = %s AND coalesce(known.context, 'user') NOT LIKE 'superuser%%'
 ORDER BY p.name

-- end_idle --
-- Connections that began with planted settings keep them: they are replaced.
SELECT pg_terminate_backend(pid) FROM pg_catalog.pg_stat_activity
 WHERE usename = %s AND state = 'idle' AND pid <> pg_backend_pid()
