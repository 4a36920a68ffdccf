-- What is read and written of leads. No statement joins them with sessions, and their times are
-- kept to the hour, so that none can be.

-- insert_lead --
-- No row: it is there already, or as many as a day may bring are. A mailbox gets two mails a day.
INSERT INTO control.leads (id, sealed, mailbox, consent_version, consent_text, account_type,
       scenario, link, language, mail_due_at, mail_failure)
SELECT :id, :sealed, :mailbox, :consent_version, :consent_text, :account_type,
       :scenario, :link, :language,
       CASE WHEN CAST(:with_mail AS boolean) AND mails < CAST(:mails_per_mailbox AS integer)
            THEN now() END,
       CASE WHEN CAST(:with_mail AS boolean) AND mails >= CAST(:mails_per_mailbox AS integer)
            THEN 'mailbox_limit' END
  FROM (SELECT count(*) AS mails FROM control.leads
         WHERE mailbox = ANY(:mailboxes) AND created_at > now() - interval '1 day'
           AND mail_failure IS DISTINCT FROM 'mailbox_limit') AS known
 WHERE (SELECT count(*) FROM control.leads WHERE created_at > now() - interval '1 day')
       < CAST(:per_day AS integer)
ON CONFLICT (id) DO NOTHING
RETURNING id

-- lock_mailbox --
-- Forms for one mailbox are taken one after the other, so that it gets no mail too many.
SELECT pg_advisory_xact_lock(hashtextextended('masa-madre: mailbox ' || :mailbox, 0))

-- is_known --
SELECT EXISTS (SELECT FROM control.leads WHERE id = :id)

-- find_lead --
SELECT * FROM control.leads WHERE id = :id

-- find_by_mailbox --
SELECT id FROM control.leads WHERE mailbox = ANY(:mailboxes) ORDER BY created_at DESC

-- confirm_lead --
UPDATE control.leads SET confirmed_at = date_trunc('hour', now()), mail_due_at = NULL
 WHERE id = :id AND confirmed_at IS NULL
RETURNING id

-- delete_leads --
-- What endpoints were told of them is deleted from the log, too.
WITH gone AS (
    DELETE FROM control.leads WHERE id = ANY(:ids) RETURNING id
), untold AS (
    DELETE FROM control.webhook_messages WHERE lead IN (SELECT id FROM gone)
)
SELECT id FROM gone

-- purge_leads --
WITH gone AS (
    DELETE FROM control.leads
     WHERE created_at < now() - make_interval(secs => :retention)
        OR (confirmed_at IS NULL AND created_at < now() - make_interval(secs => :unconfirmed))
    RETURNING id
), untold AS (
    DELETE FROM control.webhook_messages WHERE lead IN (SELECT id FROM gone)
)
SELECT id FROM gone

-- newest_leads --
SELECT * FROM control.leads ORDER BY created_at DESC, id LIMIT :limit OFFSET :offset

-- count_leads --
SELECT count(*) AS total, count(confirmed_at) AS confirmed,
       count(*) FILTER (WHERE mail_failure IS NOT NULL AND confirmed_at IS NULL) AS unmailed
  FROM control.leads

-- next_to_reseal --
SELECT id, sealed FROM control.leads WHERE id > :after ORDER BY id LIMIT 100 FOR UPDATE

-- reseal_lead --
UPDATE control.leads SET sealed = :sealed, mailbox = :mailbox WHERE id = :id

-- note_access --
INSERT INTO control.lead_access (who, what, lead, leads) VALUES (:who, :what, :lead, :leads)

-- newest_access --
SELECT * FROM control.lead_access ORDER BY at DESC, id DESC LIMIT :limit

-- claim_mails --
-- A mail that was claimed is due again later, in case the process that sends it is killed.
UPDATE control.leads AS lead
   SET mail_attempts = mail_attempts + 1,
       mail_due_at = now() + make_interval(secs => 60 * power(5, mail_attempts))
 WHERE id IN (SELECT id FROM control.leads WHERE mail_due_at <= now()
               ORDER BY mail_due_at
               LIMIT least(CAST(:most AS bigint), greatest(0, CAST(:per_hour AS bigint) - (
                     SELECT count(*) FROM control.leads WHERE mailed_at >= date_trunc('hour', now()))))
                 FOR UPDATE SKIP LOCKED)
RETURNING id, sealed, language, mail_attempts

-- mark_mailed --
UPDATE control.leads SET mailed_at = date_trunc('hour', now()), mail_due_at = NULL, mail_failure = NULL WHERE id = :id

-- mark_not_mailed --
UPDATE control.leads
   SET mail_failure = :failure,
       mail_due_at = CASE WHEN CAST(:for_good AS boolean) THEN NULL ELSE mail_due_at END
 WHERE id = :id
