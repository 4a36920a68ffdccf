-- Aggregates of the schema, with every option of theirs.
SELECT p.oid, p.proname AS name, pg_get_function_identity_arguments(p.oid) AS arguments,
       pg_get_function_arguments(p.oid) AS full_arguments,
       a.aggkind::text AS kind,
       a.aggtransfn::regproc::text AS transition,
       format_type(a.aggtranstype, NULL) AS state_type, a.aggtransspace AS state_size,
       nullif(a.aggfinalfn, 0)::regproc::text AS final, a.aggfinalextra AS final_extra,
       a.aggfinalmodify::text AS final_modify,
       nullif(a.aggcombinefn, 0)::regproc::text AS combine,
       nullif(a.aggserialfn, 0)::regproc::text AS serialize,
       nullif(a.aggdeserialfn, 0)::regproc::text AS deserialize,
       a.agginitval AS initial,
       nullif(a.aggmtransfn, 0)::regproc::text AS moving_transition,
       nullif(a.aggminvtransfn, 0)::regproc::text AS moving_inverse,
       CASE WHEN a.aggmtransfn <> 0 THEN format_type(a.aggmtranstype, NULL) END AS moving_type,
       a.aggmtransspace AS moving_size,
       nullif(a.aggmfinalfn, 0)::regproc::text AS moving_final,
       a.aggmfinalextra AS moving_final_extra, a.aggmfinalmodify::text AS moving_final_modify,
       a.aggminitval AS moving_initial,
       (SELECT quote_ident(n.nspname) || '.' || o.oprname
          FROM pg_operator AS o JOIN pg_namespace AS n ON n.oid = o.oprnamespace
         WHERE o.oid = a.aggsortop) AS sort_operator,
       p.proparallel::text AS parallel
FROM pg_proc AS p
JOIN pg_aggregate AS a ON a.aggfnoid = p.oid
WHERE p.pronamespace = %(schema)s
ORDER BY p.proname, arguments
