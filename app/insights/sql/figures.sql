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
 WHERE day BETWEEN :since AND :until AND :account_type IN ('', account_type) AND dimension = ''
 GROUP BY 1 ORDER BY 1

-- totals_by_value --
SELECT CASE GROUPING(account_type, scenario, source, language)
            WHEN 7 THEN 'account_type' WHEN 11 THEN 'scenario' WHEN 13 THEN 'source'
            ELSE 'language' END AS dimension,
       coalesce(account_type, scenario, source, language) AS value, day >= :since AS is_now,
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
  FROM control.visit_totals
 WHERE day BETWEEN :before AND :until AND :account_type IN ('', account_type)
   AND :scenario IN ('', scenario) AND :source IN ('', source) AND :language IN ('', language)
 GROUP BY GROUPING SETS ((account_type, 3), (scenario, 3), (source, 3), (language, 3))

-- totals_by_day --
SELECT day,
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
  FROM control.visit_totals
 WHERE day BETWEEN :since AND :until AND :account_type IN ('', account_type)
   AND :scenario IN ('', scenario) AND :source IN ('', source) AND :language IN ('', language)
 GROUP BY 1 ORDER BY 1

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
 WHERE day BETWEEN :since AND :until
 GROUP BY 1, 2 HAVING sum(created) >= :fewest
 ORDER BY 1, sum(created) DESC, 2 LIMIT 200
