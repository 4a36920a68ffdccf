"""An interrupted clone leaves nothing behind, and the rows of a clone are of one snapshot."""

import os
import signal
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

import psycopg
import pytest

from schema_tools import (
    CloneFailed,
    SchemaToolsError,
    compile_plan,
    verify,
)
from tests.integration.schema_tools.conftest import build
from tests.integration.schema_tools.shop import (
    SOURCE,
    TARGET,
    schemas,
    sleeper,
    wait_until,
)

ONE_SERVER = True


def clone_in_thread(url, caught):
    def work():
        with psycopg.connect(url, autocommit=True) as own:
            try:
                compile_plan(own, SOURCE).run(own, TARGET)
            except SchemaToolsError as error:
                caught.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    return thread


def test_a_lost_connection_leaves_nothing_behind(slow_shop, database_url):
    caught = []
    thread = clone_in_thread(database_url, caught)
    wait_until(lambda: sleeper(slow_shop))
    slow_shop.execute("SELECT pg_terminate_backend(%s)", [sleeper(slow_shop)])
    thread.join(90)

    assert isinstance(caught[0], CloneFailed)
    assert "refresh m failed" in str(caught[0])
    assert "connect and clone again" in str(caught[0])
    wait_until(lambda: sleeper(slow_shop) is None)
    assert TARGET not in schemas(slow_shop)


def test_a_statement_timeout_of_the_session_does_not_end_a_clone(shop):
    shop.execute("SET statement_timeout = '1ms'")

    plan = None
    with shop.transaction():
        shop.execute("SET LOCAL statement_timeout = 0")
        plan = compile_plan(shop, SOURCE)
    shop.execute("SET statement_timeout = '2s'")
    plan.run(shop, TARGET)
    shop.execute("RESET statement_timeout")

    assert verify(shop, SOURCE, TARGET) == []


def test_ctrl_c_rolls_back_and_exits_with_130(slow_shop, database_url):
    command = [sys.executable, "-m", "schema_tools", "clone", SOURCE, TARGET]
    with subprocess.Popen(
        [*command, "--database-url", database_url], stderr=subprocess.PIPE, text=True
    ) as process:
        wait_until(lambda: sleeper(slow_shop))
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=200)

    assert process.returncode == 130
    assert errors == "schema_tools: interrupted: the transaction was rolled back\n"
    wait_until(lambda: sleeper(slow_shop) is None)
    assert TARGET not in schemas(slow_shop)


def test_a_killed_client_s_statement_ends_on_the_server(shop, database_url):
    shop.execute("CREATE MATERIALIZED VIEW shop.m AS SELECT pg_sleep(60)::text WITH NO DATA")
    shop.execute("SET allow_system_table_mods = on")
    shop.execute("UPDATE pg_class SET relispopulated = true WHERE relname = 'm'")
    command = [sys.executable, "-m", "schema_tools", "clone", SOURCE, TARGET]
    with subprocess.Popen([*command, "--database-url", database_url]) as process:
        wait_until(lambda: sleeper(shop))
        process.kill()

    wait_until(lambda: sleeper(shop) is None)
    assert TARGET not in schemas(shop)


@pytest.mark.parametrize("stop_at", [1, 3])
def test_an_interrupt_in_the_progress_leaves_the_connection_usable(shop, stop_at):
    def stop(step):
        if step.done == stop_at:
            raise KeyboardInterrupt

    plan = compile_plan(shop, SOURCE)
    with pytest.raises(KeyboardInterrupt):
        plan.run(shop, TARGET, progress=stop)

    assert TARGET not in schemas(shop)
    plan.run(shop, TARGET)
    assert verify(shop, SOURCE, TARGET) == []


def test_a_lock_timeout_is_reported(shop, database_url):
    plan = compile_plan(shop, SOURCE)
    with psycopg.connect(database_url) as other:
        other.execute("LOCK TABLE shop.t IN ACCESS EXCLUSIVE MODE")
        shop.execute("SET lock_timeout = '50ms'")
        with pytest.raises(CloneFailed, match="let it end, or raise lock_timeout"):
            plan.run(shop, TARGET)

    plan.run(shop, TARGET)


@pytest.fixture
def small_disk():
    """A file system of 4 MB that the server may write to; only root can make one."""
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory)
        path.chmod(0o711)
        place = path / "disk"
        place.mkdir()
        command = ["mount", "-t", "tmpfs", "-o", "size=4m,mode=777", "tmpfs", str(place)]
        if os.geteuid() != 0 or subprocess.run(command, capture_output=True).returncode != 0:
            pytest.skip("a full disk needs a small file system, which only root may mount")
        try:
            yield place
        finally:
            subprocess.run(["umount", "--lazy", str(place)], check=True)


def test_a_full_disk_leaves_nothing_behind(shop, postgres, small_disk):
    space = small_disk / "space"
    space.mkdir()
    owner = Path(shop.execute("SHOW data_directory").fetchone()[0]).stat()
    os.chown(space, owner.st_uid, owner.st_gid)
    shop.execute(f"CREATE TABLESPACE tiny LOCATION '{space}'")
    try:
        shop.execute("CREATE TABLE shop.big (v text) TABLESPACE tiny")
        shop.execute("ALTER TABLE shop.big ALTER v SET STORAGE EXTERNAL")
        shop.execute("INSERT INTO shop.big SELECT repeat('x', 10000) FROM generate_series(1, 220)")

        with pytest.raises(CloneFailed, match=r"rows big failed: .*free space"):
            compile_plan(shop, SOURCE).run(shop, TARGET)

        assert TARGET not in schemas(shop)
    finally:
        shop.execute("DROP TABLE IF EXISTS shop.big")
        shop.execute("CHECKPOINT")
        shop.execute("DROP TABLESPACE tiny")


def test_a_template_that_is_written_to_is_copied_as_of_one_moment(connection, database_url):
    build(
        connection,
        SOURCE,
        "CREATE TABLE parent (id serial PRIMARY KEY);"
        " CREATE TABLE child (id serial PRIMARY KEY, parent integer NOT NULL REFERENCES parent)",
    )
    stop = threading.Event()

    def write():
        with psycopg.connect(database_url, autocommit=True) as writer:
            while not stop.is_set():
                writer.execute(
                    "WITH made AS (INSERT INTO shop.parent DEFAULT VALUES RETURNING id)"
                    " SELECT set_config('test.made', id::text, false) FROM made"
                )
                writer.execute(
                    "INSERT INTO shop.child (parent) VALUES (current_setting('test.made')::integer)"
                )

    thread = threading.Thread(target=write)
    thread.start()
    try:
        plan = compile_plan(connection, SOURCE)
        for number in range(8):
            report = plan.run(connection, f"{TARGET}_{number}")
            assert report.rows["parent"] - report.rows["child"] in (0, 1)
            row = connection.execute(
                f"SELECT max(id) <= (SELECT last_value FROM {TARGET}_{number}.child_id_seq)"
                f" FROM {TARGET}_{number}.child"
            ).fetchone()
            assert row[0] in (True, None)
    finally:
        stop.set()
        thread.join()
