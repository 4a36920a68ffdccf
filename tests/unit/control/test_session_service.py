"""What the session service decides: the test gives Postgres' answers and records the calls."""

from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from uuid import UUID

import pytest
from redis.exceptions import ConnectionError as RedisAway

from app.control import transitions
from app.control.models import SessionStatus
from app.control.reset.status import ResetStatus
from app.control.sessions import finding, publishing
from app.control.sessions import service as module
from app.control.sessions.service import SessionService
from app.control.sessions.session_view import Visitor
from app.control.sharing import service as links
from app.errors import Conflict, NotFound, TooManyRequests, Unauthorized, Unavailable
from app.settings.table import Settings

SESSION, TENANT, OTHER_TENANT = UUID(int=1), UUID(int=2), UUID(int=3)
NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)
VISITOR = Visitor("192.0.2.0", "a browser")
OPEN = transitions.OPEN_SESSION.statement
END = transitions.END_SESSION.statement
RELEASE = transitions.RELEASE_TENANTS.statement
REVOKE = links._SQL["revoke_shares"]
FIND, EXTEND, NOT_CACHED = finding.FIND, module._EXTEND, publishing._MARK_NOT_CACHED


def row(**known):
    """A row of `control.demo_sessions`, as a statement returns it."""
    values = {
        "id": SESSION, "session_id": "demo_secret", "demo_account_type": "notes",
        "virtual_tenant_id": TENANT, "status": "active", "created_at": NOW,
        "expires_at": NOW + timedelta(minutes=30), "extensions": 0, "request_count": 0,
        "data_cloned": True, "metadata": {}, "is_over": False, "refusal": None, "retry_after": 0,
        "awaited": None, "is_shortened": False, **known,
    }  # fmt: skip
    return SimpleNamespace(**values, _mapping=values)


class Answer(list):
    """What a statement answered: as one row, and as rows."""

    def __init__(self, found):
        super().__init__([found] if found else [])
        self.one = self.one_or_none = lambda: found


class Answers:
    """Stands for the engine: hands out the rows it was given, and records what is asked."""

    def __init__(self, log):
        self.log = log
        self.rows = {}

    def give(self, statement, *rows):
        self.rows[statement] = list(rows)

    @contextmanager
    def begin(self):
        yield self
        self.log.append(("commit",))

    @contextmanager
    def connect(self):
        yield self

    def execution_options(self, **options):
        assert options == {"isolation_level": "AUTOCOMMIT"}, "opening commits in its round trip"

    def execute(self, statement, parameters):
        self.log.append((statement, parameters))
        rows = self.rows.get(statement, [])
        found = rows.pop(0) if len(rows) > 1 else (rows or [None])[0]
        return Answer(found)

    def scalars(self, statement):
        return SimpleNamespace(all=lambda: self.rows.get(statement, []))


class Recorder:
    """Stands for a collaborator: records its calls, and fails where Redis is said to be away."""

    def __init__(self, log, name):
        self._log, self._name = log, name
        self.is_away = False
        self.statuses = []

    def find_reset(self, _):
        return self.statuses[0]

    def __getattr__(self, call):
        def record(*args, **options):
            if self.is_away:
                raise RedisAway
            self._log.append((f"{self._name}.{call}", *args, *options.items()))

        return record


class Tokens:
    def issue(self, session_id, expires_at):
        return f"{session_id} until {expires_at:%H:%M}"


@pytest.fixture
def world():
    log = []
    answers, cache = Answers(log), Recorder(log, "cache")
    dispatcher = Recorder(log, "dispatcher")
    settings = Settings(
        _env_file=None,
        database_url="postgresql://nobody@127.0.0.1:1/none",
        redis_url="redis://127.0.0.1:1/0",
        jwt_secret="s" * 32,
    )
    service = SessionService(answers, settings, cache, Tokens(), dispatcher)
    return SimpleNamespace(
        log=log, answers=answers, cache=cache, dispatcher=dispatcher, service=service,
    )  # fmt: skip


def calls(world, name):
    return [entry for entry in world.log if entry[0] == name]


def names(world):
    """The calls to collaborators other than Postgres."""
    told = [entry[0] for entry in world.log if isinstance(entry[0], str)]
    return [name for name in told if name != "commit"]


def test_a_session_with_a_tenant_is_stored_and_the_pool_refilled(world):
    world.answers.give(OPEN, row())
    opened = world.service.open("notes", VISITOR)
    assert opened.session.status is SessionStatus.ACTIVE
    assert opened.token == "demo_secret until 12:30"
    assert calls(world, "cache.put") == [("cache.put", opened.session, ("new", True))]
    assert calls(world, "dispatcher.refill") == [("dispatcher.refill", "notes")]
    assert calls(world, "dispatcher.clone") == []


