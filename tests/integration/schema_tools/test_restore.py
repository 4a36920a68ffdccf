"""A restored clone is its source again, in proportion to what was changed.

`test_torture` restores tables of every kind.
"""

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import psycopg
import pytest
from hypothesis import given

from schema_tools import (
    DefinitionsDiffer,
    NotAClone,
    PrivilegeMissing,
    RestoreBlocked,
    RestoreFailed,
    SchemaToolsError,
    compile_plan,
    restore_rows,
    verify,
)
from tests.conftest import new_database
from tests.integration.schema_tools.conftest import add_to, build
from tests.integration.schema_tools.edited import EDITS, SCRIPT, edits
from tests.integration.schema_tools.examples import examples
from tests.integration.schema_tools.shop import as_role

ONE_SERVER = True
ONE_DATABASE = True

SOURCE, CLONE = "src_q7x", "clone_z9w"


@pytest.fixture
def rich(connection):
    """A schema with every kind of table, and a clone of it."""
    build(connection, SOURCE, SCRIPT.strip())
    compile_plan(connection, SOURCE).run(connection, CLONE)
    return connection


@pytest.fixture(scope="module")
def module_rich(postgres):
    with new_database(postgres) as url, psycopg.connect(url, autocommit=True) as connection:
        build(connection, SOURCE, SCRIPT.strip())
        compile_plan(connection, SOURCE).run(connection, CLONE)
        yield connection


def edit(connection, *statements):
    """Run edits in the clone; one that the server refuses is no edit."""
    connection.execute(f"SET search_path = {CLONE}, public")
    for statement in statements:
        for part in statement.split("; "):
            with suppress(psycopg.Error):
                connection.execute(part)
    connection.execute("RESET search_path")


def restored(connection, *statements, **options):
    """Edit the clone, restore it, see that it is its source; gives the report."""
    edit(connection, *statements)
    assert verify(connection, SOURCE, CLONE) != []
    report = restore_rows(connection, SOURCE, CLONE, **options)
    assert verify(connection, SOURCE, CLONE) == []
    return report


@examples("RESTORE_EXAMPLES", 20)
@given(statements=edits)
def test_random_edits_are_undone(module_rich, statements):
    edit(module_rich, *statements)
    restore_rows(module_rich, SOURCE, CLONE)
    assert verify(module_rich, SOURCE, CLONE) == [], statements


def test_every_edit_is_undone_in_a_clone_that_was_never_restored(rich):
    for number, line in enumerate(EDITS):
        edit(rich, line)
        if number % 5 == 4:
            restore_rows(rich, SOURCE, CLONE)
            assert verify(rich, SOURCE, CLONE) == []
    again = restore_rows(rich, SOURCE, CLONE)
    written = again.updated, again.deleted, again.inserted, again.sequences, again.constraints
    assert written == (0, 0, 0, 0, 0)


def test_only_changed_rows_are_compared(rich):
    assert restore_rows(rich, SOURCE, CLONE).compared == 0
    report = restored(rich, "UPDATE lines SET ratio = 0 WHERE place = 1")
    assert (report.compared, report.updated, report.deleted, report.inserted) == (5 + 5, 5, 5, 0)
    assert restored(rich, "UPDATE bookings SET during = NULL", compare_all=True).compared > 50


def test_rows_that_no_order_restores_are_copied_without_constraints(rich):
    exchanged = "UPDATE stars SET number = 3 - number WHERE number < 3"
    assert restored(rich, exchanged).constraints == 0  # its unique key waits
    repointed = "UPDATE uses SET code = 'a' WHERE code = 'b'", "DELETE FROM codes WHERE code = 'b'"
    assert restored(rich, *repointed).constraints == 0  # its foreign key waits
    names = [
        "UPDATE shops SET name = 'x' WHERE id = 1",
        "UPDATE shops SET name = 'uno' WHERE id = 2",
        "UPDATE shops SET name = 'dos' WHERE id = 1",
    ]
    assert restored(rich, *names).constraints > 0
    comment = rich.execute(
        "SELECT obj_description(oid, 'pg_constraint') FROM pg_constraint"
        " WHERE conname = 'owned' AND connamespace = to_regnamespace(%s)",
        [CLONE],
    )
    assert comment.fetchone() == ("a circle",)


def test_what_a_foreign_keys_action_did_meanwhile_is_restored_too(rich):
    # The parent's key has another text and the same value: it goes and comes again.
    report = restored(rich, "UPDATE prices SET amount = 1.00 WHERE amount = 1")
    offers = rich.execute(f"SELECT amount::text FROM {CLONE}.offers ORDER BY id").fetchall()
    assert offers == [("1",), ("3.5",), (None,)]
    assert report.constraints == 1


def test_rows_of_the_source_that_are_newer_than_the_clone_are_restored(rich):
    rich.execute(f"UPDATE {SOURCE}.bookings SET during = '[40,50)' WHERE id = 1")
    rich.execute(f"DELETE FROM {SOURCE}.dogs WHERE id = 2")
    restored(rich)


def test_a_mark_written_by_another_transaction_is_not_trusted_for_rows(rich):
    comment = rich.execute(
        "SELECT obj_description(to_regnamespace(%s), 'pg_namespace')", [CLONE]
    ).fetchone()[0]
    with rich.transaction():
        rich.execute(f"UPDATE {CLONE}.bookings SET during = NULL")
        rich.execute(f"COMMENT ON SCHEMA {CLONE} IS '{comment}'")
    assert restored(rich).compared > 50


def test_a_table_that_was_made_again_is_compared_in_full(rich):
    with rich.transaction():
        rich.execute(f"ALTER TABLE {CLONE}.nothing RENAME TO old")
        rich.execute(f"CREATE TABLE {CLONE}.nothing ()")
        rich.execute(f"DROP TABLE {CLONE}.old")
    restored(rich)


