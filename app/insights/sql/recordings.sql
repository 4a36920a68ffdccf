-- Visits as their steps.

-- visit --
SELECT visit.*, session.status::text AS status
  FROM control.visits AS visit LEFT JOIN control.demo_sessions AS session ON session.id = visit.session
 WHERE visit.session = :session

-- steps --
SELECT happened_at, kind, details FROM control.events
 WHERE session = :session ORDER BY happened_at, id LIMIT :most

-- newest --
SELECT session, first_at, last_at, account_type, scenario, source, device, events, last_module,
       ended_by, first_action_at IS NOT NULL AS has_acted
  FROM control.visits WHERE created_at IS NOT NULL AND events > 1
 ORDER BY first_at DESC LIMIT :most OFFSET :skip

-- heat --
-- In how many visits a module was opened, by how long after the beginning.
SELECT event.details ->> 'module' AS module,
       width_bucket(EXTRACT(epoch FROM event.happened_at - visit.created_at),
                    CAST(:bounds AS float8[])) AS class,
       count(DISTINCT event.session) AS visits
  FROM control.events AS event JOIN control.visits AS visit ON visit.session = event.session
 WHERE event.happened_at >= now() - make_interval(days => :days)
   AND event.kind IN ('opened_module', 'acted', 'sold', 'ordered')
   AND visit.created_at IS NOT NULL
 GROUP BY 1, 2