def test_a_waiting_session_has_its_clone_made_and_a_token_for_its_whole_time(world):
    world.answers.give(OPEN, row(status="pending", virtual_tenant_id=None, awaited=TENANT))
    opened = world.service.open("notes", VISITOR)
    assert opened.token == "demo_secret until 13:00"
    assert calls(world, "dispatcher.clone") == [("dispatcher.clone", TENANT)]
    assert calls(world, "dispatcher.refill") == []


def test_near_the_limit_a_creation_is_retried_serially_with_new_secrets(world):
    world.answers.give(OPEN, row(refusal="again"), row())
    world.service.open("notes", VISITOR)
    first, second = (entry[1] for entry in calls(world, OPEN))
    assert (first["alone"], second["alone"]) == (False, True)
    for name in ("tenant_id", "session_id"):
        assert first[name] != second[name]
    assert len(second["session_id"]) >= len("demo_") + 32


@pytest.mark.parametrize(
    ("refusal", "kind", "code"),
    [
        ("capacity", Unavailable, "capacity"),
        ("rate", TooManyRequests, "creation_rate"),
        ("template_missing", Unavailable, "template_missing"),
    ],
)
def test_a_refusal_says_why_and_when_to_come_back(world, refusal, kind, code):
    world.answers.give(OPEN, row(refusal=refusal, retry_after=0))
    with pytest.raises(kind) as refused:
        world.service.open("notes", VISITOR)
    assert refused.value.error_code == code
    assert refused.value.headers["Retry-After"] == "1"
    assert names(world) == []


def test_a_session_opens_though_its_record_cannot_be_written(world):
    world.cache.is_away = world.dispatcher.is_away = True
    world.answers.give(OPEN, row())
    assert world.service.open("notes", VISITOR).session.status is SessionStatus.ACTIVE
    assert calls(world, NOT_CACHED) == [(NOT_CACHED, {"demo_session_id": SESSION})]


def test_an_extension_is_stored_after_its_commit(world):
    world.answers.give(EXTEND, row(extensions=1))
    extended = world.service.extend("demo_secret")
    assert extended.session.extensions == 1
    ((_, parameters),) = calls(world, EXTEND)
    assert parameters == {
        "session_id": "demo_secret",
        "duration": 1800,
        "max_extensions": 3,
        "busy": 160,
        "full": 190,
        "once": None,
    }
    assert world.log[-2:] == [("commit",), ("cache.put", extended.session, ("new", False))]


@pytest.mark.parametrize(
    ("found", "kind", "code"),
    [
        (row(extensions=3), Conflict, "extension_limit"),
        (row(), Unavailable, "extension_crowded"),
        (row(status="pending"), Conflict, "session_pending"),
        (row(status="destroyed"), Unauthorized, "session_expired"),
        (row(is_over=True), Unauthorized, "session_expired"),
        (None, NotFound, "session_unknown"),
    ],
)
def test_an_extension_that_is_refused_says_why(world, found, kind, code):
    world.answers.give(FIND, found)
    with pytest.raises(kind) as refused:
        world.service.extend("demo_secret")
    assert refused.value.error_code == code
    assert names(world) == []


def test_ending_releases_the_tenant_in_its_transaction_then_updates_the_gateway(world):
    world.answers.give(END, row(status="destroyed"))
    world.answers.give(REVOKE, SimpleNamespace(id=UUID(int=4)))
    assert world.service.end("demo_secret", "operator").status is SessionStatus.DESTROYED
    assert world.log == [
        (END, {"session_id": "demo_secret", "ended_by": "operator"}),
        (RELEASE, {"demo_session_ids": [SESSION]}),
        (REVOKE, {"demo_session_id": SESSION}),
        ("commit",),
        ("cache.forget", "demo_secret"),
        ("cache.forget", "share_00000000000000000000000000000004"),
        ("dispatcher.drop", TENANT),
    ]


def test_ending_an_ended_session_only_updates_the_gateway(world):
    world.answers.give(FIND, row(status="expired"))
    assert world.service.end("demo_secret").status is SessionStatus.EXPIRED
    assert names(world) == ["cache.forget"]


def test_a_session_ends_while_redis_is_away(world):
    world.cache.is_away = world.dispatcher.is_away = True
    world.answers.give(END, row(status="destroyed"))
    assert world.service.end("demo_secret").status is SessionStatus.DESTROYED


