"""Clones in another database: exact, all or nothing, and refused where something is missing."""

import psycopg
import pytest
from psycopg import sql

from app.local.postgres import PostgresServer
from schema_tools import (
    CloneFailed,
    NotAClone,
    SchemaToolsError,
    TargetExists,
    compile_plan,
    restore_rows,
)
from schema_tools.catalog.reading import fetch_schema_oid
from schema_tools.cli import main
from schema_tools.plan import Phase
from schema_tools.transfer import RequirementsMissing, lanes, verify_across
from schema_tools.transfer.copying import read_copied_tables
from schema_tools.transfer.sessions import another
from tests.conftest import FAST_AND_FORGETFUL, bindir_of, new_database, scratch_directory
from tests.integration.schema_tools.conftest import (
    NEIGHBOUR,
    ROLES,
    SOURCE,
    build,
    ensure_tablespace,
)
from tests.integration.schema_tools.oracle import dump, entries, ordered_rows, renamed
from tests.integration.schema_tools.shop import SOURCE as SHOP
from tests.integration.schema_tools.shop import as_role, schemas
from tests.integration.schema_tools.test_whole import build_everything

TARGET = "tgt_z9w"
METHOD = "CREATE ACCESS METHOD torture_heap TYPE TABLE HANDLER heap_tableam_handler"


@pytest.fixture
def only_18(postgres):
    if postgres.version < 18:
        pytest.skip("is not about the version")


@pytest.fixture
def other(postgres):
    """A connection to another database of the same server."""
    with (
        new_database(postgres) as url,
        psycopg.connect(url, autocommit=True) as connection,
    ):
        connection.execute(NEIGHBOUR)
        connection.execute(METHOD)
        connection.url = url
        yield connection


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_clone_in_another_database_is_exact(
    only_18, connection, other, database_url, postgres, jobs
):
    build_everything(connection)
    compile_plan(connection, SOURCE).run_across(connection, other, TARGET, jobs=jobs)

    if jobs == 1:
        assert len(transactions(other)) == 1
    assert verify_across(connection, other, SOURCE, TARGET) == []
    other.execute(f"COMMENT ON SCHEMA {TARGET} IS NULL")  # the mark; it is not the source's
    clone = renamed(dump(postgres.bindir, other.url, TARGET), TARGET, SOURCE)
    assert entries(clone) == entries(dump(postgres.bindir, database_url, SOURCE))
    assert ordered_rows(other, TARGET) == ordered_rows(connection, SOURCE)
    assert texts_with(other, "schema_tools_") == []


def transactions(connection):
    """The transactions that wrote the clone's relations."""
    return connection.execute(
        "SELECT DISTINCT xmin FROM pg_class WHERE relnamespace = to_regnamespace(%s)", [TARGET]
    ).fetchall()


def test_a_domain_s_default_does_not_keep_the_name_it_was_loaded_under(only_18, connection, other):
    build(
        connection,
        SHOP,
        # the name of a function of the server's, so that it is kept with its schema
        "CREATE FUNCTION lower(text) RETURNS text LANGUAGE sql AS 'SELECT $1';"
        f" CREATE DOMAIN d AS text DEFAULT {SHOP}.lower('X'); CREATE TABLE t (a d);"
        " INSERT INTO t DEFAULT VALUES",
    )
    compile_plan(connection, SHOP).run_across(connection, other, TARGET, jobs=2)

    assert texts_with(other, "schema_tools_") == []
    assert texts_with(other, TARGET) == [("d",)]
    assert verify_across(connection, other, SHOP, TARGET) == []


def texts_with(connection, name):
    """What the server keeps as text and names something."""
    return connection.execute(
        "SELECT proname FROM pg_proc"
        " WHERE strpos(prosrc || coalesce(proconfig::text, ''), %(n)s) > 0"
        " UNION ALL SELECT typname FROM pg_type WHERE strpos(typdefault, %(n)s) > 0",
        {"n": name},
    ).fetchall()


