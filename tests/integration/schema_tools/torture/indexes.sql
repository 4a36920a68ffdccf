CREATE TABLE t (id integer, name text, doc jsonb, tags text[], ts tsvector, p point, lower_name text);
INSERT INTO t SELECT i, 'n' || i, jsonb_build_object('i', i), ARRAY['a', i::text], to_tsvector('simple', 'a b'), point(i, i) FROM generate_series(1, 100) i;
CREATE UNIQUE INDEX t_unique ON t (id); CREATE INDEX t_expr ON t (lower(name), (id % 10)); CREATE INDEX t_partial ON t (name) WHERE id > 10 AND name IS NOT NULL;
CREATE INDEX t_include ON t (id) INCLUDE (name, doc); CREATE INDEX t_desc ON t (id DESC NULLS LAST, name ASC NULLS FIRST); CREATE INDEX t_ops ON t (name text_pattern_ops, name COLLATE "C");
CREATE INDEX t_gin ON t USING gin (doc jsonb_path_ops, tags) WITH (fastupdate = off); CREATE INDEX t_gist ON t USING gist (p); CREATE INDEX t_spgist ON t USING spgist (p); CREATE INDEX t_brin ON t USING brin (id int4_minmax_multi_ops (values_per_range = 16)) WITH (pages_per_range = 32); CREATE INDEX t_hash ON t USING hash (name);
CREATE INDEX t_fill ON t (id) WITH (fillfactor = 50, deduplicate_items = off); CREATE UNIQUE INDEX t_nnd ON t (id, name) NULLS NOT DISTINCT;
ALTER INDEX t_expr ALTER COLUMN 2 SET STATISTICS 300; ALTER TABLE t CLUSTER ON t_unique; ALTER TABLE t ALTER id SET NOT NULL; ALTER TABLE t REPLICA IDENTITY USING INDEX t_unique;
CREATE STATISTICS st (ndistinct, dependencies) ON id, name FROM t; CREATE STATISTICS st_expr ON lower(name), (id % 3) FROM t; ALTER STATISTICS st SET STATISTICS 50; COMMENT ON STATISTICS st IS 'extendida'; COMMENT ON INDEX t_gin IS 'invertido';
