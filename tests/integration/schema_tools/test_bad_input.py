"""Impossible names, sources and plans are refused with a message that says what to do."""

from dataclasses import replace

import psycopg
import pytest
from psycopg.rows import dict_row

from schema_tools import (
    ClonePlan,
    InvalidName,
    PlanOutdated,
    SchemaToolsError,
    SourceNotFound,
    TargetExists,
    UntestedServer,
    compile_plan,
    drop_schema,
    verify,
)
from tests.integration.schema_tools.shop import SOURCE, TARGET, schemas

ONE_SERVER = True
ONE_DATABASE = True


def test_a_missing_source_is_named(connection):
    with pytest.raises(SourceNotFound, match="'nowhere' does not exist in database"):
        compile_plan(connection, "nowhere")


def test_a_source_dropped_since_compiling_is_reported(shop):
    plan = compile_plan(shop, SOURCE)
    shop.execute(f"DROP SCHEMA {SOURCE} CASCADE")

    with pytest.raises(SourceNotFound, match=SOURCE):
        plan.run(shop, TARGET)


def test_an_empty_source_dropped_since_compiling_is_reported(connection):
    connection.execute(f"CREATE SCHEMA {SOURCE}")
    plan = compile_plan(connection, SOURCE)
    connection.execute(f"DROP SCHEMA {SOURCE}")

    with pytest.raises(SourceNotFound, match=SOURCE):
        plan.run(connection, TARGET)


def test_an_existing_target_is_left_alone(shop):
    shop.execute(f"CREATE SCHEMA {TARGET}; CREATE TABLE {TARGET}.mine ()")

    with pytest.raises(TargetExists, match=f"'{TARGET}' exists already: drop it or choose"):
        compile_plan(shop, SOURCE).run(shop, TARGET)

    assert shop.execute("SELECT to_regclass(%s)", [f"{TARGET}.mine"]).fetchone() != (None,)


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("", "0 bytes"),
        ("ñ" * 32, "64 bytes"),
        ("a\0b", "NUL"),
        ("pg_mine", "the server's own"),
        ("information_schema", "the server's own"),
        (SOURCE, "choose another target"),
    ],
)
def test_impossible_names_are_refused(shop, name, why):
    plan = compile_plan(shop, SOURCE)

    with pytest.raises(InvalidName, match=why):
        plan.run(shop, name)
    if name != SOURCE:
        with pytest.raises(InvalidName, match=why):
            compile_plan(shop, name)
        with pytest.raises(InvalidName, match=why):
            drop_schema(shop, name)


def test_a_connection_in_a_transaction_is_refused(shop):
    plan = compile_plan(shop, SOURCE)

    with shop.transaction(), pytest.raises(SchemaToolsError, match="commit or roll back first"):
        plan.run(shop, TARGET)


@pytest.mark.parametrize("autocommit", [True, False])
def test_any_connection_will_do(shop, database_url, autocommit):
    with psycopg.connect(database_url, autocommit=autocommit, row_factory=dict_row) as other:
        plan = compile_plan(other, SOURCE)
        other.rollback()
        plan.run(other, TARGET)
        assert verify(other, SOURCE, TARGET) == []
        other.rollback()
        assert drop_schema(other, TARGET)
        other.rollback()


def test_the_caller_keeps_its_settings(shop):
    shop.execute("SET search_path = elsewhere; SET row_security = on; SET work_mem = '7MB'")
    plan = compile_plan(shop, SOURCE)
    plan.run(shop, TARGET)
    verify(shop, SOURCE, TARGET)

    settings = [
        shop.execute(f"SHOW {name}").fetchone()[0]
        for name in ("search_path", "row_security", "work_mem", "transaction_isolation")
    ]
    assert settings == ["elsewhere", "on", "7MB", "read committed"]