def test_types_whose_oids_differ_go_as_text(only_18, connection):
    build(
        connection,
        SHOP,
        "CREATE TYPE mood AS ENUM ('x'); CREATE TYPE pair AS (a int, b text);"
        " CREATE TYPE held AS (a mood); CREATE DOMAIN code AS text; CREATE DOMAIN moods AS mood[];"
        " CREATE TABLE plain (a int[], b numeric, c int4range, d jsonb, e mood, f code, g pair);"
        " CREATE TABLE arrays (a mood[]); CREATE TABLE domains (a moods);"
        " CREATE TABLE deep (a held); CREATE TABLE codes (a code[]); CREATE TABLE none ();"
        " CREATE TABLE names (a regclass); CREATE TABLE neighbours (a elsewhere.mood[]);"
        " CREATE TABLE derived (a int GENERATED ALWAYS AS (1) STORED)",
    )

    tables = read_copied_tables(connection, fetch_schema_oid(connection, SHOP))

    assert {name for name, table in tables.items() if table.is_binary} == {
        "plain",
        "none",
        "derived",
    }
    assert len(tables) == 9


def test_tables_without_columns_keep_the_number_of_their_rows(only_18, connection, other):
    build(
        connection,
        SHOP,
        "CREATE TABLE none (); INSERT INTO none DEFAULT VALUES; INSERT INTO none DEFAULT VALUES;"
        " CREATE TABLE derived (a int GENERATED ALWAYS AS (1) STORED);"
        " INSERT INTO derived DEFAULT VALUES",
    )
    report = compile_plan(connection, SHOP).run_across(connection, other, SHOP)

    assert report.rows == {"none": 2, "derived": 1}
    assert other.execute(f"SELECT a FROM {SHOP}.derived").fetchall() == [(1,)]


def test_encodings_are_converted(only_18, connection, other, postgres):
    with psycopg.connect(postgres.url, autocommit=True) as admin:
        admin.execute("DROP DATABASE IF EXISTS western")
        admin.execute(
            "CREATE DATABASE western TEMPLATE template0 ENCODING 'LATIN1' LOCALE_PROVIDER libc"
            " LOCALE 'C'"
        )
    url = postgres.url.rpartition("/")[0] + "/western"
    with psycopg.connect(url, autocommit=True) as western:
        build(
            western,
            SHOP,
            "CREATE TABLE t (v text, vs text[]); CREATE TYPE m AS ENUM ('ñ');"
            " CREATE TABLE e (m m[]);"
            " INSERT INTO t VALUES ('año', '{ñ}'); INSERT INTO e VALUES ('{ñ}')",
        )
        compile_plan(western, SHOP).run_across(western, other, SHOP, jobs=2)

        with pytest.raises(SchemaToolsError, match="LATIN1"):  # checksums are of bytes
            verify_across(western, other, SHOP, SHOP)
    rows = other.execute(f"SELECT v, vs, m::text FROM {SHOP}.t, {SHOP}.e").fetchall()
    assert rows == [("año", ["ñ"], "{ñ}")]


def test_a_transfer_that_fails_leaves_nothing(only_18, shop, other):
    before = schemas(other)
    plan = compile_plan(shop, SHOP)
    for tag, action in FAILING.values():
        other.execute(_TRIGGER.replace("@TAG@", tag).replace("@ACTION@", action))
        for jobs in (1, 2):
            with pytest.raises(CloneFailed, match="Nothing was left behind"):
                plan.run_across(shop, other, TARGET, jobs=jobs)
            assert schemas(other) == before
        other.execute("DROP EVENT TRIGGER refuse; DROP FUNCTION elsewhere.refuse()")
    assert not other.execute("SELECT FROM pg_locks WHERE locktype = 'advisory'").fetchall()
    plan.run_across(shop, other, TARGET, jobs=2)


FAILING = {
    "definitions": ("CREATE TABLE", "RAISE EXCEPTION 'no'"),
    "rows": (
        "CREATE TABLE",
        "EXECUTE format('ALTER TABLE %s ADD CHECK (v <> ''b'')', made::regclass)",
    ),
    "keys": ("ALTER TABLE", "RAISE EXCEPTION 'no'"),
    "views": ("CREATE VIEW", "RAISE EXCEPTION 'no'"),
}

