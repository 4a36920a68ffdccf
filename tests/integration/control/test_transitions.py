"""Each transition makes the changes that it names and no other; every pair of states is tried."""

from itertools import product
from uuid import UUID, uuid4

import pytest
from sqlalchemy import create_engine, text

from app.control import transitions
from app.control.models import SessionStatus, TenantState
from app.control.transitions import Transition
from app.database.engines import engine_url
from app.migrations import CONTROL

NAMED = {name: value for name, value in vars(transitions).items() if isinstance(value, Transition)}
TEMPLATE, TENANT, SPARE, SESSION = (UUID(int=number) for number in range(1, 5))
OF_TEMPLATES = {
    "REGISTER_TEMPLATE", "EMPTY_TEMPLATE", "PUBLISH_TEMPLATE", "FAIL_TEMPLATE", "RETIRE_TEMPLATE",
    "DELETE_TEMPLATES",
}  # fmt: skip

PARAMETERS = {
    "OPEN_SESSION": {
        "id": uuid4(), "tenant_id": uuid4(), "session_id": "new", "template_key": "notes",
        "user_id": None, "ip_address": None, "address_digests": [], "user_agent": None,
        "duration": 60, "max_sessions": 9, "max_per_minute": 0, "max_per_address": 0, "alone": True,
        "details": "{}",
    },
    "HAND_OVER": {"template_id": TEMPLATE, "duration": 60},
    "END_SESSION": {"session_id": "secret", "ended_by": "visitor"},
    "EXPIRE_SESSIONS": {"idle_seconds": 0, "idle_seconds_when_full": 0, "max_sessions": 9},
    "FAIL_WAITING_SESSION": {"demo_session_id": SESSION, "failure": "why"},
    "FAIL_SESSION": {"demo_session_id": SESSION, "failure": "why"},
    "FAIL_SESSION_OF_TENANT": {"tenant_id": TENANT, "failure": "why"},
    "CLOSE_SESSION": {"demo_session_id": SESSION},
    "CLOSE_SESSION_OF_TENANT": {"tenant_id": TENANT},
    "PURGE_SESSIONS": {"retention": 60},
    "REGISTER_CLONE": {
        "id": uuid4(), "name": "new", "schema_name": "demo_new", "account_type": "notes",
        "template_id": TEMPLATE,
    },
    "MARK_READY": {"tenant_id": TENANT, "template_version": 1, "revision": "a", "seconds": 1.0},
    "FAIL_CLONE": {"tenant_id": TENANT, "failure": "why"},
    "REPLACE_TENANT": {"demo_session_id": SESSION, "tenant_id": TENANT},
    "RELEASE_TENANTS": {"demo_session_ids": [SESSION]},
    "RELEASE_TENANT": {"tenant_id": TENANT},
    "RETIRE_SURPLUS": {"account_type": "notes", "size": 0},
    "RETIRE_TENANTS": {"tenant_ids": [TENANT]},
    "RETIRE_LOST_TENANT": {"tenant_id": TENANT},
    "BEGIN_DROP": {"tenant_id": TENANT},
    "DELETE_TENANT": {"tenant_id": TENANT},
    "REGISTER_TEMPLATE": {
        "id": TEMPLATE, "name": "new", "schema_name": "template_notes", "account_type": "notes",
    },
    "EMPTY_TEMPLATE": {"schema_name": "template_notes"},
    "PUBLISH_TEMPLATE": {
        "schema_name": "template_notes", "name": "new", "digest": "d", "revision": "a",
        "data_on": None,
    },
    "FAIL_TEMPLATE": {"template_id": TEMPLATE, "failure": "why"},
    "RETIRE_TEMPLATE": {"template_id": TEMPLATE},
    "DELETE_TEMPLATES": {},
}  # fmt: skip

INSERT_TENANT = text(
    "INSERT INTO control.tenants (id, name, schema_name, account_type, is_demo, is_demo_template,"
    " base_demo_tenant_id, demo_session_id, state, template_version, revision)"
    " VALUES (:id, 'n', :schema, 'notes', :is_demo, NOT :is_demo, :template,"
    " :session, CAST(:state AS control.tenant_state), :version, 'a')"
)
INSERT_SESSION = text(
    "INSERT INTO control.demo_sessions (id, session_id, base_demo_tenant_id, virtual_tenant_id,"
    " demo_account_type, status, expires_at, destroyed_at) VALUES (:id, 'secret', :template,"
    " :tenant, 'notes', CAST(:status AS control.session_status),"
    " now() + make_interval(mins => :minutes), now() - interval '1 day')"
)
TENANT_ROWS = text("SELECT id, state::text, ctid::text FROM control.tenants")
SESSION_ROWS = text("SELECT id, status::text, ctid::text FROM control.demo_sessions")


