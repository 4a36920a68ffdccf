-- Figures of a period and of the one before it: `is_now` tells them apart. Empty filters match all.

-- margins_by_value --
SELECT CASE dimension WHEN '' THEN 'account_type' ELSE dimension END AS dimension,
       CASE dimension WHEN '' THEN account_type ELSE value END AS value, day >= :since AS is_now,
       sum(landed)::bigint AS landed, sum(created)::bigint AS created,
       sum(untracked)::bigint AS untracked, sum(waited)::bigint AS waited,
       sum(acted)::bigint AS acted, sum(sold)::bigint AS sold, sum(ordered)::bigint AS ordered,
       sum(traded)::bigint AS traded, sum(began_tour)::bigint AS began_tour,
       sum(toured)::bigint AS toured, sum(contacted)::bigint AS contacted,
       sum(converted)::bigint AS converted, sum(extended)::bigint AS extended,
       sum(began_again)::bigint AS began_again, sum(shared)::bigint AS shared,
       sum(by_clock)::bigint AS by_clock, sum(by_visitor)::bigint AS by_visitor,
       sum(by_ops)::bigint AS by_ops, sum(failed)::bigint AS failed,
       sum(first_10)::bigint AS first_10, sum(first_30)::bigint AS first_30,
       sum(first_60)::bigint AS first_60, sum(first_120)::bigint AS first_120,
       sum(first_300)::bigint AS first_300, sum(first_later)::bigint AS first_later,
       sum(seconds)::bigint AS seconds
  FROM control.visit_margins
 WHERE day BETWEEN :before AND :until AND :account_type IN ('', account_type)
 GROUP BY 1, 2, 3

-- margins_by_day --
SELECT day,
       sum(created) AS created, sum(acted) AS acted, sum(traded) AS traded, sum(toured) AS toured,
       sum(contacted) AS contacted, sum(converted) AS converted, sum(waited) AS waited, sum(failed) AS failed
  FROM control.visit_margins
 WHERE day BETWEEN :since AND :until AND :account_type IN ('', account_type) AND dimension = ''
 GROUP BY 1 ORDER BY 1

-- totals_by_value --
-- One pass over the rows, then the sums of the few combinations that are left.
WITH few AS MATERIALIZED (
SELECT account_type, scenario, source, language, day >= :since AS is_now,
       sum(landed)::integer AS landed, sum(created)::integer AS created,
       sum(untracked)::integer AS untracked, sum(waited)::integer AS waited,
       sum(acted)::integer AS acted, sum(sold)::integer AS sold, sum(ordered)::integer AS ordered,
       sum(traded)::integer AS traded, sum(began_tour)::integer AS began_tour,
       sum(toured)::integer AS toured, sum(contacted)::integer AS contacted,
       sum(converted)::integer AS converted, sum(extended)::integer AS extended,
       sum(began_again)::integer AS began_again, sum(shared)::integer AS shared,
       sum(by_clock)::integer AS by_clock, sum(by_visitor)::integer AS by_visitor,
       sum(by_ops)::integer AS by_ops, sum(failed)::integer AS failed,
       sum(first_10)::integer AS first_10, sum(first_30)::integer AS first_30,
       sum(first_60)::integer AS first_60, sum(first_120)::integer AS first_120,
       sum(first_300)::integer AS first_300, sum(first_later)::integer AS first_later,
       sum(seconds)::integer AS seconds
  FROM control.visit_totals
 WHERE day BETWEEN :before AND :until AND :account_type IN ('', account_type)
   AND :scenario IN ('', scenario) AND :source IN ('', source) AND :language IN ('', language)
 GROUP BY 1, 2, 3, 4, 5
)
SELECT CASE GROUPING(account_type, scenario, source, language)
            WHEN 7 THEN 'account_type' WHEN 11 THEN 'scenario' WHEN 13 THEN 'source'
            ELSE 'language' END AS dimension,
       coalesce(account_type, scenario, source, language) AS value, is_now,
       sum(landed)::bigint AS landed, sum(created)::bigint AS created,
       sum(untracked)::bigint AS untracked, sum(waited)::bigint AS waited,
       sum(acted)::bigint AS acted, sum(sold)::bigint AS sold, sum(ordered)::bigint AS ordered,
       sum(traded)::bigint AS traded, sum(began_tour)::bigint AS began_tour,
       sum(toured)::bigint AS toured, sum(contacted)::bigint AS contacted,
       sum(converted)::bigint AS converted, sum(extended)::bigint AS extended,
       sum(began_again)::bigint AS began_again, sum(shared)::bigint AS shared,
       sum(by_clock)::bigint AS by_clock, sum(by_visitor)::bigint AS by_visitor,
       sum(by_ops)::bigint AS by_ops, sum(failed)::bigint AS failed,
       sum(first_10)::bigint AS first_10, sum(first_30)::bigint AS first_30,
       sum(first_60)::bigint AS first_60, sum(first_120)::bigint AS first_120,
       sum(first_300)::bigint AS first_300, sum(first_later)::bigint AS first_later,
       sum(seconds)::bigint AS seconds
  FROM few
 GROUP BY GROUPING SETS ((account_type, is_now), (scenario, is_now), (source, is_now),
                         (language, is_now))