_TRIGGER = """
CREATE FUNCTION elsewhere.refuse() RETURNS event_trigger LANGUAGE plpgsql AS $$
DECLARE made oid := (SELECT objid FROM pg_event_trigger_ddl_commands()
                      WHERE classid = 'pg_class'::regclass LIMIT 1);
BEGIN
    @ACTION@;
END $$;
CREATE EVENT TRIGGER refuse ON ddl_command_end WHEN TAG IN ('@TAG@')
    EXECUTE FUNCTION elsewhere.refuse();
"""


def test_what_a_killed_transfer_left_is_dropped_by_the_next(only_18, shop, other):
    plan = compile_plan(shop, SHOP)

    def kill(step):
        if step.statement.phase is Phase.ROWS:
            admin.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s",
                [other.info.dbname],
            )

    with (
        psycopg.connect(other.url, autocommit=True, dbname="postgres") as admin,
        pytest.raises(CloneFailed, match="was left unfinished in the other database"),
    ):
        plan.run_across(shop, other, TARGET, jobs=2, progress=kill)

    with psycopg.connect(other.url, autocommit=True) as again:
        assert any(name.startswith("schema_tools_") for name in schemas(again))
        plan.run_across(shop, again, TARGET, jobs=2)
        assert schemas(again) == {"elsewhere", "public", TARGET}
        assert verify_across(shop, again, SHOP, TARGET) == []


def test_all_connections_read_one_state(only_18, shop, other, monkeypatch):
    shop.execute(f"CREATE TABLE {SHOP}.u AS SELECT * FROM {SHOP}.t")

    def write_and_connect(connection):
        writer.execute(f"INSERT INTO {SHOP}.t (v) VALUES ('late')")
        writer.execute(f"INSERT INTO {SHOP}.u DEFAULT VALUES")
        return another(connection)

    monkeypatch.setattr(lanes, "another", write_and_connect)
    with psycopg.connect(shop.info.dsn, password=shop.info.password, autocommit=True) as writer:
        report = compile_plan(shop, SHOP).run_across(shop, other, TARGET, jobs=2)

    assert report.rows == {"t": 2, "u": 2}
    differences = verify_across(shop, other, SHOP, TARGET)
    assert {(each.kind, each.identity) for each in differences} == {
        ("table", "t"),
        ("table", "u"),
        ("sequence", "t_id_seq"),
    }


def test_what_is_there_is_refused_and_what_differs_is_told(only_18, shop, other):
    plan = compile_plan(shop, SHOP)
    with pytest.raises(TargetExists):
        plan.run_across(shop, other, "elsewhere")
    plan.run_across(shop, other, SHOP, jobs=2)
    plan.run_across(shop, other, TARGET)

    other.execute(f"ALTER TABLE {TARGET}.t ADD CHECK (v <> 'c'); UPDATE {TARGET}.t SET v = 'd'")
    told = [str(each) for each in verify_across(shop, other, SHOP, TARGET)]
    assert any(each.startswith("table t: holds (2, ") for each in told)
    assert any("t_v_check" in each for each in told)
    with pytest.raises(NotAClone):  # the schema of that name there is another one
        restore_rows(other, SHOP, TARGET)


def test_what_is_made_belongs_to_the_role_that_compiled_the_plan(only_18, connection, other):
    connection.execute(f"CREATE SCHEMA {SHOP} AUTHORIZATION torture_owner")
    connection.execute(f"SET ROLE torture_owner; CREATE TABLE {SHOP}.t (a int); RESET ROLE")
    grant = "GRANT CREATE ON DATABASE {} TO torture_owner"
    connection.execute(sql.SQL(grant).format(sql.Identifier(connection.info.dbname)))
    with as_role(connection, "torture_owner"):
        plan = compile_plan(connection, SHOP)
    with pytest.raises(RequirementsMissing, match="torture_owner may not create schemas"):
        plan.run_across(connection, other, SHOP)
    other.execute(sql.SQL(grant).format(sql.Identifier(other.info.dbname)))

    plan.run_across(connection, other, SHOP, jobs=2)

    owners = other.execute(
        "SELECT nspowner::regrole::text, relowner::regrole::text"
        " FROM pg_class JOIN pg_namespace AS n ON n.oid = relnamespace WHERE relname = 't'"
    )
    assert owners.fetchall() == [("torture_owner", "torture_owner")]


