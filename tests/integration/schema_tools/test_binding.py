"""Every name in a clone means the clone's own object, in ambiguous cases too."""

import pytest

from schema_tools import Unproven, UnsupportedObject, compile_plan, verify
from tests.conftest import new_database
from tests.integration.schema_tools.oracle import dump, entries, renamed, restored

ONE_DATABASE = True

CASES = {
    "a view over a CTE named like its table": (
        "CREATE TABLE s.f (a integer); INSERT INTO s.f VALUES (1);"
        "CREATE VIEW s.v AS WITH f AS (SELECT a FROM s.f) SELECT * FROM f"
    ),
    "everything else over such a CTE": (
        "CREATE TABLE s.f (a integer); INSERT INTO s.f VALUES (1);"
        "CREATE MATERIALIZED VIEW s.m AS WITH RECURSIVE f (a) AS (SELECT a FROM s.f"
        " UNION ALL SELECT a + 1 FROM f WHERE a < 3) SELECT * FROM f;"
        "CREATE FUNCTION s.g() RETURNS SETOF integer LANGUAGE sql"
        " BEGIN ATOMIC WITH f AS (SELECT a FROM s.f) SELECT a FROM f; END;"
        "CREATE POLICY p ON s.f USING (a IN (WITH f AS (SELECT a FROM s.f) SELECT a FROM f));"
        "CREATE RULE r AS ON DELETE TO s.f DO ALSO (WITH f AS (SELECT a FROM s.f) SELECT * FROM f)"
    ),
    "an aggregate over an overloaded function": (
        "CREATE FUNCTION s.acc(integer, integer) RETURNS integer LANGUAGE sql AS 'SELECT $1 + $2';"
        "CREATE FUNCTION s.acc(text, text) RETURNS text LANGUAGE sql AS 'SELECT $1';"
        "CREATE AGGREGATE s.suma(integer) (SFUNC = s.acc, STYPE = integer, INITCOND = '0')"
    ),
    "an operator over an overloaded function": (
        "CREATE FUNCTION s.less(integer, integer) RETURNS boolean LANGUAGE sql AS 'SELECT $1 < $2';"
        "CREATE FUNCTION s.less(text, text) RETURNS boolean LANGUAGE sql AS 'SELECT $1 < $2';"
        "CREATE OPERATOR s.<<< (FUNCTION = s.less, LEFTARG = integer, RIGHTARG = integer);"
        "CREATE VIEW s.v AS SELECT 1 OPERATOR(s.<<<) 2 AS x"
    ),
    "checks that are printed otherwise once they were read": (
        "CREATE TABLE s.t (e varchar(20) CHECK (e IN ('a', 'b')),"
        " c char(3) CHECK (c IN ('a', 'b')), n name CHECK (n IN ('a', 'b')));"
        "CREATE VIEW s.v AS SELECT e IN ('x', 'y') AS x FROM s.t;"
        "CREATE INDEX ON s.t (c) WHERE e IN ('p', 'q'); CREATE DOMAIN s.d AS varchar(9)"
        " CHECK (VALUE IN ('a', 'b'))"
    ),
    "a generated column that is inherited": (
        "CREATE TABLE s.p (a integer NOT NULL, b integer GENERATED ALWAYS AS (a * 2) STORED);"
        "CREATE TABLE s.c (a integer, b integer) INHERITS (s.p); INSERT INTO s.c (a) VALUES (3)"
    ),
    "a view without columns": "CREATE VIEW s.v AS SELECT",
    "an identity's sequence of another persistence": (
        "CREATE TABLE s.l (a integer GENERATED ALWAYS AS IDENTITY);"
        "ALTER SEQUENCE s.l_a_seq SET UNLOGGED"
    ),
    "a function whose bare name is syntax": (
        "CREATE TABLE s.f (a integer, b integer); INSERT INTO s.f VALUES (1, 2);"
        "CREATE FUNCTION s.cube(integer, integer) RETURNS integer LANGUAGE sql AS 'SELECT 1';"
        "CREATE VIEW s.v AS SELECT s.cube(a, b) FROM s.f GROUP BY s.cube(a, b)"
    ),
    "a table, a column and an alias named like the schema": (
        "CREATE TABLE s.s (s integer); INSERT INTO s.s VALUES (1);"
        "CREATE VIEW s.v AS SELECT s.s FROM s.s AS s WHERE s.s > 0"
    ),
    "constants that name what the server keeps as numbers": (
        "CREATE TABLE s.s (s integer); CREATE SEQUENCE s.q; CREATE TABLE s.r ("
        "c regclass DEFAULT 's.s'::regclass, n regnamespace DEFAULT 's'::regnamespace,"
        " i bigint DEFAULT nextval('s.q'), a regclass[] DEFAULT '{s.s}'::regclass[])"
    ),
}
HARD_TARGETS = ["d", "Order; drop", "it's", 'q"t', "back\\slash"]


