-- The roles and tablespaces that the schema and its members name.
WITH member (classid, oid) AS (
    SELECT to_regclass('pg_catalog.' || class), oid FROM unnest(%(classes)s::text[], %(oids)s::oid[]) AS u (class, oid)
    UNION ALL
    SELECT 'pg_namespace'::regclass, %(schema)s::oid
), relation AS (
    SELECT c.relowner, c.reltablespace FROM member AS m JOIN pg_class AS c ON c.oid = m.oid
     WHERE m.classid = 'pg_class'::regclass
), owner (oid) AS (
    SELECT s.refobjid FROM member AS m
      JOIN pg_shdepend AS s ON s.classid = m.classid AND s.objid = m.oid
           AND s.refclassid = 'pg_authid'::regclass
           AND s.dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
    UNION SELECT relowner FROM relation
    UNION SELECT p.proowner FROM member AS m JOIN pg_proc AS p ON p.oid = m.oid WHERE m.classid = 'pg_proc'::regclass
    UNION SELECT t.typowner FROM member AS m JOIN pg_type AS t ON t.oid = m.oid WHERE m.classid = 'pg_type'::regclass
    UNION SELECT n.nspowner FROM pg_namespace AS n WHERE n.oid = %(schema)s
)
SELECT 'role' AS kind, r.rolname::text AS name FROM owner JOIN pg_roles AS r ON r.oid = owner.oid
UNION
SELECT 'tablespace', t.spcname::text FROM relation JOIN pg_tablespace AS t ON t.oid = relation.reltablespace
ORDER BY 1, 2
