-- How many places of the lock table this transaction takes.
SELECT count(DISTINCT (locktype, database, relation, classid, objid, objsubid))
FROM pg_catalog.pg_locks
WHERE pid = pg_backend_pid() AND NOT fastpath
