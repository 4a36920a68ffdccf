-- Live columns of the schema's relations, with their defaults, in their order.
-- What is to be known of a type is asked once for each, for a large schema has many columns of few types.
WITH live AS MATERIALIZED (
    SELECT c.relkind, a.*
      FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid
     WHERE c.relnamespace = %(schema)s AND c.relkind IN ('r', 'p', 'v', 'm', 'c')
       AND a.attnum > 0 AND NOT a.attisdropped
), types AS MATERIALIZED (
    SELECT t.oid,
       EXISTS (WITH RECURSIVE base AS (
                   SELECT t.oid, t.typtype, t.typbasetype, t.typnamespace, t.typelem
                   UNION ALL
                   SELECT b.oid, b.typtype, b.typbasetype, b.typnamespace, b.typelem
                     FROM base JOIN pg_type AS b ON b.oid = base.typbasetype
                    WHERE base.typtype = 'd')
               SELECT FROM base
                WHERE base.typtype <> 'd' AND base.typnamespace = %(schema)s
                  AND NOT EXISTS (SELECT FROM pg_depend AS e
                                   WHERE e.classid = 'pg_type'::regclass AND e.objid IN (base.oid, base.typelem)
                                     AND e.deptype = 'e')) AS is_own_type,
       (WITH RECURSIVE base AS (
            SELECT t.oid, t.typtype, t.typbasetype, t.typelem
            UNION ALL
            SELECT b.oid, b.typtype, b.typbasetype, b.typelem
              FROM base JOIN pg_type AS b
                ON b.oid = CASE WHEN base.typtype = 'd' THEN base.typbasetype
                                WHEN base.typtype = 'b' THEN base.typelem END
             WHERE b.typnamespace = 'pg_catalog'::regnamespace OR b.typtype = 'd')
        SELECT max(base.oid::regtype::text) FROM base
         WHERE base.oid IN ('oid'::regtype, 'regclass'::regtype, 'regproc'::regtype,
                            'regprocedure'::regtype, 'regoper'::regtype, 'regoperator'::regtype,
                            'regtype'::regtype, 'regconfig'::regtype, 'regdictionary'::regtype,
                            'regnamespace'::regtype, 'regcollation'::regtype)) AS reference
      FROM pg_type AS t
     WHERE t.oid IN (SELECT live.atttypid FROM live)
)
SELECT a.attrelid AS relation, a.attname AS name, a.attnum AS number,
       a.atttypid AS type_oid, nullif(t.typelem, 0) AS element_oid,
       format_type(a.atttypid, a.atttypmod) AS type,
       types.is_own_type,
       a.attnotnull AS not_null,
       a.attidentity::text AS identity, a.attgenerated::text AS generated,
       a.attislocal AS is_local,
       CASE WHEN a.attcollation <> t.typcollation
            THEN (SELECT CASE WHEN pg_collation_is_visible(l.oid) THEN '' ELSE quote_ident(n.nspname) || '.' END
                         || quote_ident(l.collname)
                    FROM pg_collation AS l JOIN pg_namespace AS n ON n.oid = l.collnamespace
                   WHERE l.oid = a.attcollation) END AS collation,
       CASE WHEN a.attstorage <> t.typstorage THEN a.attstorage::text END AS storage,
       a.attstorage::text AS actual_storage,
       types.reference,
       -- A view that is filled again names the clone's objects in such values, at any depth.
       a.relkind = 'm' AND EXISTS (
           WITH RECURSIVE part(oid) AS (
               SELECT a.atttypid
               UNION
               SELECT inner_type.oid
                 FROM part JOIN pg_type AS p ON p.oid = part.oid
                CROSS JOIN LATERAL (
                      SELECT p.typbasetype UNION ALL SELECT p.typelem
                      UNION ALL SELECT f.atttypid FROM pg_attribute AS f
                                 WHERE f.attrelid = p.typrelid AND f.attnum > 0 AND NOT f.attisdropped
                      UNION ALL SELECT r.rngsubtype FROM pg_range AS r
                                 WHERE p.oid IN (r.rngtypid, r.rngmultitypid)) AS inner_type(oid))
           SELECT FROM part JOIN pg_type AS t ON t.oid = part.oid
            WHERE t.typnamespace = 'pg_catalog'::regnamespace AND (t.typname = 'oid' OR t.typname ~ '^reg[a-z]+$')
       ) AS names_objects,
       nullif(a.attcompression::text, '') AS compression,
       nullif(a.attstattarget, -1) AS statistics_target,
       -- Security releases of 2026 keep a row type's version among the options; pg_dump hides it too.
       ARRAY(SELECT o FROM unnest(a.attoptions) AS o WHERE o NOT LIKE 'pg_attver=%%') AS options,
       d.oid AS default_oid, pg_get_expr(d.adbin, d.adrelid) AS default,
       EXISTS (SELECT FROM pg_depend AS p
                WHERE p.classid = 'pg_attrdef'::regclass AND p.objid = d.oid
                  AND p.refclassid = 'pg_proc'::regclass) AS default_calls_functions
FROM live AS a
JOIN pg_type AS t ON t.oid = a.atttypid
JOIN types ON types.oid = a.atttypid
LEFT JOIN pg_attrdef AS d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
ORDER BY a.attrelid, a.attnum
