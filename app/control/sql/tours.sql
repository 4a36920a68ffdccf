-- The tour of a session, in its metadata: {"state", "step", "done": [deed, …]}.

-- note_deed --
-- No row: it was noted before, or the session is over.
UPDATE control.demo_sessions
   SET metadata = metadata || jsonb_build_object('tour', coalesce(metadata -> 'tour', '{}')
                  || jsonb_build_object('done', coalesce(metadata #> '{tour,done}', '[]')
                     || to_jsonb(CAST(:deed AS text))))
 WHERE id = :id AND status = 'active'
   AND NOT coalesce((metadata #> '{tour,done}') ? CAST(:deed AS text), false)
RETURNING id

-- move_tour --
UPDATE control.demo_sessions
   SET metadata = metadata || jsonb_build_object('tour', coalesce(metadata -> 'tour', '{}')
                  || jsonb_build_object('state', CAST(:state AS text), 'step', CAST(:step AS text)))
 WHERE id = :id AND status = 'active'