@pytest.mark.parametrize(
    "change",
    [
        "ALTER TABLE shop.t ADD COLUMN more integer",
        "ALTER TABLE shop.t ALTER v SET DEFAULT 'x'",
        "CREATE INDEX ON shop.t (v)",
        "CREATE OR REPLACE VIEW shop.view AS SELECT id + 1 AS id FROM shop.t",
        "CREATE FUNCTION shop.f() RETURNS integer LANGUAGE sql AS 'SELECT 1'",
        "COMMENT ON TABLE shop.t IS 'nuevo'",
        "COMMENT ON CONSTRAINT t_pkey ON shop.t IS 'nuevo'",
        "GRANT SELECT ON shop.t TO PUBLIC",
        "GRANT USAGE ON SCHEMA shop TO PUBLIC",
        "ALTER SEQUENCE shop.t_id_seq OWNED BY NONE",
        "ALTER SEQUENCE shop.t_id_seq INCREMENT 5",
        "CREATE TYPE shop.e AS ENUM ('a')",
        "CREATE CAST (shop.t AS text) WITH INOUT",
        "ALTER DEFAULT PRIVILEGES IN SCHEMA shop GRANT SELECT ON TABLES TO PUBLIC",
        "ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO PUBLIC",
        "CREATE TEXT SEARCH CONFIGURATION shop.c (COPY = simple)",
        "ALTER TABLE shop.t ALTER v SET STATISTICS 50",
        "ALTER TABLE shop.t CLUSTER ON t_pkey",
        "CREATE POLICY p ON shop.t USING (true)",
        "CREATE RULE r AS ON DELETE TO shop.t DO INSTEAD NOTHING",
        "CREATE STATISTICS shop.st ON id, v FROM shop.t",
    ],
)
def test_a_source_redefined_since_compiling_is_noticed(shop, change):
    plan = ClonePlan.from_json(compile_plan(shop, SOURCE).to_json())
    shop.execute(change)

    with pytest.raises(PlanOutdated, match="compile it again"):
        plan.run(shop, TARGET)

    assert TARGET not in schemas(shop)


def test_work_in_the_source_does_not_outdate_its_plan(shop):
    plan = compile_plan(shop, SOURCE)
    shop.execute("INSERT INTO shop.t (v) SELECT 'x' FROM generate_series(1, 500)")
    shop.execute("ANALYZE shop.t")
    shop.execute("VACUUM (FREEZE) shop.t")
    plan.run(shop, TARGET)

    assert verify(shop, SOURCE, TARGET) == []


def test_a_plan_of_another_format_is_refused():
    for text in ("{}", '{"format": 0}', "[]", "not json", '{"format": 1}', '{"format": 2}'):
        with pytest.raises(ValueError, match="compile it again"):
            ClonePlan.from_json(text)


def test_a_server_that_was_never_tested_is_refused_unless_allowed(shop, monkeypatch):
    monkeypatch.setattr("schema_tools.compiler.compiler.TESTED_SERVERS", (9,))

    with pytest.raises(UntestedServer, match=r"never tested .*\(tested: 9\).*--untested-server"):
        compile_plan(shop, SOURCE)

    compile_plan(shop, SOURCE, untested_server=True).run(shop, TARGET)
    assert verify(shop, SOURCE, TARGET) == []


def test_a_plan_without_a_proof_is_neither_run_nor_kept(shop):
    plan = replace(compile_plan(shop, SOURCE), proof=None)

    with pytest.raises(SchemaToolsError, match="not proven"):
        plan.run(shop, TARGET)
    with pytest.raises(SchemaToolsError, match="not proven"):
        plan.to_json()


def test_a_plan_carries_what_was_proven(shop):
    proof = ClonePlan.from_json(compile_plan(shop, SOURCE).to_json()).proof

    assert proof.server_version == shop.info.server_version
    assert proof.rows == "all"
    assert proof.reprinted == ()
    assert min(proof.objects, proof.edges, proof.locks) > 0


def test_of_many_rows_a_sample_is_rehearsed(shop, monkeypatch):
    monkeypatch.setattr("schema_tools.execution.samples.REHEARSED_BYTES", 0)

    plan = compile_plan(shop, SOURCE)
    plan.run(shop, TARGET)

    assert plan.proof.rows == "sample"
    assert verify(shop, SOURCE, TARGET) == []


def test_verify_says_why_it_cannot_tell_what_is_only_printed_otherwise(shop):
    shop.execute(f"CREATE TABLE {SOURCE}.e (v varchar(20) CHECK (v IN ('a', 'b')))")
    compile_plan(shop, SOURCE).run(shop, TARGET)
    assert verify(shop, SOURCE, TARGET) == []

    with shop.transaction():
        shop.execute("SET TRANSACTION READ ONLY")
        (difference,) = verify(shop, SOURCE, TARGET)

    assert (difference.kind, difference.identity) == ("table", "e")
    assert "could not be read once more" in difference.detail
    assert "read-only transaction" in difference.detail
