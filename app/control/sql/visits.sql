-- The figures of a visit, in its session's metadata: {"deeds": {name: {"times", "amount"}}, "seen": []}.

-- count_deed --
UPDATE control.demo_sessions
   SET metadata = metadata || jsonb_build_object('visit', coalesce(metadata -> 'visit', '{}')
       || jsonb_build_object('deeds', coalesce(metadata #> '{visit,deeds}', '{}')
       || jsonb_build_object(CAST(:deed AS text), jsonb_build_object(
          'times', 1 + coalesce(
              CAST(metadata #>> ARRAY['visit', 'deeds', :deed, 'times'] AS integer), 0),
          'amount', CAST(:amount AS numeric) + coalesce(
              CAST(metadata #>> ARRAY['visit', 'deeds', :deed, 'amount'] AS numeric), 0)))))
 WHERE id = :id

-- see_part --
UPDATE control.demo_sessions
   SET metadata = metadata || jsonb_build_object('visit', coalesce(metadata -> 'visit', '{}')
       || jsonb_build_object('seen', coalesce(metadata #> '{visit,seen}', '[]')
       || to_jsonb(CAST(:part AS text))))
 WHERE id = :id AND NOT coalesce((metadata #> '{visit,seen}') ? CAST(:part AS text), false)
