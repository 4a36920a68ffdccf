"""Verify finds every kind of change to a clone."""

from collections.abc import Iterator

import psycopg
import pytest

from schema_tools import compile_plan, prove, verify
from tests.conftest import Postgres, new_database
from tests.integration.schema_tools.conftest import NEIGHBOUR, ROLES, add_to, build

ONE_SERVER = True

SOURCE, TARGET = "origin", "copy"

SCHEMA = """
CREATE TYPE mood AS ENUM ('a', 'b'); CREATE DOMAIN code AS text CHECK (VALUE <> ''); CREATE TYPE pair AS (x integer, y integer); CREATE SEQUENCE seq; CREATE FUNCTION f(integer) RETURNS integer LANGUAGE sql AS 'SELECT 1'; CREATE PROCEDURE p() LANGUAGE sql AS 'SELECT 1'; CREATE AGGREGATE agg(integer) (SFUNC = int4pl, STYPE = integer);
CREATE TABLE t (id serial PRIMARY KEY, m mood DEFAULT 'a', c code, n integer NOT NULL DEFAULT 1 CONSTRAINT small CHECK (n < 100), u integer UNIQUE, g integer GENERATED ALWAYS AS (n * 2) STORED, s text, fk integer CONSTRAINT fk REFERENCES t); INSERT INTO t (n, s) SELECT i, 'row ' || i FROM generate_series(1, 9) i; CREATE INDEX i ON t (s); CREATE STATISTICS st ON n, s FROM t;
CREATE TABLE tree (k integer, v text) PARTITION BY LIST (k); CREATE TABLE leaf PARTITION OF tree FOR VALUES IN (1); INSERT INTO tree VALUES (1, 'x'); CREATE VIEW v AS SELECT id, n FROM t; CREATE MATERIALIZED VIEW mv AS SELECT count(*) AS c FROM t; CREATE RULE r AS ON DELETE TO t DO ALSO NOTHING; CREATE FUNCTION tf() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'; CREATE TRIGGER tr BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION tf(); ALTER TABLE t ENABLE ROW LEVEL SECURITY; CREATE POLICY pol ON t USING (n > 0); COMMENT ON TABLE t IS 'tabla'; GRANT SELECT ON t TO torture_reader; CREATE OPERATOR === (LEFTARG = integer, RIGHTARG = integer, FUNCTION = int4eq); CREATE COLLATION coll (PROVIDER = libc, LOCALE = 'C'); CREATE TEXT SEARCH CONFIGURATION conf (COPY = pg_catalog.simple); CREATE CAST (pair AS text) WITH INOUT; ALTER DEFAULT PRIVILEGES IN SCHEMA @SCHEMA@ GRANT SELECT ON TABLES TO torture_reader;
"""  # noqa: E501

