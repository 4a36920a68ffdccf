-- Templates of the seeds that have no data, or whose data do not end on a day.

-- stale --
SELECT count(*) FROM control.tenants
 WHERE is_demo_template AND account_type = ANY (:seeded)
   AND (state = 'cloning' OR (state = 'ready' AND data_on IS DISTINCT FROM :today))

-- note --
UPDATE control.tenants SET data_on = :today, revision = coalesce(revision, :revision)
 WHERE is_demo_template AND account_type = ANY (:seeded) AND state = 'ready'
   AND data_on IS DISTINCT FROM :today
