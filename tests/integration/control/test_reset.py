"""A reset brings back the template's rows exactly, in place, whatever was written."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from app import create_app
from app.control.services import KEY
from app.database.logins import make_logins
from app.db import db
from app.errors import Unavailable
from tests.integration.control.conftest import ACCOUNT, TEMPLATE, differences
from tests.integration.control.test_sessions import VISITOR, fill_pool

RICH = """
SET search_path = {template};
CREATE TYPE grade AS ENUM ('good', 'bad');
CREATE SEQUENCE tickets START 100;
CREATE TABLE shops (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text UNIQUE,
    grade grade, grades grade[], updated_at timestamptz DEFAULT '2026-01-01 00:00Z');
CREATE TABLE sales (id bigint PRIMARY KEY DEFAULT nextval('tickets'),
    shop_id integer REFERENCES shops, price numeric NOT NULL,
    twice numeric GENERATED ALWAYS AS (price * 2) STORED, refund_of bigint REFERENCES sales);
CREATE TABLE notes (line text);
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN NEW.updated_at := now(); RETURN NEW; END $$;
CREATE TRIGGER touch BEFORE INSERT OR UPDATE ON shops FOR EACH ROW EXECUTE FUNCTION touch();
CREATE TRIGGER touch_always BEFORE UPDATE ON shops FOR EACH ROW EXECUTE FUNCTION touch();
ALTER TABLE shops ENABLE ALWAYS TRIGGER touch_always;
ALTER TABLE shops DISABLE TRIGGER USER;
INSERT INTO shops (name, grade, grades) VALUES ('uno', 'good', '{{good,bad}}'), ('dos', NULL, NULL);
ALTER TABLE shops ENABLE TRIGGER touch; ALTER TABLE shops ENABLE ALWAYS TRIGGER touch_always;
INSERT INTO sales (shop_id, price, refund_of) VALUES (1, 10, NULL), (2, 20, NULL), (1, -10, 100);
INSERT INTO notes VALUES ('a'), ('a'), ('b');
"""

CHANGES = {
    "nothing": "SELECT 1",
    "rows added": "INSERT INTO shops (name, grade) VALUES ('tres', 'bad');"
    " INSERT INTO sales (shop_id, price) VALUES (3, 5), (1, 6)",
    "rows changed": "UPDATE shops SET name = name || '!', grade = 'bad', grades = '{{bad}}';"
    " UPDATE sales SET price = price + 1",
    "rows touched and changed back": "UPDATE sales SET price = price + 1;"
    " UPDATE sales SET price = price - 1",
    "rows deleted": "DELETE FROM sales; DELETE FROM shops WHERE id = 2",
    "keys changed": "UPDATE sales SET id = id + 1000 WHERE refund_of IS NULL AND shop_id = 2",
    "a changed row that refers to a new one": "INSERT INTO shops (name) VALUES ('nuevo');"
    " UPDATE sales SET shop_id = 3; UPDATE sales SET refund_of = id",
    "a table without a key": "DELETE FROM notes WHERE line = 'b'; INSERT INTO notes VALUES ('c')",
    "sequences": "SELECT nextval('tickets'), setval(pg_get_serial_sequence('shops', 'id'), 77)",
    "much of everything": "INSERT INTO shops (name) SELECT g::text FROM generate_series(1, 500) g;"
    " INSERT INTO sales (shop_id, price) SELECT id, id FROM shops; UPDATE sales SET price = 1;"
    " VACUUM shops; DELETE FROM sales WHERE refund_of IS NOT NULL",
}


@pytest.fixture
def session(parts, database):
    """A session on a template with enums, triggers, keys and sequences of all kinds."""
    database.execute(RICH.format(template=TEMPLATE))
    fill_pool(parts, 1)
    return parts.sessions.open(ACCOUNT, VISITOR).session


def schema_of(session):
    return f"demo_{session.tenant_id.hex}"


def change(database, session, script):
    database.execute(f"SET search_path = {schema_of(session)}")
    for statement in script.format().split(";"):
        database.execute(statement)
    database.execute("RESET search_path")


@pytest.mark.parametrize("script", CHANGES.values(), ids=CHANGES.keys())
def test_whatever_was_written_is_put_right_in_place(parts, database, session, script):
    for _ in range(2):  # what was put right once is written since the clone, too
        change(database, session, script)
        reset = parts.sessions.reset(session.session_id).session
        assert reset.tenant_id == session.tenant_id
        assert reset.expires_at == session.expires_at
        assert differences(database, schema_of(session)) == []


def test_what_cannot_be_put_right_in_place_gets_a_fresh_tenant(parts, database, session):
    fill_pool(parts, 1)
    change(
        database,
        session,
        "UPDATE shops SET name = CASE id WHEN 1 THEN 'dos' ELSE 'x' || id END"
        " WHERE id = 2; UPDATE shops SET name = 'dos' WHERE id = 1",
    )
    database.execute(f"ALTER TABLE {schema_of(session)}.notes RENAME TO lines")
    reset = parts.sessions.reset(session.session_id).session
    assert reset.tenant_id != session.tenant_id
    assert differences(database, schema_of(reset)) == []


def test_a_session_reads_on_while_it_is_reset(parts, database_url, database, session, monkeypatch):
    from app.control.reset.repair import Repair

    change(database, session, "UPDATE sales SET price = 0")
    begun, go_on = threading.Event(), threading.Event()
    right = Repair.put_right

    def slow(self, touched):
        right(self, touched)
        begun.set()
        go_on.wait(10)

    monkeypatch.setattr(Repair, "put_right", slow)
    with ThreadPoolExecutor(1) as threads:
        resetting = threads.submit(parts.sessions.reset, session.session_id)
        assert begun.wait(10)
        with psycopg.connect(database_url, options="-c lock_timeout=1000") as visitor:
            seen = visitor.execute(f"SELECT sum(price) FROM {schema_of(session)}.sales").fetchone()
        go_on.set()
        resetting.result()
    assert seen == (0,)
    assert differences(database, schema_of(session)) == []


def test_a_session_that_does_not_stop_writing_is_told_to_try_again(
    parts, database_url, database, session
):
    with psycopg.connect(database_url) as writer:
        writer.execute(f"UPDATE {schema_of(session)}.sales SET price = 3")
        started = time.monotonic()
        with pytest.raises(Unavailable) as refused:
            parts.sessions.reset(session.session_id)
        assert refused.value.error_code == "busy"
        assert time.monotonic() - started < 10
    parts.sessions.reset(session.session_id)
    assert differences(database, schema_of(session)) == []


def test_resets_at_once_and_a_destruction_leave_one_truth(parts, database, session):
    change(database, session, "UPDATE sales SET price = 0")
    with ThreadPoolExecutor(4) as threads:
        resets = [threads.submit(parts.sessions.reset, session.session_id) for _ in range(4)]
    assert {future.result().session.tenant_id for future in resets} == {session.tenant_id}
    assert differences(database, schema_of(session)) == []


def test_no_backend_remembers_more_than_some_of_the_tenants_that_were_reset(
    parts, database, database_url, session, monkeypatch
):
    """Every reset touches all of a tenant's relations; a backend keeps what it touched."""
    monkeypatch.setattr("app.factory.RESETS_PER_CONNECTION", 2)
    logins = make_logins(database_url, parts.settings.jwt_secret)
    settings = parts.settings.model_copy(
        update={"web_database_url": logins.web, "tenant_database_url": logins.tenants}
    )
    app = create_app(settings)
    service = app.extensions[KEY].sessions
    before, seen = backends_of_the_owner(database), set()
    for _ in range(5):
        service.reset(session.session_id)
        seen |= backends_of_the_owner(database) - before
    assert len(seen) == 3
    service._resetter._owner.dispose()
    with app.app_context():
        db.engine.dispose()


def backends_of_the_owner(database):
    rows = database.execute(
        "SELECT pid FROM pg_stat_activity WHERE datname = current_database()"
        " AND usename = current_user"
    )
    return {row[0] for row in rows}