@pytest.fixture
def case(connection):
    def make(name):
        connection.execute("CREATE SCHEMA s")
        connection.execute(CASES[name])
        return connection

    return make


def objects(connection, schema):
    """Return the number of objects in a schema, with their parts."""
    query = """
        WITH RECURSIVE member (classid, objid) AS (
            SELECT classid, objid FROM pg_depend
             WHERE refclassid = 'pg_namespace'::regclass AND refobjid = to_regnamespace(%s)
            UNION
            SELECT d.classid, d.objid FROM pg_depend AS d
              JOIN member AS m ON m.classid = d.refclassid AND m.objid = d.refobjid
             WHERE d.deptype IN ('a', 'i'))
        SELECT count(*) FROM member"""
    return connection.execute(query, [f'"{schema}"']).fetchone()[0]


@pytest.mark.parametrize("name", CASES)
def test_a_clone_is_exact_and_works_after_its_source_is_dropped(case, name):
    connection = case(name)

    compile_plan(connection, "s").run(connection, "d")

    assert verify(connection, "s", "d") == []
    before = objects(connection, "d")
    assert before == objects(connection, "s")
    connection.execute("DROP SCHEMA s CASCADE")
    assert objects(connection, "d") == before


@pytest.mark.parametrize("name", CASES)
def test_pg_dump_of_a_clone_equals_that_of_a_restored_dump(case, name, postgres, database_url):
    connection = case(name)
    compile_plan(connection, "s").run(connection, "zz_clone")
    connection.execute("COMMENT ON SCHEMA zz_clone IS NULL")

    with new_database(postgres) as elsewhere:
        source = restored(postgres.bindir, database_url, elsewhere, "s")
    clone = renamed(dump(postgres.bindir, database_url, "zz_clone"), "zz_clone", "s")
    assert entries(clone) == entries(source)


@pytest.mark.parametrize("target", HARD_TARGETS)
def test_constants_hold_the_name_of_any_target(connection, target):
    connection.execute(
        "CREATE SCHEMA s; CREATE SEQUENCE s.q; CREATE TABLE s.s (s integer);"
        "CREATE TABLE s.r (c regclass DEFAULT 's.s'::regclass, i bigint DEFAULT nextval('s.q'))"
    )

    compile_plan(connection, "s").run(connection, target)

    assert verify(connection, "s", target) == []


def test_the_source_s_comment_is_the_clone_s_too(connection):
    connection.execute("CREATE SCHEMA s; COMMENT ON SCHEMA s IS 'inquilino modelo'")

    compile_plan(connection, "s").run(connection, "d", comment="para Ana")

    query = "SELECT obj_description('d'::regnamespace, 'pg_namespace')"
    first, mark = connection.execute(query).fetchone()[0].split("\n")
    assert first == "inquilino modelo"
    assert mark.startswith("schema_tools: clone of s ")
    assert mark.endswith(" para Ana")
    assert verify(connection, "s", "d") == []
    connection.execute("COMMENT ON SCHEMA s IS 'otro'")
    assert any(item.kind == "comment" for item in verify(connection, "s", "d"))


THROUGH_OTHERS = {
    "a view": (
        "CREATE VIEW api.v AS SELECT * FROM s.t; CREATE VIEW s.w AS SELECT * FROM api.v",
        "s.w → api.v → s.t",
    ),
    "two views": (
        "CREATE VIEW api.v AS SELECT * FROM s.t; CREATE VIEW api.u AS SELECT * FROM api.v;"
        "CREATE VIEW s.w AS SELECT * FROM api.u",
        "s.w → api.u → api.v → s.t",
    ),
    "a function of a row": (
        "CREATE FUNCTION api.f(s.t) RETURNS integer LANGUAGE sql AS 'SELECT 1';"
        "CREATE VIEW s.w AS SELECT api.f(t) FROM s.t AS t",
        "s.w → api.f(s.t) → s.t",
    ),
    "a type of a type": (
        "CREATE TYPE s.mood AS ENUM ('ok'); CREATE TYPE api.pair AS (m s.mood);"
        "CREATE TABLE s.uses (p api.pair)",
        "s.uses → api.pair → s.mood",
    ),
}


