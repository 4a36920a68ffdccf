-- What the planner knows of each column, as the arguments of pg_restore_attribute_stats.
SELECT s.tablename::text, s.attname::text, s.inherited, s.null_frac, s.avg_width, s.n_distinct,
       s.most_common_vals::text, s.most_common_freqs, s.histogram_bounds::text, s.correlation,
       s.most_common_elems::text, s.most_common_elem_freqs, s.elem_count_histogram,
       s.range_length_histogram::text, s.range_empty_frac, s.range_bounds_histogram::text
  FROM pg_stats AS s
 WHERE s.schemaname = (SELECT nspname FROM pg_namespace WHERE oid = %(schema)s)