@pytest.mark.parametrize(
    ("status", "is_under_way"), [(ResetStatus.DONE, False), (ResetStatus.RUNNING, True)]
)
def test_a_reset_is_asked_for_by_the_rows_id_and_read_again(world, status, is_under_way):
    world.answers.give(FIND, row(), row(virtual_tenant_id=OTHER_TENANT))
    world.dispatcher.statuses = [status]
    opened = world.service.reset("demo_secret", wait=0)
    assert calls(world, "dispatcher.reset") == [("dispatcher.reset", SESSION)]
    assert opened.session.tenant_id == OTHER_TENANT
    assert opened.reset_is_under_way is is_under_way


@pytest.mark.parametrize(
    ("status", "noted"), [(ResetStatus.DONE, ["reset key"]), (ResetStatus.RUNNING, [])]
)
def test_a_key_is_noted_when_its_reset_is_done_and_not_before(world, status, noted):
    world.answers.give(FIND, row())
    world.dispatcher.statuses = [status]
    world.service.reset("demo_secret", wait=0, once="key")
    told = [entry for entry in world.log if entry[0] in ("dispatcher.reset", module._NOTE)]
    assert told[0] == ("dispatcher.reset", SESSION)
    assert [entry[1]["once"] for entry in told[1:]] == noted


def test_a_reset_that_failed_is_done_when_its_key_comes_again(world):
    world.answers.give(FIND, row())
    world.dispatcher.is_away = True
    with pytest.raises(Unavailable):
        world.service.reset("demo_secret", wait=0, once="key")
    assert calls(world, module._NOTE) == []
    world.dispatcher.is_away, world.dispatcher.statuses = False, [ResetStatus.DONE]
    assert not world.service.reset("demo_secret", wait=0, once="key").is_replayed
    assert calls(world, "dispatcher.reset") == [("dispatcher.reset", SESSION)]


def test_a_reset_that_was_done_is_not_done_again_for_its_key(world):
    world.answers.give(FIND, row(metadata={"once": ["reset key"]}))
    assert world.service.reset("demo_secret", once="key").is_replayed
    assert calls(world, "dispatcher.reset") == []


@pytest.mark.parametrize(("wait", "seconds"), [(None, 3), (0, 0), (7, 7)])
def test_a_reset_is_waited_for_as_long_as_was_said_or_set(world, monkeypatch, wait, seconds):
    waited = []
    resets = SimpleNamespace(run=lambda _, wait: waited.append(wait) or ResetStatus.DONE)
    monkeypatch.setattr(world.service, "_resets", resets)
    monkeypatch.setattr(world.service, "_settings", SimpleNamespace(demo_reset_wait_seconds=3))
    world.answers.give(FIND, row())
    world.service.reset("demo_secret", wait=wait)
    assert waited == [seconds]


def test_the_secret_of_a_session_is_not_shown(world):
    world.answers.give(FIND, row())
    assert "demo_secret" not in repr(world.service.fetch("demo_secret"))


def test_a_reset_of_a_session_that_is_over_is_not_asked_for(world):
    world.answers.give(FIND, row(status="expired"))
    with pytest.raises(Unauthorized):
        world.service.reset("demo_secret")
    assert names(world) == []


def test_a_reset_while_redis_is_away_says_so(world):
    world.answers.give(FIND, row())
    world.dispatcher.is_away = True
    with pytest.raises(Unavailable) as refused:
        world.service.reset("demo_secret")
    assert refused.value.error_code == "reset_unavailable"


@pytest.mark.parametrize(
    ("status", "is_over", "shown", "is_open"),
    [
        ("active", False, SessionStatus.ACTIVE, True),
        ("active", True, SessionStatus.EXPIRED, False),
        ("pending", False, SessionStatus.PENDING, True),
        ("pending", True, SessionStatus.EXPIRED, False),
        ("destroyed", True, SessionStatus.DESTROYED, False),
        ("failed", True, SessionStatus.FAILED, False),
    ],
)
def test_a_session_whose_time_is_over_counts_as_expired_before_cleanup(
    world, status, is_over, shown, is_open
):
    world.answers.give(FIND, row(status=status, is_over=is_over))
    session = world.service.fetch("demo_secret")
    assert session.status is shown
    assert (world.service.token_for(session) is not None) is is_open
    if is_open:
        assert world.service.fetch_open("demo_secret") == session
    else:
        with pytest.raises(Unauthorized):
            world.service.fetch_open("demo_secret")
