"""A destroyed session is refused at once, even if Redis loses, delays or reorders writes."""

import pytest

from app.control.sessions.service import SessionService
from gateway import SessionForgotten, Sessions, connect_redis
from jobs.services import GatewayCache, make_store, make_tokens, session_record
from tests.fixtures.tcp_proxy import tcp_proxy
from tests.integration.control.conftest import ACCOUNT
from tests.integration.control.steps import VISITOR, fill_pool

pytestmark = pytest.mark.parametrize("postgres", ["18"], indirect=True)


@pytest.fixture
def proxy(redis_url):
    with tcp_proxy(redis_url) as made:
        yield made


@pytest.fixture
def web(parts, proxy):
    """The session service of a web process whose way to Redis is the proxy."""
    settings = parts.settings.model_copy(update={"redis_url": proxy.url})
    return SessionService(
        parts.engine,
        settings,
        GatewayCache(make_store(settings, connect_redis(settings.redis_url))),
        make_tokens(settings),
        parts.dispatcher,
    )


@pytest.fixture
def session(parts, web):
    fill_pool(parts, 1)
    return web.open(ACCOUNT, VISITOR).session


@pytest.fixture
def other_process(parts):
    """The gateway of another web process, which reaches Redis all the time."""
    store = make_store(parts.settings, connect_redis(parts.settings.redis_url))
    return Sessions(store, lambda session_id: read(parts, session_id))


def read(parts, session_id):
    found = parts.sessions.find(session_id)
    return None if found is None else session_record(found)


def is_refused(sessions, session):
    try:
        record = sessions.get(session.session_id)
    except SessionForgotten:
        return True
    return record is None or record.status != "active"


def test_a_tombstone_ends_the_session_at_once(web, session, other_process):
    assert not is_refused(other_process, session)
    web.end(session.session_id)
    assert is_refused(other_process, session)


def test_a_lost_tombstone_still_ends_the_session(web, session, other_process, proxy):
    assert not is_refused(other_process, session)
    proxy.lose()
    web.end(session.session_id)
    assert is_refused(other_process, session)
    proxy.release()
    assert is_refused(other_process, session)


def test_a_late_tombstone_still_ends_the_session(web, session, other_process, proxy):
    assert not is_refused(other_process, session)
    proxy.delay()
    web.end(session.session_id)
    assert proxy.held() > 0
    assert is_refused(other_process, session)
    proxy.release()
    assert is_refused(other_process, session)


def test_an_extension_written_after_the_end_does_not_revive_the_session(
    parts, web, session, other_process, proxy
):
    extended = parts.sessions.extend(session.session_id).session
    proxy.lose()
    web.end(session.session_id)
    parts.cache.put(extended)
    assert is_refused(other_process, session)


def test_an_old_answer_of_postgres_does_not_revive_the_session(parts, web, session, proxy):
    store = make_store(parts.settings, connect_redis(parts.settings.redis_url))

    def slow(session_id):
        before = read(parts, session_id)
        proxy.lose()
        web.end(session_id)
        return before

    parts.redis.flushall()
    assert not is_refused(Sessions(store, slow), session), "it was asked for before the end"
    sessions = Sessions(store, lambda session_id: read(parts, session_id))
    assert is_refused(sessions, session)
