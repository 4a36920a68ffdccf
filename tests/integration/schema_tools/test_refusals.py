"""Objects that cannot be cloned are refused by name; others may give a warning."""

import pytest

from schema_tools import (
    UnsupportedObject,
    UnsupportedObjects,
    compile_plan,
)
from schema_tools.cli import main
from tests.integration.schema_tools.shop import SOURCE, TARGET

ONE_SERVER = True


def test_a_large_object_is_refused_with_what_to_do(shop):
    shop.execute("ALTER TABLE shop.t ADD COLUMN photo oid")
    compile_plan(shop, SOURCE)
    shop.execute("UPDATE shop.t SET photo = lo_from_bytea(0, 'x')")
    with pytest.raises(UnsupportedObject, match=r"t.photo.*bytea"):
        compile_plan(shop, SOURCE)


@pytest.mark.parametrize(
    ("made", "told"),
    [
        ("CREATE TYPE shop.of AS (a integer); CREATE TABLE shop.typed OF shop.of", "typed tables"),
        (
            "CREATE TABLE elsewhere.mother (id integer);"
            " CREATE TABLE shop.child () INHERITS (elsewhere.mother)",
            "another schema",
        ),
        (
            "CREATE TABLE shop.tree (id integer) PARTITION BY LIST (id);"
            " CREATE TABLE elsewhere.leaf PARTITION OF shop.tree FOR VALUES IN (1)",
            "elsewhere.leaf cannot be cloned: it is part of something here",
        ),
        (
            "CREATE TABLE shop.a (x integer); CREATE TABLE shop.b (y integer) INHERITS (shop.a);"
            " ALTER TABLE shop.a ADD COLUMN z integer",
            "another order",
        ),
        (
            "CREATE FOREIGN DATA WRAPPER w; CREATE SERVER s FOREIGN DATA WRAPPER w;"
            " CREATE FOREIGN TABLE shop.far (id integer) SERVER s",
            "another server",
        ),
        ("CREATE TYPE shop.shell", "base and shell types"),
        ("CREATE CONVERSION shop.c FOR 'LATIN1' TO 'UTF8' FROM iso8859_1_to_utf8", "conversion"),
        (
            "SET allow_system_table_mods = on; INSERT INTO pg_seclabel VALUES"
            " ('shop.t'::regclass, 'pg_class'::regclass, 0, 'someone', 'secret')",
            "security label of someone",
        ),
        (
            "SET allow_system_table_mods = on;"
            " UPDATE pg_index SET indisvalid = false WHERE indrelid = 'shop.t'::regclass",
            "invalid; REINDEX",
        ),
    ],
)
def test_what_cannot_be_cloned_exactly_is_refused(shop, made, told):
    shop.execute(made)

    with pytest.raises(UnsupportedObject, match=told):
        compile_plan(shop, SOURCE)


def test_what_an_extension_owns_is_not_cloned(shop):
    shop.execute("CREATE TABLE shop.owned (id serial PRIMARY KEY)")
    shop.execute("ALTER EXTENSION plpgsql ADD TABLE shop.owned")

    plan = compile_plan(shop, SOURCE)
    plan.run(shop, TARGET)

    assert shop.execute("SELECT to_regclass('shop_copy.owned')").fetchone() == (None,)
    assert any("used there, and not cloned" in warning.message for warning in plan.warnings)
    shop.execute("ALTER TABLE shop.t ADD FOREIGN KEY (id) REFERENCES shop.owned NOT VALID")
    with pytest.raises(UnsupportedObject, match="belongs to an extension and is not cloned"):
        compile_plan(shop, SOURCE)


@pytest.mark.parametrize(
    ("made", "told"),
    [
        ("CREATE TABLE elsewhere.r (id integer REFERENCES shop.t)", "is outside and keeps to"),
        ("CREATE VIEW elsewhere.v AS SELECT * FROM shop.t", "is outside and keeps to"),
        ("ALTER TABLE shop.t ADD COLUMN photo oid", "a large object that it comes to hold"),
        ("ALTER TABLE shop.t ADD COLUMN source regclass", "naming the source's objects"),
        ("ALTER TABLE shop.t ADD COLUMN sources regclass[]", "naming the source's objects"),
        ("CREATE PUBLICATION p FOR TABLE shop.t", "membership of a publication"),
        ("CREATE STATISTICS elsewhere.st ON id, v FROM shop.t", "in another schema"),
        ("ALTER TABLE shop.t ALTER v SET DEFAULT 'shop.t'", "names the schema and was left"),
        (
            "CREATE FUNCTION shop.f() RETURNS void LANGUAGE plpgsql"
            " AS $$ BEGIN EXECUTE 'TRUNCATE shop.t'; END $$",
            "names the schema and was left",
        ),
        (
            "CREATE TEXT SEARCH CONFIGURATION shop.c (COPY = simple);"
            " CREATE FUNCTION shop.f() RETURNS integer LANGUAGE sql"
            " SET default_text_search_config = 'shop.c' AS 'SELECT 1'",
            "its setting default_text_search_config",
        ),
    ],
)
def test_what_may_surprise_is_a_warning(shop, made, told):
    shop.execute(made)

    warnings = compile_plan(shop, SOURCE).warnings

    assert any(told in warning.message for warning in warnings), warnings


def test_all_that_is_refused_is_told_at_once(shop, database_url, capsys):
    shop.execute(
        "CREATE TYPE shop.shell; CREATE TYPE shop.of AS (a integer);"
        " CREATE TABLE shop.typed OF shop.of (CHECK (a > 0), PRIMARY KEY (a));"
        " CREATE TABLE elsewhere.mother (id integer);"
        " CREATE TABLE shop.child (made serial) INHERITS (elsewhere.mother);"
        " CREATE CONVERSION shop.c FOR 'LATIN1' TO 'UTF8' FROM iso8859_1_to_utf8;"
        " CREATE VIEW elsewhere.far AS SELECT * FROM shop.t;"
        " CREATE VIEW shop.near AS SELECT * FROM elsewhere.far;"
        " ALTER TABLE shop.t ADD photo oid; UPDATE shop.t SET photo = lo_from_bytea(0, 'x')"
    )

    with pytest.raises(UnsupportedObjects) as caught:
        compile_plan(shop, SOURCE)

    refused = {(one.kind, one.identity) for one in caught.value.refusals}
    assert refused == {
        ("column", "t.photo"),
        ("conversion", "shop.c"),
        ("schema", "shop"),
        ("table", "child"),
        ("table", "typed"),
        ("type", "shell"),
    }
    assert all(one.reason in str(caught.value) for one in caught.value.refusals)
    assert main(["plan", SOURCE, "--database-url", database_url]) == 1
    first, *lines = capsys.readouterr().err.splitlines()
    assert first == "schema_tools: nothing is cloned, for 6 objects cannot be:"
    assert len(lines) == 6
