-- Which of these roles and tablespaces this server has not, and what the role may do here.
SELECT ARRAY(SELECT name FROM unnest(%(roles)s::text[]) AS u (name)
              WHERE NOT EXISTS (SELECT FROM pg_roles AS r WHERE r.rolname = name)) AS roles,
       ARRAY(SELECT name FROM unnest(%(tablespaces)s::text[]) AS u (name)
              WHERE NOT EXISTS (SELECT FROM pg_tablespace AS t WHERE t.spcname = name)) AS tablespaces,
       current_user::text AS current_role,
       (SELECT pg_has_role(r.oid, 'MEMBER') FROM pg_roles AS r WHERE r.rolname = %(role)s) AS may_become,
       (SELECT has_database_privilege(r.oid, current_database(), 'CREATE') FROM pg_roles AS r WHERE r.rolname = %(role)s) AS may_create,
       EXISTS (SELECT FROM pg_namespace WHERE nspname = %(target)s) AS target_exists
