CREATE OR REPLACE FUNCTION control.queue_webhook(
    wanted text, about jsonb, hidden text, lead_id uuid, only_once text)
RETURNS text LANGUAGE plpgsql AS $body$
DECLARE
    queued text;
BEGIN
    IF NOT EXISTS (SELECT FROM control.webhook_endpoints
                    WHERE disabled_at IS NULL AND wanted = ANY(kinds)) THEN
        RETURN NULL;
    END IF;
    INSERT INTO control.webhook_messages (id, kind, body, sealed, lead, once)
    VALUES ('msg_' || replace(gen_random_uuid()::text, '-', ''), wanted, about, hidden, lead_id,
            only_once)
    ON CONFLICT (once) DO NOTHING
    RETURNING id INTO queued;
    IF queued IS NOT NULL THEN
        -- Locked, so that one that is deleted at this moment does not fail what is told of.
        INSERT INTO control.webhook_deliveries (message, endpoint)
        SELECT queued, wanting.id
          FROM (SELECT id FROM control.webhook_endpoints
                 WHERE disabled_at IS NULL AND wanted = ANY(kinds) FOR KEY SHARE) AS wanting;
    END IF;
    RETURN queued;
END
$body$;

CREATE OR REPLACE FUNCTION control.tell_of_session()
RETURNS trigger LANGUAGE plpgsql AS $body$
DECLARE
    about jsonb;
BEGIN
    IF NOT EXISTS (SELECT FROM control.webhook_endpoints WHERE disabled_at IS NULL) THEN
        RETURN NULL;
    END IF;
    about := jsonb_build_object(
        'session', NEW.id, 'account_type', NEW.demo_account_type,
        'scenario', coalesce(NEW.metadata ->> 'scenario', 'base'), 'link', NEW.metadata ->> 'link',
        'status', NEW.status, 'created_at', NEW.created_at, 'expires_at', NEW.expires_at);
    IF TG_OP = 'INSERT' THEN
        PERFORM control.queue_webhook('session.created', about, NULL, NULL, NULL);
        IF NEW.status = 'pending' THEN
            -- Once in five minutes for a template: a burst of visitors is one piece of news.
            PERFORM control.queue_webhook(
                'pool.exhausted',
                (SELECT jsonb_build_object('template', account_type) FROM control.tenants
                  WHERE id = NEW.base_demo_tenant_id),
                NULL, NULL,
                'pool.exhausted ' || NEW.base_demo_tenant_id
                    || ' ' || floor(EXTRACT(epoch FROM now()) / 300));
        END IF;
    ELSIF OLD.status = NEW.status THEN
        RETURN NULL;
    END IF;
    IF NEW.status = 'active' THEN
        PERFORM control.queue_webhook('session.activated', about, NULL, NULL, NULL);
    ELSIF TG_OP = 'UPDATE' AND OLD.status IN ('pending', 'active') THEN
        PERFORM control.queue_webhook(
            'session.ended',
            about || jsonb_build_object('ended_by', coalesce(NEW.metadata ->> 'ended_by', 'failure')),
            NULL, NULL, NULL);
    END IF;
    RETURN NULL;
END
$body$
