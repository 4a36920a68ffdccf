-- Prospect links. A link's uses are the sessions that were opened by it, counted in their transaction.

-- insert_link --
INSERT INTO control.prospect_links (code, title, account_type, scenario, features, personal, minutes,
       language, greeting, expires_at, max_uses, created_by)
VALUES (:code, :title, :account_type, :scenario, CAST(:features AS jsonb),
        CAST(:personal AS jsonb), :minutes, :language, :greeting,
        now() + make_interval(secs => 86400 * CAST(:days AS double precision)), :max_uses,
        :created_by)

-- find_link --
SELECT *, expires_at <= now() AS is_expired FROM control.prospect_links WHERE code = :code

-- newest_links --
SELECT *, expires_at <= now() AS is_expired FROM control.prospect_links
 ORDER BY created_at DESC, code LIMIT :limit

-- came_of_links --
-- What came of visits by link, those of its page that opened nothing included, whatever the day.
SELECT value AS source, sum(landed)::bigint AS landed, sum(created)::bigint AS created,
       sum(traded)::bigint AS traded, sum(contacted)::bigint AS contacted,
       sum(converted)::bigint AS converted
  FROM control.visit_margins
 WHERE dimension = 'source' AND value = ANY(:sources)
 GROUP BY 1

-- claim_link --
-- One use, in the transaction that opens the session: the row stays locked until it commits, so that
-- the last use goes to one of those that ask at the same moment.
UPDATE control.prospect_links SET uses = uses + 1, last_used_at = now()
 WHERE code = :code AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > now())
   AND (max_uses IS NULL OR uses < max_uses)
RETURNING code

-- revoke_link --
UPDATE control.prospect_links SET revoked_at = now()
 WHERE code = :code AND revoked_at IS NULL
RETURNING code

-- scenarios --
-- Every template, with how long its newest twenty clones took and how many tenants are ready.
SELECT template.account_type, template.state::text AS state, template.template_version,
       template.data_on, template.updated_at, template.failure,
       (SELECT count(*) FROM control.tenants AS ready
         WHERE ready.base_demo_tenant_id = template.id AND ready.state = 'ready') AS ready,
       (SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY clone_seconds)
          FROM (SELECT clone_seconds FROM control.tenants AS clone
                 WHERE clone.base_demo_tenant_id = template.id AND clone_seconds IS NOT NULL
                 ORDER BY ready_at DESC LIMIT 20) AS newest) AS clone_seconds
  FROM control.tenants AS template WHERE template.is_demo_template
 ORDER BY template.account_type
