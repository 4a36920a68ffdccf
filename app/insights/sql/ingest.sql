-- Events into tables, and what they add up to. All of a batch is one transaction.

-- insert_events --
-- Return the ids of those that were not there: a batch that is read again adds nothing.
INSERT INTO control.events (happened_at, id, kind, version, session, details)
SELECT to_timestamp(at), id, kind, version, session, details
  FROM jsonb_to_recordset(CAST(:events AS jsonb))
       AS event (at float8, id text, kind text, version integer, session uuid, details jsonb)
ON CONFLICT DO NOTHING
RETURNING id

-- lock_visits --
SELECT * FROM control.visits WHERE session = ANY(:sessions) ORDER BY session FOR UPDATE

-- save_visits --
INSERT INTO control.visits AS kept
SELECT * FROM jsonb_populate_recordset(NULL::control.visits, CAST(:visits AS jsonb))
ON CONFLICT (session) DO UPDATE
   SET first_at = excluded.first_at, last_at = excluded.last_at,
       created_at = excluded.created_at, first_action_at = excluded.first_action_at,
       account_type = excluded.account_type, scenario = excluded.scenario,
       source = excluded.source, campaign = excluded.campaign, language = excluded.language,
       device = excluded.device, waited = excluded.waited, toured = excluded.toured,
       counts = excluded.counts, modules = excluded.modules, last_module = excluded.last_module,
       last_page = excluded.last_page, ended_by = excluded.ended_by, events = excluded.events

-- ended_visits --
-- How a visit ended is told by its session's row: an event of it may be lost, the row is not.
SELECT visit.session,
       CASE WHEN session.status = 'failed' THEN 'failed'
            ELSE coalesce(session.metadata ->> 'ended_by', 'clock') END AS ended_by
  FROM control.visits AS visit JOIN control.demo_sessions AS session ON session.id = visit.session
 WHERE visit.ended_by IS NULL AND session.status IN ('expired', 'destroyed', 'failed')
 ORDER BY visit.session LIMIT :most

-- sources_of_day --
SELECT DISTINCT source FROM control.visit_totals WHERE day = :day

-- add_visit_totals --
INSERT INTO control.visit_totals AS kept
SELECT * FROM jsonb_populate_recordset(NULL::control.visit_totals, CAST(:totals AS jsonb))
ON CONFLICT (day, account_type, scenario, source, language, device) DO UPDATE
   SET landed = kept.landed + excluded.landed, created = kept.created + excluded.created,
       untracked = kept.untracked + excluded.untracked, waited = kept.waited + excluded.waited,
       acted = kept.acted + excluded.acted, sold = kept.sold + excluded.sold,
       ordered = kept.ordered + excluded.ordered, traded = kept.traded + excluded.traded,
       began_tour = kept.began_tour + excluded.began_tour, toured = kept.toured + excluded.toured,
       contacted = kept.contacted + excluded.contacted,
       converted = kept.converted + excluded.converted,
       extended = kept.extended + excluded.extended,
       began_again = kept.began_again + excluded.began_again, shared = kept.shared + excluded.shared,
       by_clock = kept.by_clock + excluded.by_clock,
       by_visitor = kept.by_visitor + excluded.by_visitor, by_ops = kept.by_ops + excluded.by_ops,
       failed = kept.failed + excluded.failed, first_10 = kept.first_10 + excluded.first_10,
       first_30 = kept.first_30 + excluded.first_30, first_60 = kept.first_60 + excluded.first_60,
       first_120 = kept.first_120 + excluded.first_120,
       first_300 = kept.first_300 + excluded.first_300,
       first_later = kept.first_later + excluded.first_later,
       seconds = kept.seconds + excluded.seconds

-- add_visit_margins --
INSERT INTO control.visit_margins AS kept
SELECT * FROM jsonb_populate_recordset(NULL::control.visit_margins, CAST(:totals AS jsonb))
ON CONFLICT (day, account_type, dimension, value) DO UPDATE
   SET landed = kept.landed + excluded.landed, created = kept.created + excluded.created,
       untracked = kept.untracked + excluded.untracked, waited = kept.waited + excluded.waited,
       acted = kept.acted + excluded.acted, sold = kept.sold + excluded.sold,
       ordered = kept.ordered + excluded.ordered, traded = kept.traded + excluded.traded,
       began_tour = kept.began_tour + excluded.began_tour,
       toured = kept.toured + excluded.toured, contacted = kept.contacted + excluded.contacted,
       converted = kept.converted + excluded.converted,
       extended = kept.extended + excluded.extended,
       began_again = kept.began_again + excluded.began_again,
       shared = kept.shared + excluded.shared, by_clock = kept.by_clock + excluded.by_clock,
       by_visitor = kept.by_visitor + excluded.by_visitor,
       by_ops = kept.by_ops + excluded.by_ops, failed = kept.failed + excluded.failed,
       first_10 = kept.first_10 + excluded.first_10,
       first_30 = kept.first_30 + excluded.first_30,
       first_60 = kept.first_60 + excluded.first_60,
       first_120 = kept.first_120 + excluded.first_120,
       first_300 = kept.first_300 + excluded.first_300,
       first_later = kept.first_later + excluded.first_later,
       seconds = kept.seconds + excluded.seconds

