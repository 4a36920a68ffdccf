-- Overdue statements of tenants, and the counts of requests that come from Redis in batches.

-- overdue --
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
 WHERE usename = :login AND datname = current_database()
   AND (xact_start < now() - make_interval(secs => :most)
        OR (state = 'active' AND query_start < now() - make_interval(secs => :most)))

-- new_batches --
INSERT INTO control.counted_batches (name) SELECT unnest(CAST(:names AS text[]))
    ON CONFLICT DO NOTHING
RETURNING name

-- count --
UPDATE control.demo_sessions
   SET request_count = request_count + :requests, redis_populated = true,
       last_activity_at = greatest(last_activity_at, :last_at)
 WHERE id = :id

-- forget_batches --
DELETE FROM control.counted_batches WHERE counted_at < now() - interval '30 days'
