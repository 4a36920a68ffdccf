"""Clones of difficult schemas have the same pg_dump output as their sources, line for line.

Their tables, emptied, are restored to their sources' rows.
"""

from contextlib import suppress
from pathlib import Path

import psycopg
import pytest

from schema_tools import ClonePlan, compile_plan, restore_rows, verify
from tests.integration.schema_tools.conftest import SOURCE, build, torture_files
from tests.integration.schema_tools.oracle import dump, entries, ordered_rows, renamed

ONE_DATABASE = True

TARGET = "tgt_z9w"


@pytest.mark.parametrize("script", torture_files(), ids=lambda path: path.stem)
def test_a_clone_equals_its_sources_pg_dump_and_is_restored(
    connection, database_url, postgres, script: Path
):
    if script.stem == "postgres_18" and connection.info.server_version < 180000:
        pytest.skip("these objects came with Postgres 18")
    build(connection, SOURCE, script.read_text())

    plan = ClonePlan.from_json(compile_plan(connection, SOURCE).to_json())
    plan.run(connection, TARGET)

    assert verify(connection, SOURCE, TARGET) == []
    assert ordered_rows(connection, TARGET) == ordered_rows(connection, SOURCE)
    assert restore_rows(connection, SOURCE, TARGET).compared == 0
    empty_tables(connection)
    restore_rows(connection, SOURCE, TARGET)
    assert verify(connection, SOURCE, TARGET) == []
    assert_same_dump(connection, database_url, postgres)


def empty_tables(connection: psycopg.Connection) -> None:
    tables = connection.execute(
        "SELECT oid::regclass::text FROM pg_class WHERE relkind IN ('r', 'p')"
        " AND relnamespace = to_regnamespace(%s)",
        [TARGET],
    )
    for (table,) in tables.fetchall():
        with suppress(psycopg.Error):
            connection.execute(f"TRUNCATE {table} CASCADE")


def assert_same_dump(connection: psycopg.Connection, url: str, postgres) -> None:
    connection.execute(f"COMMENT ON SCHEMA {TARGET} IS NULL")  # the mark; it is not the source's
    source = dump(postgres.bindir, url, SOURCE)
    clone = renamed(dump(postgres.bindir, url, TARGET), TARGET, SOURCE)
    assert entries(clone) == entries(source)
    assert ordered_rows(connection, TARGET) == ordered_rows(connection, SOURCE)
