"""A missing privilege is reported with the statement that grants it."""

import pytest

from schema_tools import (
    PlanOutdated,
    PrivilegeMissing,
    compile_plan,
    drop_schema,
    verify,
)
from tests.integration.schema_tools.shop import SOURCE, TARGET, as_role, schemas

ONE_DATABASE = True


def test_an_ordinary_role_is_told_each_grant_that_it_lacks(shop):
    for kind, name in (("SCHEMA", "shop"), ("TABLE", "shop.t"), ("VIEW", "shop.view")):
        shop.execute(f"ALTER {kind} {name} OWNER TO torture_owner")
    with as_role(shop, "torture_reader"), pytest.raises(PrivilegeMissing) as told:
        compile_plan(shop, SOURCE)
    assert 'GRANT USAGE ON SCHEMA "shop" TO torture_reader;' in str(told.value)
    shop.execute('GRANT USAGE ON SCHEMA "shop" TO torture_reader;')

    with as_role(shop, "torture_reader"), pytest.raises(PrivilegeMissing) as told:
        compile_plan(shop, SOURCE)
    grants = str(told.value).partition("This would allow it: ")[2]
    assert "GRANT SELECT ON shop.t TO torture_reader;" in grants
    assert "GRANT SELECT ON SEQUENCE shop.t_id_seq TO torture_reader;" in grants
    assert "GRANT CREATE ON DATABASE" in grants
    assert "GRANT torture_owner TO torture_reader;" in grants
    shop.execute(grants)
    try:
        with as_role(shop, "torture_reader"):
            compile_plan(shop, SOURCE).run(shop, TARGET)
            assert verify(shop, SOURCE, TARGET) == []
            assert drop_schema(shop, TARGET)
    finally:
        shop.execute("REVOKE torture_owner FROM torture_reader")  # roles outlive a database


def test_a_superuser_is_never_to_be_granted(shop):
    with as_role(shop, "torture_reader"), pytest.raises(PrivilegeMissing):
        compile_plan(shop, SOURCE)
    shop.execute("GRANT USAGE ON SCHEMA shop TO torture_reader")
    with as_role(shop, "torture_reader"), pytest.raises(PrivilegeMissing) as told:
        compile_plan(shop, SOURCE)

    assert "GRANT postgres" not in str(told.value)
    assert "The superuser postgres owns objects of it" in str(told.value)


def test_an_owner_without_superuser_can_clone_what_is_its_own(connection):
    connection.execute(
        "CREATE SCHEMA own AUTHORIZATION torture_owner;"
        " DO $$ BEGIN EXECUTE 'GRANT CREATE ON DATABASE ' || current_database()"
        " || ' TO torture_owner'; END $$"
    )
    with as_role(connection, "torture_owner"):
        connection.execute(
            "CREATE TABLE own.t (id serial PRIMARY KEY, v text);"
            " INSERT INTO own.t (v) VALUES ('a'); REVOKE ALL ON own.t FROM torture_owner;"
            " GRANT SELECT ON own.t TO torture_owner, torture_reader"
        )
        plan = compile_plan(connection, "own")
        plan.run(connection, TARGET)
        assert verify(connection, "own", TARGET) == []


def test_row_policies_never_hide_rows_from_a_clone(shop):
    shop.execute(
        "ALTER TABLE shop.t ENABLE ROW LEVEL SECURITY; CREATE POLICY p ON shop.t USING (id = 1);"
        " GRANT USAGE ON SCHEMA shop TO torture_reader;"
        " GRANT SELECT ON ALL TABLES IN SCHEMA shop TO torture_reader;"
        " GRANT SELECT ON ALL SEQUENCES IN SCHEMA shop TO torture_reader;"
        " DO $$ BEGIN EXECUTE 'GRANT CREATE ON DATABASE ' || current_database()"
        " || ' TO torture_reader'; END $$"
    )
    with (
        as_role(shop, "torture_reader"),
        pytest.raises(PrivilegeMissing, match="ALTER ROLE torture_reader BYPASSRLS"),
    ):
        compile_plan(shop, SOURCE)

    assert TARGET not in schemas(shop)


def test_another_role_than_the_compiler_is_refused(shop):
    plan = compile_plan(shop, SOURCE)
    shop.execute("GRANT ALL ON SCHEMA shop TO torture_reader")
    shop.execute("GRANT SELECT ON ALL TABLES IN SCHEMA shop TO torture_reader")

    with as_role(shop, "torture_reader"), pytest.raises(PlanOutdated, match="compile it again as"):
        plan.run(shop, TARGET)
