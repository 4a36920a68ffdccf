"""Schemas with awkward names are cloned like others, to awkward names."""

import pytest
from psycopg import sql

from schema_tools import compile_plan, drop_schema, verify
from tests.integration.schema_tools.conftest import build

ONE_SERVER = True
ONE_DATABASE = True

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