def test_the_command_line_clones_and_verifies_there(only_18, shop, other, database_url, capsys):
    there = ["--database-url", database_url, "--to-database-url", other.url]
    capsys.readouterr()

    assert main(["clone", SHOP, TARGET, "--dry-run", *there]) == 0
    assert TARGET not in schemas(other)
    assert main(["clone", SHOP, TARGET, "--jobs", "2", *there]) == 0
    assert main(["verify", SHOP, TARGET, *there]) == 0
    assert f"{TARGET} is an exact clone of {SHOP}: 1 tables, 2 rows" in capsys.readouterr().out
    other.execute(sql.SQL("UPDATE {}.t SET v = 'c'").format(sql.Identifier(TARGET)))
    assert main(["verify", SHOP, TARGET, *there]) == 1
    assert main(["clone", SHOP, TARGET, *there]) == 1
    assert main(["clone", SHOP, "cut", "--where", "t=v = 'a'", *there]) == 0
    assert other.execute("SELECT v FROM cut.t").fetchall() == [("a",)]
    assert main(["clone", SHOP, "x", "--jobs", "2", "--database-url", database_url]) == 2
    assert main(["clone", SHOP, "x", "--jobs", "0", *there]) == 2


@pytest.fixture(scope="module")
def other_server(postgres):
    """A connection to a server of the other version."""
    bindir = bindir_of("15" if postgres.version == 18 else "18")
    with scratch_directory("other-server-") as home:
        server = PostgresServer(home, bindir, FAST_AND_FORGETFUL)
        server.start()
        try:
            with psycopg.connect(server.url(), autocommit=True) as connection:
                yield connection
        finally:
            server.stop()


def test_an_older_server_and_all_that_is_missing_are_said_in_one_list(
    only_18, connection, other_server
):
    build(
        connection,
        SHOP,
        'CREATE EXTENSION pg_trgm SCHEMA public; CREATE COLLATION elsewhere.own FROM "C";'
        " CREATE TABLE t (v text COLLATE elsewhere.own, m elsewhere.mood) TABLESPACE torture_space;"
        " CREATE INDEX ON t USING gin (v public.gin_trgm_ops); "
        " ALTER TABLE t OWNER TO torture_owner; GRANT SELECT ON t TO torture_reader",
    )
    plan = compile_plan(connection, SHOP)

    with pytest.raises(RequirementsMissing) as refused:
        plan.run_across(connection, other_server, SHOP)

    assert SHOP not in schemas(other_server)
    for what in (
        "Postgres 15, older than the source's 18",
        "role torture_owner is missing",
        "role torture_reader is missing",
        "tablespace torture_space is missing",
        "collation elsewhere.own is missing",
        "type elsewhere.mood is missing",
        "extension pg_trgm is missing in schema public",
    ):
        assert any(what in each for each in refused.value.missing), refused.value.missing


def test_a_schema_goes_to_an_older_server_when_that_is_allowed(only_18, shop, other_server):
    with pytest.raises(CloneFailed, match=r"table t failed: syntax error at or near \"NOT\""):
        compile_plan(shop, SHOP).run_across(shop, other_server, "older", older_server=True)
    shop.execute(f"DROP VIEW {SHOP}.view; ALTER TABLE {SHOP}.t DROP CONSTRAINT t_pkey")
    shop.execute(f"ALTER TABLE {SHOP}.t ALTER id DROP NOT NULL; ANALYZE {SHOP}.t")

    compile_plan(shop, SHOP).run_across(shop, other_server, "older", jobs=2, older_server=True)

    assert verify_across(shop, other_server, SHOP, "older") == []
    assert other_server.execute("SELECT FROM pg_stats WHERE schemaname = 'older'").fetchall()


def test_a_schema_goes_to_a_newer_server(connection, other_server, postgres):
    if postgres.version == 18:
        pytest.skip("there is no newer one")
    prepare(other_server)
    build_everything(connection)

    compile_plan(connection, SOURCE).run_across(connection, other_server, TARGET, jobs=2)

    assert verify_across(connection, other_server, SOURCE, TARGET) == []
    assert ordered_rows(other_server, TARGET) == ordered_rows(connection, SOURCE)


def prepare(connection):
    """Give a database the roles and neighbours of the torture schemas."""
    connection.execute(ROLES)
    connection.execute(NEIGHBOUR)
    ensure_tablespace(connection)
