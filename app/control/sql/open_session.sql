CREATE OR REPLACE FUNCTION control.open_session(
    new_id uuid, secret text, wanted text, who uuid, address inet, digests text[], agent text,
    duration double precision, max_sessions integer, max_per_minute integer,
    max_per_address integer, new_tenant uuid, alone boolean, details jsonb)
RETURNS TABLE (refusal text, retry_after integer, awaited uuid, opened control.demo_sessions)
LANGUAGE plpgsql AS $body$
DECLARE
    gate CONSTANT bigint := hashtextextended('masa-madre: open a session', 0);
    backends CONSTANT integer := current_setting('max_connections')::integer;
    template control.tenants;
    leased uuid;
    open_now bigint;
BEGIN
    SELECT * INTO template FROM control.tenants
     WHERE is_demo_template AND account_type = wanted AND state = 'ready';
    IF NOT FOUND THEN
        RETURN QUERY SELECT 'template_missing', 5, NULL::uuid, NULL::control.demo_sessions;
        RETURN;
    END IF;

    -- Far from the limit creations go side by side: as many as there are backends may be under
    -- way, and all of them together cannot reach it. Near it they go one by one. The gate is
    -- released after the commit is visible, and each statement below sees what was committed.
    IF alone THEN
        PERFORM pg_advisory_xact_lock(gate);
    ELSE
        PERFORM pg_advisory_xact_lock_shared(gate);
    END IF;
    SELECT count(*) INTO open_now FROM control.demo_sessions WHERE status IN ('pending', 'active');
    IF NOT alone AND open_now < max_sessions AND open_now + backends >= max_sessions THEN
        IF NOT pg_try_advisory_xact_lock(gate) THEN
            RETURN QUERY SELECT 'again', 0, NULL::uuid, NULL::control.demo_sessions;
            RETURN;
        END IF;
        SELECT count(*) INTO open_now
          FROM control.demo_sessions WHERE status IN ('pending', 'active');
    END IF;
    IF open_now >= max_sessions THEN
        RETURN QUERY
        SELECT 'capacity',
               least(60, greatest(5, EXTRACT(epoch FROM min(expires_at) - now())))::integer,
               NULL::uuid, NULL::control.demo_sessions
          FROM control.demo_sessions WHERE status IN ('pending', 'active');
        RETURN;
    END IF;
    IF max_per_minute > 0 AND max_per_minute <= (
        SELECT count(*) FROM control.demo_sessions WHERE created_at > now() - interval '1 minute')
    THEN
        RETURN QUERY
        SELECT 'rate', least(60, greatest(1,
                   60 - EXTRACT(epoch FROM now() - min(created_at))))::integer,
               NULL::uuid, NULL::control.demo_sessions
          FROM control.demo_sessions WHERE created_at > now() - interval '1 minute';
        RETURN;
    END IF;

    -- Creations of one address go one after the other, so that it gets no place too many. Digests
    -- are today's and yesterday's: a session may be older than the key of its address.
    IF max_per_address > 0 AND digests <> '{}' THEN
        PERFORM pg_advisory_xact_lock(hashtextextended('masa-madre: address ' || digests[1], 0));
        IF max_per_address <= (SELECT count(*) FROM control.demo_sessions
            WHERE status IN ('pending', 'active') AND address_digest = ANY(digests))
        THEN
            RETURN QUERY
            SELECT 'address',
                   least(60, greatest(5, EXTRACT(epoch FROM min(expires_at) - now())))::integer,
                   NULL::uuid, NULL::control.demo_sessions
              FROM control.demo_sessions
             WHERE status IN ('pending', 'active') AND address_digest = ANY(digests);
            RETURN;
        END IF;
    END IF;

    -- First come, first served: who finds others waiting for this template waits behind them.
    IF NOT EXISTS (SELECT FROM control.demo_sessions
                    WHERE status = 'pending' AND base_demo_tenant_id = template.id) THEN
        UPDATE control.tenants AS t
           SET state = 'leased', demo_session_id = new_id, updated_at = now(),
               demo_expires_at = now() + make_interval(secs => duration)
         WHERE t.id = (SELECT r.id FROM control.tenants AS r
                        WHERE r.state = 'ready' AND r.base_demo_tenant_id = template.id
                          AND (r.template_version = template.template_version
                               OR r.revision = template.revision)
                        ORDER BY r.template_version DESC, r.created_at LIMIT 1
                          FOR UPDATE SKIP LOCKED)
        RETURNING t.id INTO leased;
    END IF;
    IF leased IS NULL THEN
        INSERT INTO control.tenants (id, name, schema_name, account_type, is_demo,
               is_demo_template, base_demo_tenant_id, demo_session_id, state)
        VALUES (new_tenant, template.name, 'demo_' || replace(new_tenant::text, '-', ''), wanted,
                true, false, template.id, new_id, 'cloning');
        awaited := new_tenant;
    END IF;
    INSERT INTO control.demo_sessions (id, session_id, user_id, ip_address, address_digest,
           user_agent, base_demo_tenant_id, virtual_tenant_id, demo_account_type, status,
           expires_at, data_cloned, redis_populated, metadata)
    VALUES (new_id, secret, who, address, digests[1], agent, template.id, leased,
            split_part(wanted, '__', 1), -- a scenario's template is `account type__scenario`
            CASE WHEN leased IS NULL THEN 'pending' ELSE 'active' END::control.session_status,
            now() + make_interval(secs => duration), leased IS NOT NULL, true, details)
    RETURNING * INTO opened;
    RETURN NEXT;
END
$body$
