-- Writes what the planner knows of one column.
SELECT pg_catalog.pg_restore_attribute_stats(
    'schemaname', %s::text, 'relname', %s::text, 'attname', %s::text, 'inherited', %s::boolean,
    'null_frac', %s::real, 'avg_width', %s::integer, 'n_distinct', %s::real,
    'most_common_vals', %s::text, 'most_common_freqs', %s::real[],
    'histogram_bounds', %s::text, 'correlation', %s::real,
    'most_common_elems', %s::text, 'most_common_elem_freqs', %s::real[],
    'elem_count_histogram', %s::real[],
    'range_length_histogram', %s::text, 'range_empty_frac', %s::real,
    'range_bounds_histogram', %s::text)
