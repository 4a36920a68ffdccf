"""All torture schemas in one, awkward names, and the clone after its source is dropped."""

import psycopg
import pytest
from psycopg import sql

from schema_tools import compile_plan, drop_schema, verify
from tests.integration.schema_tools.conftest import SOURCE, add_to, build, torture_files
from tests.integration.schema_tools.oracle import dump, entries, ordered_rows, renamed

TARGET = "tgt_z9w"
HARD_NAMES = [
    '"Order; drop"',
    "UPPER",
    "ñ" * 31 + "x",
    "select",
    "with space",
    "it's",
    "per%cent %(s)s {x}",
    "back\\slash",
    "a.b",
]
SMALL = """
CREATE TYPE mood AS ENUM ('ok'); CREATE TABLE t (id serial PRIMARY KEY, m mood DEFAULT 'ok', up integer REFERENCES t); INSERT INTO t (up) VALUES (NULL), (1);
CREATE FUNCTION f() RETURNS bigint LANGUAGE sql SET search_path = @QUOTED@, pg_temp AS $$SELECT count(*) FROM @QUOTED@.t$$; CREATE VIEW v AS SELECT *, f() FROM t; CREATE MATERIALIZED VIEW mv AS SELECT count(*) FROM t;
ALTER DEFAULT PRIVILEGES IN SCHEMA @QUOTED@ GRANT SELECT ON TABLES TO torture_reader;
"""  # noqa: E501


MOVE_ASIDE = """
DO $$ DECLARE command text; BEGIN
    FOR command IN
        SELECT format('ALTER TABLE %I.%I RENAME TO %I', n.nspname, relname, '@FILE@_' || relname)
          FROM pg_class JOIN pg_namespace AS n ON n.oid = relnamespace
         WHERE n.nspname = '@SCHEMA@' AND relkind IN ('r', 'p', 'v', 'm', 'S')
           AND relname = ANY (@CLASHES@)
        UNION ALL
        SELECT format('ALTER TYPE %I.%I RENAME TO %I', n.nspname, typname, '@FILE@_' || typname)
          FROM pg_type JOIN pg_namespace AS n ON n.oid = typnamespace
         WHERE n.nspname = '@SCHEMA@' AND typtype IN ('e', 'd', 'r') AND typname = ANY (@CLASHES@)
        UNION ALL
        SELECT format('ALTER ROUTINE %s RENAME TO %I', p.oid::regprocedure, '@FILE@_' || proname)
          FROM pg_proc AS p JOIN pg_namespace AS n ON n.oid = pronamespace
         WHERE n.nspname = '@SCHEMA@' AND proname = ANY (@CLASHES@)
        UNION ALL
        SELECT format('ALTER STATISTICS %I.%I RENAME TO %I',
                      n.nspname, stxname, '@FILE@_' || stxname)
          FROM pg_statistic_ext JOIN pg_namespace AS n ON n.oid = stxnamespace
         WHERE n.nspname = '@SCHEMA@' AND stxname = ANY (@CLASHES@)
    LOOP EXECUTE command; END LOOP;
END $$
"""
CLASHES = "'{agg,d,e,f,m,note,one,p,parts,parts_1,plain,s,st,t,uses,v,c,log}'::text[]"


def build_everything(connection):
    """Every torture file in one schema; names that two files use are moved aside in between.

    The file of names comes last: it makes a type `text` and a function `lower`.
    """
    paths = sorted(torture_files(), key=lambda path: (path.stem == "names", path.stem))
    for number, path in enumerate(paths):
        if path.stem == "postgres_18" and connection.info.server_version < 180000:
            continue
        if number == 0:
            build(connection, SOURCE, path.read_text())
        else:
            add_to(connection, SOURCE, path.read_text())
        aside = MOVE_ASIDE.replace("@SCHEMA@", SOURCE).replace("@FILE@", path.stem)
        connection.execute(aside.replace("@CLASHES@", CLASHES))


