-- How a tenant's transaction begins and ends.
--
-- `RESET ALL` returns to what `ALTER ROLE … SET` may have planted for the login: what changes the
-- meaning of a statement or its answer is therefore set in each transaction.

-- begin --
BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE NOT DEFERRABLE

-- reset --
RESET ALL

-- enter --
-- The key is a parameter: the text of a statement can be read in pg_stat_activity. Statements with
-- parameters go one by one, so this one, `begin` and `reset` are sent as a pipeline: one round trip.
SELECT set_config('search_path', %(path)s, true), set_config(%(setting)s, %(key)s, true),
       set_config('statement_timeout', %(statement)s, true), set_config('lock_timeout', %(lock)s, true),
       set_config('idle_in_transaction_session_timeout', %(idle)s, true),
       set_config('row_security', 'on', true),
       set_config('client_encoding', 'UTF8', true),
       set_config('datestyle', 'ISO, MDY', true), set_config('intervalstyle', 'postgres', true),
       set_config('timezone', 'UTC', true), set_config('bytea_output', 'hex', true),
       set_config('extra_float_digits', '1', true), set_config('array_nulls', 'on', true),
       set_config('standard_conforming_strings', 'on', true),
       set_config('transform_null_equals', 'off', true), set_config('xmloption', 'content', true),
       set_config('role', %(role)s, true)

-- commit --
-- A cursor WITH HOLD, LISTEN and prepared statements would outlive the transaction. `SET ROLE NONE`
-- is the login itself, where `RESET ROLE` could be a role that was planted.
SET ROLE NONE; RESET ALL; CLOSE ALL; UNLISTEN *; DEALLOCATE ALL;
SELECT pg_advisory_unlock_all(), set_config('search_path', '', false); COMMIT

-- abandon --
ROLLBACK; SET ROLE NONE; RESET ALL; CLOSE ALL; UNLISTEN *; DEALLOCATE ALL;
SELECT pg_advisory_unlock_all(), set_config('search_path', '', false)

-- try --
-- The same for one look from a process that opens no tenants: parameters are psycopg's.
SELECT set_config('search_path', %(path)s, true), set_config(%(setting)s, %(key)s, true),
       set_config('lock_timeout', '2s', true), set_config('statement_timeout', '5s', true),
       set_config('role', %(role)s, true)

-- readable_table --
-- A table of the schema that the role of this transaction may read. A schema that it may not use is
-- no current schema.
SELECT c.relname FROM pg_catalog.pg_depend AS m JOIN pg_catalog.pg_class AS c ON c.oid = m.objid
 WHERE m.refclassid = 'pg_namespace'::regclass AND m.classid = 'pg_class'::regclass
   AND m.refobjid = quote_ident(current_schema())::regnamespace AND c.relkind IN ('r', 'p')
   AND has_table_privilege(c.oid, 'SELECT')
 ORDER BY c.relname LIMIT 1