-- totals_by_day --
SELECT day,
       sum(created) AS created, sum(acted) AS acted, sum(traded) AS traded, sum(toured) AS toured,
       sum(contacted) AS contacted, sum(converted) AS converted, sum(waited) AS waited, sum(failed) AS failed
  FROM control.visit_totals
 WHERE day BETWEEN :since AND :until AND :account_type IN ('', account_type)
   AND :scenario IN ('', scenario) AND :source IN ('', source) AND :language IN ('', language)
 GROUP BY 1 ORDER BY 1

-- pairs_by_value --
-- With one filter: the pairs of its value, and that value's own sums.
SELECT other AS dimension, other_value AS value, day >= :since AS is_now,
       sum(landed)::bigint AS landed, sum(created)::bigint AS created,
       sum(untracked)::bigint AS untracked, sum(waited)::bigint AS waited,
       sum(acted)::bigint AS acted, sum(sold)::bigint AS sold, sum(ordered)::bigint AS ordered,
       sum(traded)::bigint AS traded, sum(began_tour)::bigint AS began_tour,
       sum(toured)::bigint AS toured, sum(contacted)::bigint AS contacted,
       sum(converted)::bigint AS converted, sum(extended)::bigint AS extended,
       sum(began_again)::bigint AS began_again, sum(shared)::bigint AS shared,
       sum(by_clock)::bigint AS by_clock, sum(by_visitor)::bigint AS by_visitor,
       sum(by_ops)::bigint AS by_ops, sum(failed)::bigint AS failed,
       sum(first_10)::bigint AS first_10, sum(first_30)::bigint AS first_30,
       sum(first_60)::bigint AS first_60, sum(first_120)::bigint AS first_120,
       sum(first_300)::bigint AS first_300, sum(first_later)::bigint AS first_later,
       sum(seconds)::bigint AS seconds
  FROM control.visit_pairs
 WHERE dimension = :dimension AND value = :value AND day BETWEEN :before AND :until
   AND :account_type IN ('', account_type)
 GROUP BY 1, 2, 3
UNION ALL
SELECT 'account_type', account_type, day >= :since,
       sum(landed)::bigint AS landed, sum(created)::bigint AS created,
       sum(untracked)::bigint AS untracked, sum(waited)::bigint AS waited,
       sum(acted)::bigint AS acted, sum(sold)::bigint AS sold, sum(ordered)::bigint AS ordered,
       sum(traded)::bigint AS traded, sum(began_tour)::bigint AS began_tour,
       sum(toured)::bigint AS toured, sum(contacted)::bigint AS contacted,
       sum(converted)::bigint AS converted, sum(extended)::bigint AS extended,
       sum(began_again)::bigint AS began_again, sum(shared)::bigint AS shared,
       sum(by_clock)::bigint AS by_clock, sum(by_visitor)::bigint AS by_visitor,
       sum(by_ops)::bigint AS by_ops, sum(failed)::bigint AS failed,
       sum(first_10)::bigint AS first_10, sum(first_30)::bigint AS first_30,
       sum(first_60)::bigint AS first_60, sum(first_120)::bigint AS first_120,
       sum(first_300)::bigint AS first_300, sum(first_later)::bigint AS first_later,
       sum(seconds)::bigint AS seconds
  FROM control.visit_margins
 WHERE dimension = :dimension AND value = :value AND day BETWEEN :before AND :until
   AND :account_type IN ('', account_type)
 GROUP BY 2, 3
