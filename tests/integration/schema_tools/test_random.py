"""Clones of random schemas have the same pg_dump output as their sources.

The examples are always the same ones; to look further, give pytest --hypothesis-seed=random and
set SCHEMA_EXAMPLES, the number for each server.
"""

import re

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st
from psycopg import sql

from schema_tools import UnsupportedObject, compile_plan, verify
from tests.conftest import new_database
from tests.integration.schema_tools.conftest import NEIGHBOUR, ROLES
from tests.integration.schema_tools.examples import SCHEMAS, TOGETHER, examples, is_verified
from tests.integration.schema_tools.oracle import (
    dump,
    entries,
    ordered_rows,
    statements_of,
    told,
)
from tests.integration.schema_tools.random_schemas import schemas


@pytest.fixture(scope="module")
def database(postgres):
    with new_database(postgres) as url, psycopg.connect(url, autocommit=True) as connection:
        connection.execute(ROLES)
        connection.execute(NEIGHBOUR)
        yield connection, url, postgres.bindir


def exists(connection, schema):
    return connection.execute("SELECT to_regnamespace(%s)", [schema]).fetchone() != (None,)


def entries_of(dumped, schema):
    """The entries about one of the schemas, with its name taken out."""
    return sorted(
        re.sub(r"^SET default_.*\n", "", entry, flags=re.MULTILINE).strip().replace(schema, "@")
        for entry in dumped
        if schema in entry
    )


@pytest.mark.timeout(600)
@examples("SCHEMA_EXAMPLES", 300, together=TOGETHER)
@given(scripts=st.lists(schemas(), min_size=SCHEMAS, max_size=SCHEMAS))
def test_clones_of_random_schemas_equal_their_sources_pg_dump(database, scripts):
    connection, url, bindir = database
    pairs = [(f"zz_source_{n}_", f"zz_target_{n}_") for n in range(len(scripts))]
    try:
        for number, ((source, target), script) in enumerate(zip(pairs, scripts, strict=True)):
            statements_of(connection, source, script)
            with told(script):
                try:
                    plan = compile_plan(connection, source)
                except UnsupportedObject as refused:
                    if "another order than inheritance gives them" not in refused.reason:
                        raise
                    dropped = sql.SQL("DROP SCHEMA {} CASCADE").format(sql.Identifier(source))
                    connection.execute(dropped)
                    continue
                plan.run(connection, target)
                if is_verified("SCHEMA_EXAMPLES", number):
                    assert verify(connection, source, target) == []
            mark = sql.SQL("COMMENT ON SCHEMA {} IS NULL").format(sql.Identifier(target))
            connection.execute(mark)
        cloned = [schema for pair in pairs for schema in pair if exists(connection, pair[1])]
        dumped = entries(dump(bindir, url, *cloned)) if cloned else []
        for (source, target), script in zip(pairs, scripts, strict=True):
            with told(script):
                assert entries_of(dumped, target) == entries_of(dumped, source)
                assert ordered_rows(connection, target) == ordered_rows(connection, source)
    finally:
        for schema in (schema for pair in pairs for schema in pair):
            dropped = sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(sql.Identifier(schema))
            connection.execute("SET client_min_messages = error")
            connection.execute(dropped)