-- add_visit_weeks --
INSERT INTO control.visit_weeks AS kept
SELECT * FROM jsonb_populate_recordset(NULL::control.visit_weeks, CAST(:totals AS jsonb))
ON CONFLICT (week, account_type, scenario, source, language) DO UPDATE
   SET landed = kept.landed + excluded.landed, created = kept.created + excluded.created,
       untracked = kept.untracked + excluded.untracked, waited = kept.waited + excluded.waited,
       acted = kept.acted + excluded.acted, sold = kept.sold + excluded.sold,
       ordered = kept.ordered + excluded.ordered, traded = kept.traded + excluded.traded,
       began_tour = kept.began_tour + excluded.began_tour,
       toured = kept.toured + excluded.toured, contacted = kept.contacted + excluded.contacted,
       converted = kept.converted + excluded.converted,
       extended = kept.extended + excluded.extended,
       began_again = kept.began_again + excluded.began_again,
       shared = kept.shared + excluded.shared, by_clock = kept.by_clock + excluded.by_clock,
       by_visitor = kept.by_visitor + excluded.by_visitor,
       by_ops = kept.by_ops + excluded.by_ops, failed = kept.failed + excluded.failed,
       first_10 = kept.first_10 + excluded.first_10,
       first_30 = kept.first_30 + excluded.first_30,
       first_60 = kept.first_60 + excluded.first_60,
       first_120 = kept.first_120 + excluded.first_120,
       first_300 = kept.first_300 + excluded.first_300,
       first_later = kept.first_later + excluded.first_later,
       seconds = kept.seconds + excluded.seconds

-- add_visit_pairs --
INSERT INTO control.visit_pairs AS kept
SELECT * FROM jsonb_populate_recordset(NULL::control.visit_pairs, CAST(:totals AS jsonb))
ON CONFLICT (dimension, value, day, account_type, other, other_value) DO UPDATE
   SET landed = kept.landed + excluded.landed, created = kept.created + excluded.created,
       untracked = kept.untracked + excluded.untracked, waited = kept.waited + excluded.waited,
       acted = kept.acted + excluded.acted, sold = kept.sold + excluded.sold,
       ordered = kept.ordered + excluded.ordered, traded = kept.traded + excluded.traded,
       began_tour = kept.began_tour + excluded.began_tour,
       toured = kept.toured + excluded.toured, contacted = kept.contacted + excluded.contacted,
       converted = kept.converted + excluded.converted,
       extended = kept.extended + excluded.extended,
       began_again = kept.began_again + excluded.began_again,
       shared = kept.shared + excluded.shared, by_clock = kept.by_clock + excluded.by_clock,
       by_visitor = kept.by_visitor + excluded.by_visitor,
       by_ops = kept.by_ops + excluded.by_ops, failed = kept.failed + excluded.failed,
       first_10 = kept.first_10 + excluded.first_10,
       first_30 = kept.first_30 + excluded.first_30,
       first_60 = kept.first_60 + excluded.first_60,
       first_120 = kept.first_120 + excluded.first_120,
       first_300 = kept.first_300 + excluded.first_300,
       first_later = kept.first_later + excluded.first_later,
       seconds = kept.seconds + excluded.seconds

-- add_module_totals --
INSERT INTO control.module_totals AS kept
SELECT * FROM jsonb_populate_recordset(NULL::control.module_totals, CAST(:totals AS jsonb))
ON CONFLICT (day, account_type, module) DO UPDATE
   SET visits = kept.visits + excluded.visits, pages = kept.pages + excluded.pages,
       acts = kept.acts + excluded.acts, exits = kept.exits + excluded.exits

-- add_event_totals --
INSERT INTO control.event_totals AS kept
SELECT * FROM jsonb_populate_recordset(NULL::control.event_totals, CAST(:totals AS jsonb))
ON CONFLICT (day, kind, detail) DO UPDATE SET events = kept.events + excluded.events

-- purge_visits --
-- A visit goes with its session's row.
DELETE FROM control.visits AS visit
 WHERE visit.first_at < now() - make_interval(secs => :oldest)
   AND NOT EXISTS (SELECT FROM control.demo_sessions WHERE id = visit.session)

-- partitions --
SELECT child.relname FROM pg_inherits
  JOIN pg_class AS child ON child.oid = inhrelid
 WHERE inhparent = 'control.events'::regclass ORDER BY 1
