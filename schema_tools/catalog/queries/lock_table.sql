-- How many locks the server's lock table holds (it may take a few more), and the setting behind it.
SELECT current_setting('max_locks_per_transaction')::bigint
       * (SELECT sum(setting::bigint) + 1 FROM pg_catalog.pg_settings
           WHERE name IN ('max_connections', 'max_prepared_transactions', 'max_worker_processes', 'max_wal_senders')
              OR name = CASE WHEN current_setting('autovacuum_worker_slots', true) IS NULL
                             THEN 'autovacuum_max_workers' ELSE 'autovacuum_worker_slots' END) AS capacity,
       current_setting('max_locks_per_transaction')::bigint AS setting
