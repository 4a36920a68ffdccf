"""A clone of a part of the rows stands by itself, or is refused."""

import threading

import psycopg
import pytest

from schema_tools import DataChoice, DataRefused, compile_plan, drop_schema
from schema_tools.cli import main
from tests.conftest import new_database
from tests.integration.schema_tools.shop import schemas

ONE_SERVER = True

SCHEMA = """
CREATE SCHEMA s;
CREATE TABLE s.region (id integer PRIMARY KEY);
CREATE TABLE s.client (id integer PRIMARY KEY, region integer REFERENCES s.region,
                       boss integer REFERENCES s.client);
CREATE TABLE s.purchase (id integer, at integer, client integer REFERENCES s.client,
                         PRIMARY KEY (id, at)) PARTITION BY LIST (at);
CREATE TABLE s.purchase_1 PARTITION OF s.purchase FOR VALUES IN (1);
CREATE TABLE s.purchase_2 PARTITION OF s.purchase FOR VALUES IN (2);
CREATE TABLE s.line (id integer PRIMARY KEY, purchase integer, at integer, before integer,
                     FOREIGN KEY (purchase, at) REFERENCES s.purchase,
                     FOREIGN KEY (before) REFERENCES s.line);
CREATE TABLE s.log (id integer);
INSERT INTO s.region VALUES (1), (2);
INSERT INTO s.client VALUES (1, 1, NULL), (2, 2, 1), (3, 2, 2), (4, 1, NULL);
INSERT INTO s.purchase VALUES (1, 1, 1), (2, 2, 3), (3, 1, 4), (4, 2, NULL);
INSERT INTO s.line VALUES (1, 1, 1, NULL), (2, 2, 2, 1), (3, 3, 1, 2), (4, NULL, NULL, 3),
                          (5, NULL, NULL, NULL);
INSERT INTO s.log VALUES (1), (2);
"""


@pytest.fixture(scope="module")
def source(module_database_url):
    with psycopg.connect(module_database_url, autocommit=True) as connection:
        connection.execute(SCHEMA)
        yield connection, compile_plan(connection, "s")


@pytest.fixture
def rows(source):
    connection, plan = source

    def cloned(**choice):
        plan.run(connection, "d", data=DataChoice(**choice))
        return rows_of(connection, "d")

    yield cloned
    drop_schema(connection, "d")


def rows_of(connection, schema):
    return {
        table: {row[0] for row in connection.execute(f"SELECT id FROM {schema}.{table}")}
        for table in ("region", "client", "purchase", "line", "log")
    }


def test_all_rows_that_chosen_ones_need_are_there_and_none_without_theirs(rows):
    assert rows(where={"client": "id = 3", "region": "false"}) == {
        "region": {1, 2},  # of the clients' own and of their bosses
        "client": {1, 2, 3},
        "purchase": {1, 2, 4},
        "line": {1, 2, 5},  # 3 is of a purchase that is not there, and 4 comes after 3
        "log": {1, 2},
    }


def test_chosen_rows_go_to_another_database_through_any_number_of_connections(source, postgres):
    connection, plan = source
    choice = DataChoice(where={"client": "id = 3", "region": "false"}, exclude=("log",))
    with new_database(postgres) as url, psycopg.connect(url, autocommit=True) as other:
        for jobs in (1, 3):
            plan.run_across(connection, other, f"d{jobs}", jobs=jobs, data=choice)
            assert rows_of(other, f"d{jobs}") == {
                "region": {1, 2},
                "client": {1, 2, 3},
                "purchase": {1, 2, 4},
                "line": {1, 2, 5},
                "log": set(),
            }
        with pytest.raises(DataRefused, match="client_region_fkey"):
            plan.run_across(connection, other, "refused", data=DataChoice(exclude=("region",)))
        assert {"d1", "d3", "public"} == schemas(other)


def test_a_partitioned_table_is_cut_as_a_whole(rows):
    found = rows(where={"purchase": "client = 4"})

    assert found["purchase"] == {3}
    assert found["client"] == {1, 2, 3, 4}
    assert found["line"] == {5}


def test_tables_are_left_out_by_pattern(rows):
    found = rows(exclude=("l*", "purchase"))

    assert (found["line"], found["log"], found["purchase"]) == (set(), set(), set())
    assert found["client"] == {1, 2, 3, 4}


def test_only_included_tables_have_rows(rows):
    found = rows(include=("log",))

    assert {table for table, ids in found.items() if ids} == {"log"}


@pytest.mark.parametrize(
    ("choice", "told"),
    [
        ({"exclude": ("region",)}, r"client.client_region_fkey \(to region\)"),
        ({"exclude": ("purchase_1", "region")}, r"client_region_fkey.*line.line_purchase_at_fkey"),
        ({"exclude": ("region",), "where": {"client": "id = 1"}}, "client_region_fkey"),
        ({"include": ("none*",)}, "matches no table"),
        ({"where": {"none": "true"}}, "which is no table"),
        ({"where": {"purchase_1": "true"}}, "is a partition"),
    ],
)
def test_what_cannot_stand_is_named_and_nothing_is_left(source, choice, told):
    connection, plan = source

    with pytest.raises(DataRefused, match=told):
        plan.run(connection, "refused", data=DataChoice(**choice))

    assert connection.execute("SELECT to_regnamespace('refused')").fetchone() == (None,)


def test_the_command_line_chooses_rows_and_says_whom_it_waits_for(source, capsys):
    connection, _ = source
    url = connection.info.dsn.replace("dbname", f"password={connection.info.password} dbname")
    arguments = ["clone", "s", "cut", "--where", "client=id = 4", "--exclude-table-data", "log"]
    with psycopg.connect(url, application_name="mudanza") as holder:
        holder.execute("LOCK TABLE s.log IN ACCESS EXCLUSIVE MODE")
        pid = holder.info.backend_pid
        code: list[int] = []
        clone = threading.Thread(
            target=lambda: code.append(main([*arguments, "--database-url", url]))
        )
        clone.start()
        while not (said := capsys.readouterr().err) and clone.is_alive():
            clone.join(0.1)
        holder.rollback()
        clone.join()

    assert f"waiting for a lock of pid {pid} (user postgres, application mudanza)" in said
    assert code == [0]
    assert connection.execute("SELECT id FROM cut.client").fetchall() == [(4,)]
    assert connection.execute("SELECT id FROM cut.log").fetchall() == []
