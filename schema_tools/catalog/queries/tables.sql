-- The schema's tables, each with the names of itself and of the tables that it is a partition of.
WITH RECURSIVE above(oid, ancestor) AS (
    SELECT c.oid, c.oid FROM pg_class AS c
     WHERE c.relnamespace = to_regnamespace(%(schema)s) AND c.relkind IN ('r', 'p')
    UNION ALL
    SELECT a.oid, i.inhparent FROM above AS a
      JOIN pg_class AS c ON c.oid = a.ancestor AND c.relispartition
      JOIN pg_inherits AS i ON i.inhrelid = a.ancestor
)
SELECT c.oid, c.relname::text AS name, c.relkind = 'p' AS is_partitioned,
       array_agg(p.relname::text ORDER BY p.relname) AS names
FROM above AS a
JOIN pg_class AS c ON c.oid = a.oid
JOIN pg_class AS p ON p.oid = a.ancestor
GROUP BY c.oid, c.relname, c.relkind
ORDER BY c.relname
