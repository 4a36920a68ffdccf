-- Runs once, as a superuser, in the database of the owner masa_madre. docs/security.md has the reasons.
CREATE ROLE masa_madre_web LOGIN NOINHERIT PASSWORD '{web_password}';
CREATE ROLE masa_madre_tenants LOGIN NOINHERIT PASSWORD '{tenants_password}';

-- Every tenant gets a role; cleanup ends transactions of tenants that are overdue.
ALTER ROLE masa_madre CREATEROLE;
GRANT pg_signal_backend TO masa_madre;
ALTER ROLE masa_madre_tenants SET temp_file_limit = '256MB';

GRANT CONNECT ON DATABASE masa_madre TO masa_madre_web, masa_madre_tenants;
REVOKE TEMPORARY, CREATE ON DATABASE masa_madre FROM PUBLIC;
REVOKE ALL ON SCHEMA public FROM PUBLIC;

-- Made here and not by the first migration, so that what that makes is open to the web's login.
CREATE SCHEMA control AUTHORIZATION masa_madre;
GRANT USAGE ON SCHEMA control TO masa_madre_web;
ALTER DEFAULT PRIVILEGES FOR ROLE masa_madre IN SCHEMA control
    GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO masa_madre_web;
ALTER DEFAULT PRIVILEGES FOR ROLE masa_madre IN SCHEMA control
    GRANT USAGE ON SEQUENCES TO masa_madre_web;

-- What a role without any rights could still do to others: block, end, or fill the disk.
DO $$
DECLARE closed regprocedure;
BEGIN
    FOR closed IN
        SELECT oid FROM pg_catalog.pg_proc
         WHERE pronamespace = 'pg_catalog'::regnamespace AND proname IN (
            'pg_advisory_lock', 'pg_advisory_lock_shared', 'pg_try_advisory_lock',
            'pg_try_advisory_lock_shared', 'pg_advisory_xact_lock', 'pg_advisory_xact_lock_shared',
            'pg_try_advisory_xact_lock', 'pg_try_advisory_xact_lock_shared',
            'pg_cancel_backend', 'pg_terminate_backend', 'pg_logical_emit_message',
            'lo_create', 'lo_creat', 'lo_from_bytea', 'lo_put', 'lowrite')
    LOOP
        EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', closed);
        EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO masa_madre', closed);
        IF closed::text LIKE '%advisory%' THEN
            EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO masa_madre_web', closed);
        END IF;
    END LOOP;
END
$$;