def test_only_a_clone_of_the_source_is_written_to(rich):
    for source, clone in ((CLONE, SOURCE), ("elsewhere", CLONE), (CLONE, CLONE)):
        with pytest.raises(NotAClone, match=f"'{clone}' does not carry the mark"):
            restore_rows(rich, source, clone)


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ("ALTER TABLE {}.notes RENAME TO lines_of_notes", "'lines_of_notes' is in schema"),
        ("ALTER TABLE {}.notes ADD COLUMN more text", "table 'notes' has the columns"),
        ("CREATE TABLE {}.extra (id integer)", "'extra' is in schema"),
        ("ALTER SEQUENCE {}.tickets RENAME TO coupons", "'coupons' is in schema"),
    ],
)
@pytest.mark.parametrize("schema", [SOURCE, CLONE])
def test_other_definitions_are_refused(rich, change, named, schema):
    rich.execute(change.format(schema))
    with pytest.raises(DefinitionsDiffer, match=named):
        restore_rows(rich, SOURCE, CLONE)


def test_an_exception_of_the_check_rolls_everything_back(rich):
    def refuse(connection):
        assert connection.info.transaction_status.name == "INTRANS"
        locks = connection.execute(
            "SELECT relnamespace::regnamespace::text, mode, count(DISTINCT c.oid)"
            "  FROM pg_class AS c LEFT JOIN pg_locks ON relation = c.oid"
            " WHERE relnamespace IN (to_regnamespace(%s), to_regnamespace(%s))"
            "   AND relkind IN ('r', 'p') GROUP BY 1, 2 ORDER BY 1",
            [SOURCE, CLONE],
        )
        clone, source = locks.fetchall()
        assert clone[:2] == (CLONE, "ShareRowExclusiveLock")
        assert source == (SOURCE, "AccessShareLock", clone[2])
        raise LookupError("outdated")

    edit(rich, "DELETE FROM marks")
    with pytest.raises(LookupError, match="outdated"):
        restore_rows(rich, SOURCE, CLONE, check=refuse)
    assert verify(rich, SOURCE, CLONE) != []
    assert rich.info.transaction_status.name == "IDLE"


def test_a_failure_changes_nothing(rich):
    rich.execute(
        f"CREATE TABLE elsewhere.follows (id integer PRIMARY KEY REFERENCES {CLONE}.bookings)"
    )
    edit(rich, "INSERT INTO bookings VALUES (9, NULL)", "UPDATE bookings SET during = NULL")
    rich.execute("INSERT INTO elsewhere.follows VALUES (9)")
    before = verify(rich, SOURCE, CLONE)
    with pytest.raises(RestoreFailed, match='constraint "follows_id_fkey"'):
        restore_rows(rich, SOURCE, CLONE)
    assert verify(rich, SOURCE, CLONE) == before


def test_a_writer_is_waited_for_up_to_the_lock_timeout_and_named(rich, database_url):
    with psycopg.connect(database_url, application_name="writer") as writer:
        writer.execute(f"UPDATE {CLONE}.notes SET size = 9")
        with pytest.raises(RestoreBlocked) as told:
            restore_rows(rich, SOURCE, CLONE, lock_timeout=0.05)
        assert f"pid {writer.info.backend_pid} (writer): UPDATE" in str(told.value)
    restored(rich, "UPDATE notes SET size = 8")


def test_readers_are_not_blocked_by_a_restore(rich, database_url):
    edit(rich, "UPDATE bookings SET during = NULL")
    begun, done = threading.Event(), threading.Event()

    def wait(_):
        begun.set()
        assert done.wait(90)

    with (
        ThreadPoolExecutor(1) as threads,
        psycopg.connect(database_url, autocommit=True) as reader,
    ):
        restoring = threads.submit(restore_rows, rich, SOURCE, CLONE, check=wait)
        assert begun.wait(90)
        reader.execute("SET lock_timeout = '5s'")
        seen = reader.execute(f"SELECT count(during) FROM {CLONE}.bookings").fetchone()
        reader.execute("SET lock_timeout = '50ms'")
        with pytest.raises(psycopg.errors.LockNotAvailable):
            reader.execute(f"DELETE FROM {CLONE}.bookings")
        done.set()
        restoring.result()
    assert seen == (0,)
    assert verify(rich, SOURCE, CLONE) == []


def test_a_role_without_the_rights_is_refused(rich):
    rich.execute(f"GRANT USAGE ON SCHEMA {SOURCE}, {CLONE} TO torture_reader")
    edit(rich, "UPDATE bookings SET during = NULL")
    with (
        as_role(rich, "torture_reader"),
        pytest.raises(PrivilegeMissing, match="permission denied"),
    ):
        restore_rows(rich, SOURCE, CLONE)


def test_a_connection_in_a_transaction_is_refused(rich):
    with rich.transaction(), pytest.raises(SchemaToolsError, match="is in a transaction"):
        restore_rows(rich, SOURCE, CLONE)


def test_names_with_quotes_are_only_names(connection):
    source, clone = 'so"ur%ce', "clo'ne; {} --"
    build(connection, source, "CREATE TYPE \"m{}d\" AS ENUM ('a', 'b'); ")
    add_to(connection, source, 'CREATE TABLE "t%s {x}" ("a{}" "m{}d" PRIMARY KEY, "b;" "m{}d"[])')
    add_to(connection, source, "INSERT INTO \"t%s {x}\" VALUES ('a', '{a,b}')")
    compile_plan(connection, source).run(connection, clone)
    add_to(connection, clone, 'UPDATE "t%s {x}" SET "b;" = NULL')
    assert restore_rows(connection, source, clone).updated == 1
    assert verify(connection, source, clone) == []
