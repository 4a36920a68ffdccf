-- The schema, the role that asks, and one value that changes whenever a catalog row that a plan
-- was made of does. Row versions are enough: a schema change writes new ones, while VACUUM and
-- ANALYZE update in place. The first part is of the role: its default privileges are in the plan.
--
-- `contypid > 0` is for the planner: nearly all constraints have 0 there, so it thinks that any type
-- has as many, and reads the whole catalog for each. With a thousand schemas that takes seconds.
WITH member (classid, oid) AS MATERIALIZED (
    SELECT d.classid, d.objid FROM pg_depend AS d
     WHERE d.refclassid = 'pg_namespace'::regclass AND d.refobjid = %(schema)s
), trunk AS MATERIALIZED (
    SELECT c.oid, c.xmin FROM member AS m JOIN pg_class AS c ON c.oid = m.oid
     WHERE m.classid = 'pg_class'::regclass
), index AS MATERIALIZED (
    SELECT i.indexrelid AS oid, i.xmin FROM trunk AS c JOIN pg_index AS i ON i.indrelid = c.oid
), relation AS MATERIALIZED (
    SELECT oid, xmin FROM trunk
    UNION ALL
    SELECT c.oid, c.xmin FROM index AS i JOIN pg_class AS c ON c.oid = i.oid
    UNION ALL -- the sequences of identity columns
    SELECT s.oid, s.xmin
      FROM trunk AS c
      JOIN pg_depend AS d ON d.refclassid = 'pg_class'::regclass AND d.refobjid = c.oid
           AND d.deptype = 'i' AND d.classid = 'pg_class'::regclass
      JOIN pg_class AS s ON s.oid = d.objid AND s.relkind = 'S'
), type AS MATERIALIZED (
    SELECT t.oid, t.xmin FROM member AS m JOIN pg_type AS t ON t.oid = m.oid
     WHERE m.classid = 'pg_type'::regclass
), part (text) AS (
    SELECT 'acl' || oid || ':' || xmin FROM pg_default_acl
     WHERE defaclnamespace = %(schema)s
        OR defaclnamespace = 0 AND defaclrole = (SELECT oid FROM pg_roles WHERE rolname = current_user)
    UNION ALL
    SELECT 'schema' || xmin FROM pg_namespace WHERE oid = %(schema)s
    UNION ALL
    SELECT 'relation' || oid || ':' || xmin FROM relation
    UNION ALL
    SELECT 'column' || a.attrelid || '.' || a.attnum || ':' || a.xmin
      FROM relation AS c JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0
    UNION ALL
    SELECT 'default' || d.oid || ':' || d.xmin
      FROM relation AS c JOIN pg_attrdef AS d ON d.adrelid = c.oid
    UNION ALL
    SELECT 'constraint' || k.oid || ':' || k.xmin
      FROM relation AS c JOIN pg_constraint AS k ON k.conrelid = c.oid
    UNION ALL
    SELECT 'trigger' || g.oid || ':' || g.xmin
      FROM relation AS c JOIN pg_trigger AS g ON g.tgrelid = c.oid
    UNION ALL
    SELECT 'rule' || r.oid || ':' || r.xmin
      FROM relation AS c JOIN pg_rewrite AS r ON r.ev_class = c.oid
    UNION ALL
    SELECT 'policy' || y.oid || ':' || y.xmin
      FROM relation AS c JOIN pg_policy AS y ON y.polrelid = c.oid
    UNION ALL
    SELECT 'index' || oid || ':' || xmin FROM index
    UNION ALL
    SELECT 'sequence' || s.seqrelid || ':' || s.xmin
      FROM relation AS c JOIN pg_sequence AS s ON s.seqrelid = c.oid
    UNION ALL
    SELECT 'parent' || h.inhrelid || '.' || h.inhparent || ':' || h.xmin
      FROM relation AS c JOIN pg_inherits AS h ON h.inhrelid = c.oid
    UNION ALL
    SELECT 'type' || oid || ':' || xmin FROM type
    UNION ALL
    SELECT 'label' || e.oid || ':' || e.xmin FROM type AS t JOIN pg_enum AS e ON e.enumtypid = t.oid
    UNION ALL
    SELECT 'check' || k.oid || ':' || k.xmin
      FROM type AS t JOIN pg_constraint AS k ON k.contypid = t.oid AND k.contypid > 0
    UNION ALL
    SELECT 'cast' || k.oid || ':' || k.xmin
      FROM pg_cast AS k
      JOIN pg_type AS s ON s.oid = k.castsource
      JOIN pg_type AS t ON t.oid = k.casttarget
     WHERE k.oid >= 16384 -- made by a person
       AND (s.typnamespace = %(schema)s OR t.typnamespace = %(schema)s)
    UNION ALL
    SELECT 'function' || p.oid || ':' || p.xmin
      FROM member AS m JOIN pg_proc AS p ON p.oid = m.oid
     WHERE m.classid = 'pg_proc'::regclass
    UNION ALL
    SELECT 'statistics' || x.oid || ':' || x.xmin
      FROM member AS m JOIN pg_statistic_ext AS x ON x.oid = m.oid
     WHERE m.classid = 'pg_statistic_ext'::regclass
    UNION ALL
    SELECT 'operator' || o.oid || ':' || o.xmin
      FROM member AS m JOIN pg_operator AS o ON o.oid = m.oid
     WHERE m.classid = 'pg_operator'::regclass
    UNION ALL
    SELECT 'class' || o.oid || ':' || o.xmin
      FROM member AS m JOIN pg_opclass AS o ON o.oid = m.oid
     WHERE m.classid = 'pg_opclass'::regclass
    UNION ALL
    SELECT 'family' || f.oid || ':' || f.xmin
           || coalesce((SELECT string_agg(o.oid || ':' || o.xmin, ' ' ORDER BY o.oid)
                          FROM pg_amop AS o WHERE o.amopfamily = f.oid), '')
           || coalesce((SELECT string_agg(o.oid || ':' || o.xmin, ' ' ORDER BY o.oid)
                          FROM pg_amproc AS o WHERE o.amprocfamily = f.oid), '')
      FROM pg_opfamily AS f WHERE f.opfnamespace = %(schema)s
    UNION ALL
    SELECT 'collation' || oid || ':' || xmin FROM pg_collation WHERE collnamespace = %(schema)s
    UNION ALL
    SELECT 'dictionary' || oid || ':' || xmin FROM pg_ts_dict WHERE dictnamespace = %(schema)s
    UNION ALL
    SELECT 'configuration' || c.oid || ':' || c.xmin
           || coalesce((SELECT string_agg(m.xmin::text, ' ' ORDER BY m.maptokentype, m.mapseqno)
                          FROM pg_ts_config_map AS m WHERE m.mapcfg = c.oid), '')
      FROM pg_ts_config AS c WHERE c.cfgnamespace = %(schema)s
    UNION ALL
    SELECT 'member comment' || m.oid || '.' || d.objsubid || ':' || d.xmin
      FROM member AS m JOIN pg_description AS d ON d.classoid = m.classid AND d.objoid = m.oid
    UNION ALL
    SELECT 'part comment' || p.oid || '.' || d.objsubid || ':' || d.xmin
      FROM (SELECT 'pg_constraint'::regclass, k.oid
              FROM relation AS c JOIN pg_constraint AS k ON k.conrelid = c.oid
             UNION ALL
            SELECT 'pg_constraint'::regclass, k.oid
              FROM type AS t JOIN pg_constraint AS k ON k.contypid = t.oid AND k.contypid > 0
             UNION ALL
            SELECT 'pg_trigger'::regclass, g.oid
              FROM relation AS c JOIN pg_trigger AS g ON g.tgrelid = c.oid
             UNION ALL
            SELECT 'pg_policy'::regclass, y.oid
              FROM relation AS c JOIN pg_policy AS y ON y.polrelid = c.oid
             UNION ALL
            SELECT 'pg_rewrite'::regclass, r.oid
              FROM relation AS c JOIN pg_rewrite AS r ON r.ev_class = c.oid
             UNION ALL
            SELECT 'pg_class'::regclass, i.oid FROM index AS i) AS p (classid, oid)
      JOIN pg_description AS d ON d.classoid = p.classid AND d.objoid = p.oid
)
SELECT %(schema)s::oid AS oid, current_user::text AS role,
       count(*) || ':' || sum(hashtextextended(text, 0)) AS stamp
FROM part
