"""Clones of schemas where a dozen names mean everything are what a restored dump says of them.

`HOSTILE_EXAMPLES=5000 pytest …` looks further.
"""

import re

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st
from psycopg import sql

from schema_tools import UnsupportedObject, compile_plan, verify
from schema_tools.catalog.ties import CHAIN
from tests.conftest import new_database
from tests.integration.schema_tools.conftest import NEIGHBOUR, ROLES
from tests.integration.schema_tools.examples import SCHEMAS, TOGETHER, examples, is_verified
from tests.integration.schema_tools.hostile_schemas import schemas
from tests.integration.schema_tools.oracle import dump, entries, restored, statements_of, told


@pytest.fixture
def database(database_url, postgres):
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(ROLES)
        connection.execute(NEIGHBOUR)
        connection.execute("CREATE SCHEMA far; SET client_min_messages = error")
        yield connection, database_url, postgres


@pytest.mark.timeout(600)
@examples("HOSTILE_EXAMPLES", 300, together=TOGETHER)
@given(scripts=st.lists(schemas(), min_size=SCHEMAS, max_size=SCHEMAS))
def test_a_clone_with_ambiguous_names_equals_a_restored_dump(database, scripts):
    connection, url, postgres = database
    pairs = {f"zz_source_{n}_": f"zz_target_{n}_" for n in range(len(scripts))}
    cloned = []
    try:
        for number, (source, target) in enumerate(pairs.items()):
            statements_of(connection, source, scripts[number])
            with told(scripts[number]):
                if clone(connection, source, target):
                    cloned.append(source)
                    if is_verified("HOSTILE_EXAMPLES", number):
                        assert verify(connection, source, target) == []
        for source in cloned:
            mark = sql.SQL("COMMENT ON SCHEMA {} IS NULL").format(sql.Identifier(pairs[source]))
            connection.execute(mark)
        if cloned:
            assert dumped_clones(url, postgres, pairs, cloned) == dumped_sources(
                url, postgres, cloned
            )
    finally:
        for schema in [*pairs, *pairs.values(), "far"]:
            name = sql.Identifier(schema)
            connection.execute(sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(name))
        connection.execute("CREATE SCHEMA far")


def dumped_sources(url, postgres, cloned):
    with new_database(postgres) as other_url:
        with psycopg.connect(other_url, autocommit=True) as other:
            other.execute(NEIGHBOUR)
        return lasting_entries(restored(postgres.bindir, url, other_url, *cloned))


def dumped_clones(url, postgres, pairs, cloned):
    text = dump(postgres.bindir, url, *(pairs[source] for source in cloned))
    return lasting_entries(text.replace("zz_target_", "zz_source_"))


def lasting_entries(text):
    """What is said of each object; settings are said where an object's neighbour had others."""
    return entries(re.sub(r"^SET default_.*\n\n?", "", text, flags=re.MULTILINE))


def clone(connection, source, target):
    """Clone a schema, unless what it is made of ties it to itself through another one."""
    try:
        plan = compile_plan(connection, source)
    except UnsupportedObject as refused:
        if CHAIN not in refused.reason:
            raise
        return False
    plan.run(connection, target)
    return True
