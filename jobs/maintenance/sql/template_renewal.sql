-- Templates of the seeds that are missing, have no data, or whose data do not end on a day.

-- stale --
SELECT count(*) FILTER (WHERE state = 'cloning'
                           OR (state = 'ready' AND data_on IS DISTINCT FROM :today)) > 0
       OR count(*) < cardinality(CAST(:seeded AS text[]))
  FROM control.tenants WHERE is_demo_template AND account_type = ANY (:seeded)

-- note --
UPDATE control.tenants SET data_on = :today, revision = coalesce(revision, :revision)
 WHERE is_demo_template AND account_type = ANY (:seeded) AND state = 'ready'
   AND data_on IS DISTINCT FROM :today
