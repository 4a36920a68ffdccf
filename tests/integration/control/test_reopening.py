"""What a restored dump left closed is opened again, or taken out of use with its reason."""

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import text

from app import create_app
from app.control.models import SessionStatus
from app.control.pool.tenant_pool import LOST
from app.control.reset.status import ResetStatus
from app.database.isolation import TENANT_PLACEHOLDER_ROLE, open_template, roles_of, tenant_role
from app.database.logins import login_of, make_logins
from app.database.openings import why_closed
from app.db import db, tenant_engine, tenant_transaction
from app.http.readiness import Readiness
from jobs import tasks
from jobs.clones.resetting import reset_session
from jobs.services import job_services
from tests.fixtures.parts import make_parts
from tests.integration.control.conftest import ACCOUNT, TEMPLATE, tenant_states
from tests.integration.control.steps import VISITOR, fill_pool, work

SECRET = "a secret for tests, at least 32 bytes long"


@pytest.fixture
def parts(database_url, redis_url, template_id, monkeypatch):
    """The services of jobs, with logins of the web's own and a template that tenants can open."""
    logins = make_logins(database_url, SECRET)
    with psycopg.connect(database_url) as owner:
        # The mark of a template of the demo's own migrations.
        owner.execute(f"CREATE TABLE {TEMPLATE}.alembic_version (version_num text)")
        open_template(owner, TEMPLATE)
    for name, value in {
        "DATABASE_URL": database_url,
        "WEB_DATABASE_URL": logins.web,
        "TENANT_DATABASE_URL": logins.tenants,
        "REDIS_URL": redis_url,
        "JWT_SECRET": SECRET,
        "DEMO_POOL_SIZE": "1",
    }.items():
        monkeypatch.setenv(name, value)
    job_services.cache_clear()
    made = make_parts()
    yield made
    made.engine.dispose()
    made.reset_engine.dispose()
    made.redis.close()
    job_services.cache_clear()


@pytest.fixture
def app(parts):
    """The web server's application."""
    made = create_app(parts.settings)
    with made.app_context():
        yield made
        tenant_engine().dispose()
        db.engine.dispose()


def lose_rights(database, *schemas):
    """Leave schemas as a dump without roles does: no rights, and no roles of tenants."""
    for schema in schemas:
        roles = [*roles_of(database, schema), TENANT_PLACEHOLDER_ROLE]
        for role in roles:
            for what in ("ALL TABLES IN SCHEMA", "ALL SEQUENCES IN SCHEMA", "SCHEMA"):
                statement = sql.SQL("REVOKE ALL ON " + what + " {} FROM {}")
                database.execute(statement.format(sql.Identifier(schema), sql.Identifier(role)))
        for role in roles[:-1]:
            database.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(role)))


def opened(parts):
    """A session with its tenant, out of a pool of one."""
    fill_pool(parts, 1)
    session = parts.sessions.open(ACCOUNT, VISITOR).session
    assert session.status is SessionStatus.ACTIVE
    return session


def schema_of(session):
    return f"demo_{session.tenant_id.hex}"


def why(parts, session):
    """Return why a session cannot be opened with the tenants' login, or None."""
    role = tenant_role(SECRET, session.tenant_id)
    return why_closed(parts.settings.tenant_url, schema_of(session), role)


def problems(app):
    return Readiness().find_problems(app.extensions["masa_madre.control"])


def test_a_cleanup_opens_templates_and_sessions_again(parts, database, app):
    session = opened(parts)
    with tenant_transaction(session.tenant_id) as visit:
        visit.execute(text("UPDATE bread SET name = 'mía' WHERE id = 1"))
    lose_rights(database, TEMPLATE, schema_of(session))
    assert "does not exist" in why(parts, session)
    assert problems(app)[1:] == [f"closed: {TEMPLATE}: it gives tenants no rights"]
    report = tasks.cleanup()
    assert (report["reopened"], report["failed_steps"]) == (2, 0)
    assert why(parts, session) is None
    with tenant_transaction(session.tenant_id) as visit:
        assert visit.scalar(text("SELECT name FROM bread WHERE id = 1")) == "mía"
    work(parts)  # the refill: what is cloned from now on can be opened, too
    assert problems(app)[1:] == []
    assert tasks.cleanup()["reopened"] == 0