@pytest.mark.parametrize("name", THROUGH_OTHERS)
def test_a_tie_through_another_schema_is_refused_with_its_chain(connection, name):
    script, chain = THROUGH_OTHERS[name]
    connection.execute("CREATE SCHEMA api; CREATE SCHEMA s; CREATE TABLE s.t (a integer)")
    connection.execute(script)

    with pytest.raises(UnsupportedObject) as refused:
        compile_plan(connection, "s")

    assert chain in str(refused.value)


def test_a_kept_tie_is_listed_everywhere(connection):
    script, chain = THROUGH_OTHERS["a view"]
    connection.execute("CREATE SCHEMA api; CREATE SCHEMA s; CREATE TABLE s.t (a integer)")
    connection.execute(script)

    plan = compile_plan(connection, "s", keep_ties=True)
    plan.run(connection, "d")

    assert plan.ties == (chain,)
    tie = "tie d.w → api.v → s.t: the clone depends on its source"
    assert [str(item) for item in verify(connection, "s", "d")] == [tie]
    assert verify(connection, "s", "d", keep_ties=True) == []


def test_what_others_need_of_the_source_is_no_tie(connection):
    connection.execute(
        "CREATE SCHEMA api; CREATE SCHEMA s; CREATE TABLE s.t (a integer PRIMARY KEY);"
        "CREATE TABLE api.far (a integer PRIMARY KEY REFERENCES s.t, b integer);"
        "CREATE TABLE s.uses (b integer REFERENCES api.far);"
        "CREATE VIEW s.w AS SELECT b FROM api.far"
    )

    assert compile_plan(connection, "s").ties == ()


def test_a_function_elsewhere_that_names_the_source_is_reported(connection):
    connection.execute(
        "CREATE SCHEMA api; CREATE SCHEMA s; CREATE TABLE s.t (a integer);"
        "CREATE FUNCTION api.f() RETURNS bigint LANGUAGE sql AS 'SELECT count(*) FROM s.t';"
        "CREATE VIEW s.w AS SELECT api.f()"
    )

    warnings = compile_plan(connection, "s").warnings

    assert [(w.identity, w.message) for w in warnings] == [
        ("api.f()", "is outside and names the source in its body")
    ]


@pytest.fixture
def no_heir(connection):
    """A role that may take on the source's owner, and has none of its rights meanwhile."""
    connection.execute(
        "DO $$ BEGIN CREATE ROLE torture_no_heir NOINHERIT;"
        " EXCEPTION WHEN duplicate_object THEN NULL; END $$;"
        "GRANT torture_owner TO torture_no_heir; CREATE SCHEMA s AUTHORIZATION torture_owner;"
        "DO $$ BEGIN EXECUTE 'GRANT CREATE ON DATABASE ' || current_database()"
        " || ' TO torture_no_heir'; END $$; GRANT ALL ON SCHEMA s TO PUBLIC;"
        "SET SESSION AUTHORIZATION torture_no_heir;"
        "CREATE TABLE s.f (a integer CHECK (a > 0)); INSERT INTO s.f VALUES (1)"
    )
    yield connection
    connection.execute("RESET SESSION AUTHORIZATION")
    connection.execute("REVOKE torture_owner FROM torture_no_heir")


def test_a_role_that_may_not_rename_the_source_clones_it_by_its_path(no_heir):
    no_heir.execute("CREATE VIEW s.v AS SELECT a FROM s.f")

    plan = compile_plan(no_heir, "s")
    plan.run(no_heir, "d")

    assert plan.by_path
    assert verify(no_heir, "s", "d") == []


def test_what_the_path_binds_to_the_source_is_found_by_the_rehearsal(no_heir):
    no_heir.execute("CREATE VIEW s.v AS WITH f AS (SELECT a FROM s.f) SELECT * FROM f")

    with pytest.raises(Unproven, match=r"tie schema_tools_\w+.v → s.f"):
        compile_plan(no_heir, "s")


def test_a_materialised_view_may_hold_names_of_objects_deep_within_rows(connection):
    connection.execute(
        "CREATE SCHEMA s; CREATE TABLE s.t (a integer);"
        " CREATE TYPE s.pair AS (c regclass, n integer); CREATE TYPE s.outer AS (p s.pair[]);"
        " CREATE MATERIALIZED VIEW s.m AS"
        " SELECT ROW(ARRAY[ROW('s.t'::regclass, 1)::s.pair])::s.outer AS o, 1 AS n"
    )
    compile_plan(connection, "s").run(connection, "d")

    assert verify(connection, "s", "d") == []
