"""A clone's catalog queries read only one schema's rows, however many schemas there are."""

import pytest

from app.database.isolation import _MISSING_RIGHTS as MISSING_RIGHTS
from app.database.isolation import _RELATIONS as RELATIONS
from app.database.isolation import TENANT_PLACEHOLDER_ROLE, open_template
from schema_tools.catalog.reading import stamp_query
from tests.integration.control.conftest import TEMPLATE

NEIGHBOURS = """
DO $$ BEGIN
    FOR number IN 1 .. 20 LOOP
        EXECUTE format('CREATE SCHEMA neighbour_%1$s', number);
        FOR place IN 1 .. 12 LOOP
            EXECUTE format('CREATE TABLE neighbour_%1$s.t%2$s (a int PRIMARY KEY CHECK (a > 0),
                b int CHECK (b > 0), c int CHECK (c > 0), d text CHECK (d <> ''''))',
                number, place);
        END LOOP;
    END LOOP;
END $$
"""
SCHEMAS_OWN = 200
"""More rows of any catalog than the template has; the neighbours have five times as many."""

LARGE = {"pg_class", "pg_attribute", "pg_constraint", "pg_depend", "pg_type", "pg_index"}


@pytest.fixture
def crowd(parts, database):
    """The template among many other schemas, and a planner that knows of them."""
    database.execute(f"CREATE TYPE {TEMPLATE}.grade AS ENUM ('good', 'bad')")
    open_template(database, TEMPLATE)
    database.execute(NEIGHBOURS)
    database.execute("DROP SCHEMA information_schema CASCADE")  # few constraints are of domains
    database.execute("ANALYZE " + ", ".join(sorted(LARGE)))
    return database


def rows_read(database, query, parameters=None):
    """Return the number of catalog rows that a query reads, filtered ones included."""
    explain = f"EXPLAIN (ANALYZE, TIMING off, FORMAT JSON) {query}"
    plan = database.execute(explain, parameters).fetchone()[0]
    return {
        node["Relation Name"]: seen
        for node in nodes(plan[0]["Plan"])
        if node.get("Relation Name") in LARGE and (seen := looked_at(node)) > SCHEMAS_OWN
    }


def looked_at(node):
    removed = node.get("Rows Removed by Filter", 0)
    return (node["Actual Rows"] + removed) * node["Actual Loops"]


def nodes(plan):
    yield plan
    for part in plan.get("Plans", ()):
        yield from nodes(part)


def test_the_stamp_of_a_template_reads_no_other_schema(crowd):
    assert rows_read(crowd, stamp_query(TEMPLATE)) == {}


@pytest.mark.parametrize(
    "query", [MISSING_RIGHTS, RELATIONS], ids=["rights of a role", "rights of all"]
)
def test_the_rights_of_a_tenant_are_found_without_reading_those_of_others(crowd, query):
    parameters = {
        "schema": TEMPLATE,
        "placeholder": TENANT_PLACEHOLDER_ROLE,
        "role": "nobody",
        "hidden": [],
    }
    assert rows_read(crowd, query, parameters) == {}
    assert crowd.execute(query, parameters).fetchall() != []