SABOTAGES = {
    "a table added": "CREATE TABLE extra ()",
    "a table dropped": "DROP TABLE tree",
    "a column added": "ALTER TABLE t ADD COLUMN more integer",
    "a column dropped": "ALTER TABLE t DROP COLUMN s",
    "a column renamed": "ALTER TABLE t RENAME COLUMN s TO z",
    "a type changed": "ALTER TABLE t ALTER s TYPE varchar",
    "a default changed": "ALTER TABLE t ALTER n SET DEFAULT 2",
    "a default dropped": "ALTER TABLE t ALTER n DROP DEFAULT",
    "a default tied to the source": "ALTER TABLE t ALTER id SET DEFAULT nextval('origin.t_id_seq')",
    "a default tied by a string": (
        "ALTER TABLE t ALTER id SET DEFAULT nextval('origin.t_id_seq'::text)"
    ),
    "a not-null dropped": "ALTER TABLE t ALTER n DROP NOT NULL",
    "a check added": "ALTER TABLE t ADD CHECK (n > -5)",
    "a check dropped": "ALTER TABLE t DROP CONSTRAINT small",
    "a check not valid": (
        "ALTER TABLE t DROP CONSTRAINT small, ADD CONSTRAINT small CHECK (n < 100) NOT VALID"
    ),
    "a primary key dropped": "ALTER TABLE t DROP CONSTRAINT t_pkey CASCADE",
    "a unique key renamed": "ALTER TABLE t RENAME CONSTRAINT t_u_key TO other",
    "a foreign key dropped": "ALTER TABLE t DROP CONSTRAINT fk",
    "a foreign key into the source": (
        "ALTER TABLE t DROP CONSTRAINT fk, ADD CONSTRAINT fk FOREIGN KEY (fk) REFERENCES origin.t"
    ),
    "an index dropped": "DROP INDEX i",
    "an index altered": "ALTER INDEX i SET (fillfactor = 70)",
    "statistics dropped": "DROP STATISTICS st",
    "a storage changed": "ALTER TABLE t ALTER s SET STORAGE EXTERNAL",
    "an option set": "ALTER TABLE t SET (fillfactor = 50)",
    "a table unlogged": "ALTER TABLE leaf SET UNLOGGED",
    "a partition detached": "ALTER TABLE tree DETACH PARTITION leaf",
    "a partition added": "CREATE TABLE leaf2 PARTITION OF tree DEFAULT",
    "a view altered": "CREATE OR REPLACE VIEW v AS SELECT id, n + 1 AS n FROM t",
    "a view of the source": "CREATE OR REPLACE VIEW v AS SELECT id, n FROM origin.t",
    "a view's option": "ALTER VIEW v SET (security_invoker = true)",
    "a materialised view emptied": "REFRESH MATERIALIZED VIEW mv WITH NO DATA",
    "a rule dropped": "DROP RULE r ON t",
    "a rule disabled": "ALTER TABLE t DISABLE RULE r",
    "a trigger dropped": "DROP TRIGGER tr ON t",
    "a trigger disabled": "ALTER TABLE t DISABLE TRIGGER tr",
    "a trigger of the source": (
        "DROP TRIGGER tr ON t; CREATE TRIGGER tr BEFORE INSERT ON t"
        " FOR EACH ROW EXECUTE FUNCTION origin.tf()"
    ),
    "a policy altered": "ALTER POLICY pol ON t USING (n > 1)",
    "row security off": "ALTER TABLE t DISABLE ROW LEVEL SECURITY",
    "row security forced": "ALTER TABLE t FORCE ROW LEVEL SECURITY",
    "a label added": "ALTER TYPE mood ADD VALUE 'c'",
    "a domain's check dropped": "ALTER DOMAIN code DROP CONSTRAINT code_check",
    "a composite altered": "ALTER TYPE pair ADD ATTRIBUTE z integer",
    "a function altered": (
        "CREATE OR REPLACE FUNCTION f(integer) RETURNS integer LANGUAGE sql AS 'SELECT 2'"
    ),
    "a function's cost": "ALTER FUNCTION f(integer) COST 7",
    "a function of the source": (
        "CREATE OR REPLACE FUNCTION f(integer) RETURNS integer LANGUAGE sql"
        " AS 'SELECT n FROM origin.t'"
    ),
    "a procedure dropped": "DROP PROCEDURE p",
    "an aggregate dropped": "DROP AGGREGATE agg(integer)",
    "an operator dropped": "DROP OPERATOR === (integer, integer)",
    "a collation dropped": "DROP COLLATION coll",
    "a mapping dropped": "ALTER TEXT SEARCH CONFIGURATION conf DROP MAPPING FOR word",
    "a cast dropped": "DROP CAST (pair AS text)",
    "a comment altered": "COMMENT ON TABLE t IS 'otra'",
    "a comment added": "COMMENT ON COLUMN t.s IS 'ese'",
    "a right added": "GRANT INSERT ON t TO torture_reader",
    "a right taken": "REVOKE SELECT ON t FROM torture_reader",
    "a column's right": "GRANT UPDATE (n) ON t TO torture_reader",
    "an owner": "ALTER TABLE t OWNER TO torture_owner",
    "the schema's right": "GRANT USAGE ON SCHEMA copy TO torture_reader",
    "the schema's owner": "ALTER SCHEMA copy OWNER TO torture_owner",
    "a default privilege": (
        "ALTER DEFAULT PRIVILEGES IN SCHEMA copy GRANT INSERT ON TABLES TO PUBLIC"
    ),
    "a sequence's option": "ALTER SEQUENCE seq INCREMENT 2",
    "a sequence moved": "SELECT nextval('t_id_seq')",
    "a sequence used": "SELECT nextval('seq')",
    "a sequence without owner": "ALTER SEQUENCE t_id_seq OWNED BY NONE",
    "a replica identity": "ALTER TABLE t REPLICA IDENTITY FULL",
    "a cluster mark": "ALTER TABLE t CLUSTER ON t_pkey",
    "a row changed": "UPDATE t SET s = s || ' ' WHERE id = 3",
    "a row removed": "DELETE FROM t WHERE id = 9",
    "a row added": "INSERT INTO t (id, n) VALUES (77, 1)",
    "a row doubled in a leaf": "INSERT INTO tree VALUES (1, 'x')",
    "a null for an empty string": (
        "UPDATE t SET s = '' WHERE id = 1; UPDATE origin.t SET s = NULL WHERE id = 1"
    ),
}


@pytest.fixture(scope="module")
def pair(postgres: Postgres) -> Iterator[psycopg.Connection]:
    """An original and its exact copy; every test works in a transaction that is undone."""
    with new_database(postgres) as url, psycopg.connect(url, autocommit=True) as connection:
        connection.execute(ROLES)
        connection.execute(NEIGHBOUR)
        build(connection, SOURCE, SCHEMA)
        connection.execute("RESET search_path")
        compile_plan(connection, SOURCE).run(connection, TARGET)
        assert verify(connection, SOURCE, TARGET) == []
        yield connection


@pytest.mark.parametrize("name", SABOTAGES)
def test_every_change_to_a_clone_is_found(pair, name):
    try:
        with pair.transaction(force_rollback=True):
            add_to(pair, TARGET, SABOTAGES[name].replace("\n", " "))

            assert verify(pair, SOURCE, TARGET) != []
    finally:  # sequences know no transactions
        pair.execute("SELECT setval('copy.t_id_seq', 9), setval('copy.seq', 1, false)")


def test_the_manifest_says_what_was_compared(pair):
    manifest = prove(pair, SOURCE, TARGET)

    assert manifest.differences == ()
    assert manifest.source_fingerprint == manifest.target_fingerprint
    assert {name: proof.rows for name, proof in manifest.tables.items()} == {
        "t": 9,
        "leaf": 1,
        "mv": 1,
    }
    assert manifest.sequences == {"seq": "1 (unused)", "t_id_seq": "9 (used)"}
    assert '"differences": []' in manifest.to_json()


def test_a_tie_is_named_with_both_ends(pair):
    with pair.transaction(force_rollback=True):
        add_to(pair, TARGET, SABOTAGES["a view of the source"])

        found = [str(difference) for difference in verify(pair, SOURCE, TARGET)]

    assert "tie copy.v → origin.t: the clone depends on its source" in found