UNION ALL
SELECT dimension, value, day >= :since,
       sum(landed)::bigint AS landed, sum(created)::bigint AS created,
       sum(untracked)::bigint AS untracked, sum(waited)::bigint AS waited,
       sum(acted)::bigint AS acted, sum(sold)::bigint AS sold, sum(ordered)::bigint AS ordered,
       sum(traded)::bigint AS traded, sum(began_tour)::bigint AS began_tour,
       sum(toured)::bigint AS toured, sum(contacted)::bigint AS contacted,
       sum(converted)::bigint AS converted, sum(extended)::bigint AS extended,
       sum(began_again)::bigint AS began_again, sum(shared)::bigint AS shared,
       sum(by_clock)::bigint AS by_clock, sum(by_visitor)::bigint AS by_visitor,
       sum(by_ops)::bigint AS by_ops, sum(failed)::bigint AS failed,
       sum(first_10)::bigint AS first_10, sum(first_30)::bigint AS first_30,
       sum(first_60)::bigint AS first_60, sum(first_120)::bigint AS first_120,
       sum(first_300)::bigint AS first_300, sum(first_later)::bigint AS first_later,
       sum(seconds)::bigint AS seconds
  FROM control.visit_margins
 WHERE dimension = :dimension AND value = :value AND day BETWEEN :before AND :until
   AND :account_type IN ('', account_type)
 GROUP BY 1, 2, 3

-- pairs_by_day --
SELECT day,
       sum(created) AS created, sum(acted) AS acted, sum(traded) AS traded, sum(toured) AS toured,
       sum(contacted) AS contacted, sum(converted) AS converted, sum(waited) AS waited, sum(failed) AS failed
  FROM control.visit_margins
 WHERE day BETWEEN :since AND :until AND :account_type IN ('', account_type) AND dimension = :dimension AND value = :value
 GROUP BY 1 ORDER BY 1

-- weeks_by_value --
-- Whole weeks of either period from the totals of weeks, the days around them from those of days:
-- then the sums of the few combinations that are left.
WITH few AS MATERIALIZED (
SELECT account_type, scenario, source, language, week >= :since AS is_now,
       sum(landed)::integer AS landed, sum(created)::integer AS created,
       sum(untracked)::integer AS untracked, sum(waited)::integer AS waited,
       sum(acted)::integer AS acted, sum(sold)::integer AS sold, sum(ordered)::integer AS ordered,
       sum(traded)::integer AS traded, sum(began_tour)::integer AS began_tour,
       sum(toured)::integer AS toured, sum(contacted)::integer AS contacted,
       sum(converted)::integer AS converted, sum(extended)::integer AS extended,
       sum(began_again)::integer AS began_again, sum(shared)::integer AS shared,
       sum(by_clock)::integer AS by_clock, sum(by_visitor)::integer AS by_visitor,
       sum(by_ops)::integer AS by_ops, sum(failed)::integer AS failed,
       sum(first_10)::integer AS first_10, sum(first_30)::integer AS first_30,
       sum(first_60)::integer AS first_60, sum(first_120)::integer AS first_120,
       sum(first_300)::integer AS first_300, sum(first_later)::integer AS first_later,
       sum(seconds)::integer AS seconds
  FROM control.visit_weeks
 WHERE (week >= :first_before AND week < :last_before OR week >= :first_now AND week < :last_now)
   AND :account_type IN ('', account_type)
   AND :scenario IN ('', scenario) AND :source IN ('', source) AND :language IN ('', language)
 GROUP BY 1, 2, 3, 4, 5
UNION ALL
SELECT account_type, scenario, source, language, day >= :since AS is_now,
       sum(landed)::integer AS landed, sum(created)::integer AS created,
       sum(untracked)::integer AS untracked, sum(waited)::integer AS waited,
       sum(acted)::integer AS acted, sum(sold)::integer AS sold, sum(ordered)::integer AS ordered,
       sum(traded)::integer AS traded, sum(began_tour)::integer AS began_tour,
       sum(toured)::integer AS toured, sum(contacted)::integer AS contacted,
       sum(converted)::integer AS converted, sum(extended)::integer AS extended,
       sum(began_again)::integer AS began_again, sum(shared)::integer AS shared,
       sum(by_clock)::integer AS by_clock, sum(by_visitor)::integer AS by_visitor,
       sum(by_ops)::integer AS by_ops, sum(failed)::integer AS failed,
       sum(first_10)::integer AS first_10, sum(first_30)::integer AS first_30,
       sum(first_60)::integer AS first_60, sum(first_120)::integer AS first_120,
       sum(first_300)::integer AS first_300, sum(first_later)::integer AS first_later,
       sum(seconds)::integer AS seconds
  FROM control.visit_totals
 WHERE (day >= :before AND day < :first_before OR day >= :last_before AND day < :first_now
        OR day >= :last_now AND day <= :until)
   AND :account_type IN ('', account_type)
   AND :scenario IN ('', scenario) AND :source IN ('', source) AND :language IN ('', language)
 GROUP BY 1, 2, 3, 4, 5
)
SELECT CASE GROUPING(account_type, scenario, source, language)
            WHEN 7 THEN 'account_type' WHEN 11 THEN 'scenario' WHEN 13 THEN 'source'
            ELSE 'language' END AS dimension,
       coalesce(account_type, scenario, source, language) AS value, is_now,
       sum(landed)::bigint AS landed, sum(created)::bigint AS created,
       sum(untracked)::bigint AS untracked, sum(waited)::bigint AS waited,
       sum(acted)::bigint AS acted, sum(sold)::bigint AS sold, sum(ordered)::bigint AS ordered,
       sum(traded)::bigint AS traded, sum(began_tour)::bigint AS began_tour,
       sum(toured)::bigint AS toured, sum(contacted)::bigint AS contacted,
       sum(converted)::bigint AS converted, sum(extended)::bigint AS extended,
       sum(began_again)::bigint AS began_again, sum(shared)::bigint AS shared,
       sum(by_clock)::bigint AS by_clock, sum(by_visitor)::bigint AS by_visitor,
       sum(by_ops)::bigint AS by_ops, sum(failed)::bigint AS failed,
       sum(first_10)::bigint AS first_10, sum(first_30)::bigint AS first_30,
       sum(first_60)::bigint AS first_60, sum(first_120)::bigint AS first_120,
       sum(first_300)::bigint AS first_300, sum(first_later)::bigint AS first_later,
       sum(seconds)::bigint AS seconds
  FROM few
 GROUP BY GROUPING SETS ((account_type, is_now), (scenario, is_now), (source, is_now),
                         (language, is_now))

