-- Schemas that a transfer to this name has left unfinished, and that no transfer is working on.
SELECT n.nspname::text AS name
  FROM pg_namespace AS n
 WHERE obj_description(n.oid, 'pg_namespace') = %(mark)s
   AND n.nspname LIKE 'schema_tools\_%%'
   AND pg_has_role(n.nspowner, 'USAGE')
   AND NOT EXISTS (SELECT FROM pg_locks AS l
                    WHERE l.locktype = 'advisory' AND l.granted
                      AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
                      AND (l.classid::bigint << 32 | l.objid::bigint) = hashtextextended(n.nspname, 0))
 ORDER BY 1
