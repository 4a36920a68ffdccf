-- Endpoints, messages and deliveries. The functions that queue messages are in `queue_webhook.sql`.

-- queue --
-- None: no endpoint wants it, or it was queued before.
SELECT control.queue_webhook(:kind, CAST(:body AS jsonb), :sealed, :lead, :once)

-- queue_expiring --
-- A session that ends within five minutes; one that is extended is told of again before its new end.
SELECT count(control.queue_webhook(
           'session.expiring',
           jsonb_build_object(
               'session', id, 'account_type', demo_account_type,
               'scenario', coalesce(metadata ->> 'scenario', 'base'), 'link', metadata ->> 'link',
               'expires_at', expires_at, 'extensions', extensions),
           NULL, NULL, 'session.expiring ' || id || ' ' || EXTRACT(epoch FROM expires_at)))
  FROM control.demo_sessions AS session
 WHERE status = 'active' AND expires_at > now() AND expires_at <= now() + interval '5 minutes'
   AND EXISTS (SELECT FROM control.webhook_endpoints
                WHERE disabled_at IS NULL AND 'session.expiring' = ANY(kinds))

-- due_endpoints --
SELECT endpoint.id, endpoint.url, endpoint.secrets
  FROM control.webhook_endpoints AS endpoint
 WHERE disabled_at IS NULL
   AND EXISTS (SELECT FROM control.webhook_deliveries AS due
                WHERE due.endpoint = endpoint.id AND due.state = 'waiting' AND due.due_at <= now())
 ORDER BY random() LIMIT :most

-- claim_delivery --
-- It is due again later, in case the process that sends it is killed.
UPDATE control.webhook_deliveries AS delivery
   SET attempts = attempts + 1, tried_at = now(),
       due_at = now() + make_interval(secs =>
           (CAST(:pauses AS double precision[]))[least(attempts + 1, cardinality(:pauses))])
  FROM control.webhook_messages AS message
 WHERE message.id = delivery.message
   AND delivery.id = (SELECT id FROM control.webhook_deliveries
                       WHERE endpoint = :endpoint AND state = 'waiting' AND due_at <= now()
                       ORDER BY due_at, id LIMIT 1 FOR UPDATE SKIP LOCKED)
RETURNING delivery.id, delivery.attempts, message.id AS message, message.kind,
          message.occurred_at, message.body, message.sealed

-- settle_delivery --
UPDATE control.webhook_deliveries
   SET state = :state, status = :status, answer = :answer, error = :error, seconds = :seconds
 WHERE id = :id AND state = 'waiting'

-- insert_endpoint --
INSERT INTO control.webhook_endpoints (title, url, kinds, secrets, created_by)
VALUES (:title, :url, :kinds, :secrets, :created_by) RETURNING id

-- find_endpoint --
SELECT * FROM control.webhook_endpoints WHERE id = :id FOR UPDATE

-- endpoints --
SELECT endpoint.*,
       count(*) FILTER (WHERE delivery.state = 'waiting') AS waiting,
       count(*) FILTER (WHERE delivery.state = 'delivered') AS delivered,
       count(*) FILTER (WHERE delivery.state = 'dead') AS dead
  FROM control.webhook_endpoints AS endpoint
  LEFT JOIN control.webhook_deliveries AS delivery ON delivery.endpoint = endpoint.id
 GROUP BY endpoint.id ORDER BY endpoint.created_at

-- change_secrets --
UPDATE control.webhook_endpoints SET secrets = :secrets WHERE id = :id

-- switch_endpoint --
UPDATE control.webhook_endpoints
   SET disabled_at = CASE WHEN CAST(:on AS boolean) THEN NULL ELSE now() END
 WHERE id = :id RETURNING id

-- delete_endpoint --
DELETE FROM control.webhook_endpoints WHERE id = :id RETURNING id

-- newest_deliveries --
SELECT delivery.*, message.kind, message.occurred_at, endpoint.title
  FROM control.webhook_deliveries AS delivery
  JOIN control.webhook_messages AS message ON message.id = delivery.message
  JOIN control.webhook_endpoints AS endpoint ON endpoint.id = delivery.endpoint
 WHERE CAST(:state AS text) IS NULL OR delivery.state = :state
 ORDER BY delivery.id DESC LIMIT :limit

-- find_delivery --
SELECT delivery.*, message.kind, message.occurred_at, message.body, message.sealed, message.lead,
       endpoint.title, endpoint.url
  FROM control.webhook_deliveries AS delivery
  JOIN control.webhook_messages AS message ON message.id = delivery.message
  JOIN control.webhook_endpoints AS endpoint ON endpoint.id = delivery.endpoint
 WHERE delivery.id = :id

-- replay --
UPDATE control.webhook_deliveries
   SET state = 'waiting', attempts = 0, due_at = now()
 WHERE (id = :id OR (CAST(:id AS bigint) IS NULL AND state = 'dead'))
   AND state <> 'waiting'
RETURNING id

-- purge_messages --
-- What still waits to be delivered stays.
DELETE FROM control.webhook_messages AS message
 WHERE occurred_at < now() - make_interval(secs => :retention)
   AND NOT EXISTS (SELECT FROM control.webhook_deliveries AS delivery
                    WHERE delivery.message = message.id AND delivery.state = 'waiting')

-- sealed_messages --
SELECT id, sealed FROM control.webhook_messages WHERE sealed IS NOT NULL AND id > :after
 ORDER BY id LIMIT 100 FOR UPDATE

-- reseal_message --
UPDATE control.webhook_messages SET sealed = :sealed WHERE id = :id