def test_all_torture_schemas_in_one(connection, database_url, postgres):
    build_everything(connection)

    plan = compile_plan(connection, SOURCE)
    plan.run(connection, TARGET)

    assert verify(connection, SOURCE, TARGET) == []
    connection.execute(f"COMMENT ON SCHEMA {TARGET} IS NULL")
    source = entries(dump(postgres.bindir, database_url, SOURCE))
    assert entries(renamed(dump(postgres.bindir, database_url, TARGET), TARGET, SOURCE)) == source
    assert ordered_rows(connection, TARGET) == ordered_rows(connection, SOURCE)


def quoted(name: str) -> str:
    return sql.Identifier(name).as_string()


def build_small(connection, schema):
    build(connection, schema, SMALL.replace("@QUOTED@", quoted(schema)))


@pytest.mark.parametrize("source", HARD_NAMES)
def test_awkward_names_are_cloned_like_others(connection, source):
    target = HARD_NAMES[HARD_NAMES.index(source) - 1]
    build_small(connection, source)

    plan = compile_plan(connection, source)
    plan.run(connection, target)

    assert verify(connection, source, target) == []
    assert plan.warnings == ()
    connection.execute(sql.SQL("DROP SCHEMA {} CASCADE").format(sql.Identifier(source)))
    called = sql.SQL("SELECT {}.f()").format(sql.Identifier(target))
    assert connection.execute(called).fetchone() == (2,)
    assert drop_schema(connection, target)


@pytest.mark.parametrize("source", ["public", SOURCE])
def test_a_clone_works_after_its_source_is_dropped(connection, database_url, postgres, source):
    if source == "public":
        connection.execute("DROP SCHEMA public CASCADE")
    build(connection, source, LIVING)
    compile_plan(connection, source).run(connection, TARGET)
    before = entries(dump(postgres.bindir, database_url, TARGET))
    rows = ordered_rows(connection, TARGET)

    connection.execute(sql.SQL("DROP SCHEMA {} CASCADE").format(sql.Identifier(source)))

    assert entries(dump(postgres.bindir, database_url, TARGET)) == before
    assert ordered_rows(connection, TARGET) == rows
    connection.execute(f"SET search_path = {TARGET}")
    connection.execute("INSERT INTO line (order_id, amount) VALUES (1, 5)")
    assert connection.execute("SELECT total, note FROM totals").fetchall() == [(15, "ok")]
    assert connection.execute("SELECT count(*) FROM log").fetchone() == (2,)
    for refused in (
        "INSERT INTO line (order_id, amount) VALUES (99, 5)",
        "INSERT INTO line (order_id, amount) VALUES (1, -5)",
        "INSERT INTO line (id, order_id, amount) VALUES (1, 1, 5)",
    ):
        with pytest.raises(psycopg.errors.IntegrityError):
            connection.execute(refused)
    connection.execute("RESET search_path")


LIVING = """
CREATE FUNCTION fine(n integer) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT n > 0'; CREATE TYPE state AS ENUM ('ok', 'bad'); CREATE TABLE orders (id integer GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY, s state DEFAULT 'ok'); CREATE TABLE line (id serial PRIMARY KEY, order_id integer REFERENCES orders ON DELETE CASCADE, amount integer CHECK (fine(amount)), twice integer GENERATED ALWAYS AS (amount * 2) STORED); CREATE TABLE log (line_id integer);
CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO log VALUES (NEW.id); RETURN NEW; END $$; CREATE TRIGGER noted AFTER INSERT ON line FOR EACH ROW EXECUTE FUNCTION note(); CREATE VIEW totals AS SELECT sum(amount) AS total, min(s)::text AS note FROM line JOIN orders ON orders.id = order_id; CREATE INDEX by_fine ON line (fine(amount)); INSERT INTO orders DEFAULT VALUES; INSERT INTO line (order_id, amount) VALUES (1, 10);
"""  # noqa: E501