def test_a_login_that_was_made_again_may_take_on_the_roles(parts, database):
    session = opened(parts)
    role = sql.Identifier(tenant_role(SECRET, session.tenant_id).name)
    login = sql.Identifier(login_of(parts.settings.tenant_url))
    database.execute(sql.SQL("REVOKE {} FROM {}").format(role, login))
    assert "permission denied" in why(parts, session)
    assert tasks.cleanup()["reopened"] == 1
    assert why(parts, session) is None


def test_a_ready_tenant_that_cannot_be_opened_is_replaced(parts, database, app):
    fill_pool(parts, 1)
    (closed,) = database.execute("SELECT id FROM control.tenants WHERE state = 'ready' AND is_demo")
    lose_rights(database, f"demo_{closed[0].hex}")
    assert problems(app)[1:] == [f"closed: {TEMPLATE}: no role of ours opens its tenants"]
    tasks.cleanup()
    work(parts)
    (ready,) = database.execute("SELECT id FROM control.tenants WHERE state = 'ready' AND is_demo")
    assert ready != closed
    assert problems(app)[1:] == []


@pytest.mark.parametrize(
    "spoil",
    ["DROP SCHEMA {} CASCADE", "DROP TABLE {}.bread"],
    ids=["no schema", "no table"],
)
def test_a_session_that_stays_closed_has_failed_with_a_sentence(parts, database, spoil):
    session = opened(parts)
    lose_rights(database, schema_of(session))
    database.execute(sql.SQL(spoil).format(sql.Identifier(schema_of(session))))
    tasks.cleanup()
    failed = parts.sessions.fetch(session.session_id)
    assert (failed.status, failed.failure) == (SessionStatus.FAILED, LOST)
    assert parts.health.incidents()["schema_closed"] == 1
    work(parts)
    assert tenant_states(database).count("leased") == 0


def test_a_reset_of_a_session_that_cannot_be_opened_gives_it_a_fresh_tenant(parts, database):
    session = opened(parts)
    lose_rights(database, schema_of(session))
    assert reset_session(parts, session.id) is ResetStatus.DONE
    now = parts.sessions.fetch(session.session_id)
    assert now.tenant_id != session.tenant_id
    assert why(parts, now) is None


def test_a_template_without_its_schema_waits_for_the_seeds(parts, database, app):
    database.execute(f"DROP SCHEMA {TEMPLATE} CASCADE")
    tasks.cleanup()
    state = "SELECT state::text, template_digest FROM control.tenants WHERE is_demo_template"
    assert database.execute(state).fetchone() == ("cloning", None)
    assert problems(app) == ["missing: central_baker, individual_bakery"]


def test_what_a_foreign_template_gave_is_not_guessed(parts, database, app):
    database.execute(f"DROP TABLE {TEMPLATE}.alembic_version")
    lose_rights(database, TEMPLATE)
    report = tasks.cleanup()
    assert (report["reopened"], parts.health.incidents()["schema_closed"]) == (0, 1)
    assert problems(app)[0].startswith("missing: central_baker")
    assert problems(app)[1:] == [f"closed: {TEMPLATE}: it gives tenants no rights"]


def test_without_the_tenants_login_nothing_is_given_up(parts, database):
    session = opened(parts)
    fill_pool(parts, 1)
    lose_rights(database, schema_of(session))
    absent = parts.settings.model_copy(
        update={"tenant_database_url": "postgresql://nobody_here@127.0.0.1/x"}
    )
    reopening = type(parts.reopening)(
        parts.engine, absent.tenant_url, (SECRET,), parts.reopening.tables
    )
    assert reopening.tenants().given_up == []
    assert tenant_states(database) == ["leased", "ready"]
    assert parts.sessions.fetch(session.session_id).status is SessionStatus.ACTIVE