-- weeks_by_day --
-- Whole weeks at their Mondays, the days around them by themselves.
SELECT week AS day,
       sum(created) AS created, sum(acted) AS acted, sum(traded) AS traded, sum(toured) AS toured,
       sum(contacted) AS contacted, sum(converted) AS converted, sum(waited) AS waited, sum(failed) AS failed
  FROM control.visit_weeks
 WHERE week >= :first_now AND week < :last_now AND :account_type IN ('', account_type)
   AND :scenario IN ('', scenario) AND :source IN ('', source) AND :language IN ('', language)
 GROUP BY 1
UNION ALL
SELECT day,
       sum(created) AS created, sum(acted) AS acted, sum(traded) AS traded, sum(toured) AS toured,
       sum(contacted) AS contacted, sum(converted) AS converted, sum(waited) AS waited, sum(failed) AS failed
  FROM control.visit_totals
 WHERE (day >= :since AND day < :first_now OR day >= :last_now AND day <= :until)
   AND :account_type IN ('', account_type)
   AND :scenario IN ('', scenario) AND :source IN ('', source) AND :language IN ('', language)
 GROUP BY 1
 ORDER BY 1

-- modules --
SELECT module, sum(visits)::bigint AS visits, sum(pages)::bigint AS pages,
       sum(acts)::bigint AS acts, sum(exits)::bigint AS exits
  FROM control.module_totals
 WHERE day BETWEEN :since AND :until AND :account_type IN ('', account_type)
 GROUP BY 1 ORDER BY 2 DESC, 1

-- refusals --
SELECT detail AS reason, sum(events)::bigint AS events
  FROM control.event_totals
 WHERE day BETWEEN :since AND :until AND kind = 'refused'
 GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 20

-- choices --
-- What may be filtered by: the values of the last days, the most frequent first.
SELECT CASE dimension WHEN '' THEN 'account_type' ELSE dimension END AS dimension,
       CASE dimension WHEN '' THEN account_type ELSE value END AS value
  FROM control.visit_margins
 WHERE day BETWEEN :recent AND :until
 GROUP BY 1, 2 HAVING sum(created) >= :fewest
 ORDER BY 1, sum(created) DESC, 2 LIMIT 200