pytestmark = pytest.mark.parametrize("postgres", ["18"], indirect=True)
"""These tests do not depend on the Postgres version."""


@pytest.fixture(scope="module")
def connection(migrated_url):
    """A connection to an empty control schema."""
    engine = create_engine(engine_url(migrated_url))
    with engine.connect() as opened:
        yield opened
    engine.dispose()


def insert_tenant(connection, tenant_id, state, template=TEMPLATE, session=None, version=1):
    schema = "template_notes" if template is None else f"demo_{tenant_id.hex}"
    values = {"id": tenant_id, "schema": schema, "template": template, "session": session}
    values["is_demo"] = template is not None
    connection.execute(INSERT_TENANT, {**values, "state": state, "version": version})


def set_scene(connection, name, state, status):
    """One tenant in a state, and one session in a status; either may be missing.

    The purged and the expired are past their time; a tenant to replace has a spare one.
    """
    if name in OF_TEMPLATES:
        if state is not None:
            insert_tenant(connection, TEMPLATE, state, template=None)
        return
    insert_tenant(connection, TEMPLATE, "ready", template=None)
    if state is not None:
        session = None if status is None else SESSION
        # What is surplus is what no template of now fits.
        version = 0 if name == "RETIRE_SURPLUS" else 1
        insert_tenant(connection, TENANT, state, session=session, version=version)
        if name == "REPLACE_TENANT" and state != "ready":
            insert_tenant(connection, SPARE, "ready")
    if status is not None:
        values = {"id": SESSION, "template": TEMPLATE, "status": status}
        minutes = -1 if name == "EXPIRE_SESSIONS" else 60
        tenant = None if status == "pending" else TENANT
        connection.execute(INSERT_SESSION, {**values, "minutes": minutes, "tenant": tenant})


def look(connection):
    """Every row of the two tables: its state, and what changes whenever it is written."""
    return [
        {row[0]: tuple(row[1:]) for row in connection.execute(query)}
        for query in (TENANT_ROWS, SESSION_ROWS)
    ]


def changes(before, after):
    """The rows that were written, as pairs of the state before and after."""
    ids = [key for key in before | after if before.get(key) != after.get(key)]
    return {(before.get(key, [None])[0], after.get(key, [None])[0]) for key in ids}


def try_all(connection, name):
    """Run a transition in every scene, each undone again. Gives all changes that it made."""
    statuses = [None, *SessionStatus] if name not in OF_TEMPLATES else [None]
    tenants, sessions = set(), set()
    for state, status in product([None, *TenantState], statuses):
        with connection.begin() as scene:
            set_scene(connection, name, state, status)
            before = look(connection)
            NAMED[name].run(connection, **PARAMETERS[name])
            of_tenants, of_sessions = map(changes, before, look(connection))
            tenants |= of_tenants
            sessions |= of_sessions
            scene.rollback()
    return tenants, sessions


def values_of(pairs):
    return {tuple(None if item is None else item.value for item in pair) for pair in pairs}


def is_change(pair):
    return pair[0] != pair[1]


@pytest.mark.parametrize("name", NAMED)
def test_a_transition_makes_the_changes_that_it_names_and_no_other(connection, name):
    declared = values_of(NAMED[name].tenants), values_of(NAMED[name].sessions)
    for seen, named in zip(try_all(connection, name), declared, strict=True):
        assert named <= seen, "each named change happens"
        assert set(filter(is_change, seen)) <= named, "and no other does"


def test_the_function_in_the_database_is_the_one_in_the_current_file(connection):
    """The newest frozen copy is the current file, and migrating leaves that definition behind."""
    current = (CONTROL.parents[1] / "control" / "sql" / "open_session.sql").read_text()
    frozen = sorted(
        (CONTROL / "sql").glob("open_session_v*.sql"), key=lambda p: int(p.stem.rpartition("v")[2])
    )
    assert frozen[-1].read_text() == current
    defined = text(
        "SELECT oid::regprocedure::text, pg_get_functiondef(oid) FROM pg_proc WHERE oid ="
        " (SELECT max(oid::bigint)::oid FROM pg_proc"
        " WHERE pronamespace = 'control'::regnamespace AND proname = 'open_session')"
    )
    with connection.begin() as scene:
        name, migrated = connection.execute(defined).one()
        connection.exec_driver_sql(f"DROP FUNCTION {name}")
        connection.exec_driver_sql(current.replace("%", "%%"))
        assert connection.execute(defined).one() == (name, migrated)
        scene.rollback()
