"""Limits refuse one session or address with a message, and do not affect the others."""

import threading
from datetime import timedelta

import pytest

from gateway import (
    FAILED_CREDENTIAL_KEY,
    Counters,
    CreationLimit,
    FailedCredentials,
    NamedLimits,
    OpenLogins,
    OpenRequests,
    Policy,
    Quota,
    RequestLimit,
    Rule,
    Verdict,
)

LOGIN, CREATE = "/api/auth/login", "/api/demo/session/create"


@pytest.fixture
def counters(world):
    return Counters(world.redis, breaker=world.breaker, clock=world.clock)


@pytest.fixture
def limited(world, counters):
    guard = RequestLimit(counters, Quota(5, 60), Quota(2, 86_400))
    world.gateway = world.make_gateway(guards=[guard])
    return world


def test_a_sessions_requests_are_counted_and_refused_with_headers(limited, code):
    record = limited.open()
    for left in (4, 3, 2, 1, 0):
        answer = limited.get(record)
        assert answer.status_code == 200
        assert answer.headers["RateLimit"] == f'"requests";r={left};t=60'
        assert answer.headers["RateLimit-Policy"] == '"requests";q=5;w=60'
    refused = limited.get(record)
    assert (refused.status_code, code(refused)) == (429, "rate_limited")
    assert refused.headers["Retry-After"] == "60"
    assert refused.headers["RateLimit"] == '"requests";r=0;t=60'
    assert len(limited.seen) == 5


def test_limits_apply_to_one_session_and_reset_after_a_minute(limited):
    record = limited.open()
    for _ in range(7):
        limited.get(record)
    assert limited.get(limited.open()).status_code == 200
    limited.now += timedelta(seconds=60)
    assert limited.get(record).status_code == 200


def test_changes_have_a_quota_of_their_own_and_reading_goes_on(limited, code):
    record = limited.open()

    def sell():
        return limited.call("POST", "/api/pos/sales", json={}, headers=limited.bearer(record))

    assert [sell().status_code for _ in range(2)] == [200, 200]
    assert code(sell()) == "quota_exceeded"
    assert limited.get(record).status_code == 200


def test_with_redis_away_a_process_counts_for_itself(limited, code, monkeypatch):
    from redis.exceptions import ConnectionError

    def refuse(*_arguments, **_options):
        raise ConnectionError("away")

    record = limited.open()
    monkeypatch.setattr(limited.redis.connection_pool, "get_connection", refuse)
    answers = [limited.get(record) for _ in range(6)]
    assert [answer.status_code for answer in answers] == [200] * 5 + [429]
    assert limited.failures >= 1


def test_open_requests_of_a_session_are_bounded_and_released_when_sent(world, code):
    world.gateway = world.make_gateway(guards=[OpenRequests(2)])
    record, entered, leave = world.open(), threading.Barrier(3), threading.Event()

    def slow(environ, start_response):
        start_response("200 OK", [])

        def body():
            entered.wait(90)
            leave.wait(90)
            yield b"done"

        return body()

    world.app = slow
    threads = [threading.Thread(target=lambda: world.get(record).close()) for _ in range(2)]
    for thread in threads:
        thread.start()
    entered.wait(90)
    refused = world.get(record)
    world.app = world.echo
    other = world.get(world.open())
    leave.set()
    for thread in threads:
        thread.join()
    assert (refused.status_code, code(refused)) == (429, "too_many_at_once")
    assert other.status_code == 200
    assert world.get(record).status_code == 200


def test_an_app_that_raises_releases_its_open_request(world):
    world.gateway = world.make_gateway(guards=[OpenRequests(1)])
    record = world.open()

    def fail(environ, start_response):
        raise RuntimeError("bug")

    for _ in range(3):
        world.app = fail
        with pytest.raises(RuntimeError):
            world.get(record)
    world.app = world.echo
    assert world.get(record).status_code == 200


@pytest.fixture
def opening(world, counters):
    creations = CreationLimit(counters, Quota(3, 60), "s" * 32, clock=world.clock)
    world.gateway = world.make_gateway(creations=creations)
    return world


def create(world, address="203.0.113.7", path="/api/demo/session/create", method="POST"):
    return world.call(method, path, json={}, environ_base={"REMOTE_ADDR": address})


@pytest.mark.parametrize("path", ["/api/demo/session/create", "/api/auth/login"])
def test_creations_of_an_address_are_counted_and_refused_with_headers(opening, code, path):
    for left in (2, 1, 0):
        answer = create(opening, path=path)
        assert answer.status_code == 200
        assert answer.headers["RateLimit"] == f'"creations";r={left};t=60'
        assert answer.headers["RateLimit-Policy"] == '"creations";q=3;w=60'
    refused = create(opening, path=path)
    assert (refused.status_code, code(refused)) == (429, "rate_limited")
    assert refused.headers["Retry-After"] == "60"
    assert refused.headers["RateLimit"] == '"creations";r=0;t=60'
    assert len(opening.seen) == 3
    assert create(opening, "198.51.100.1", path).status_code == 200
    opening.now += timedelta(seconds=60)
    assert create(opening, path=path).status_code == 200


def test_a_login_beyond_the_bound_is_refused_before_it_is_counted(world, counters, code):
    creations = CreationLimit(counters, Quota(9, 60), "s" * 32, clock=world.clock)
    world.gateway = world.make_gateway(creations=creations, logins=OpenLogins(1))
    meanwhile, echo = [], world.app

    def verify(environ, start_response):
        world.app = echo
        meanwhile.extend(create(world, path=path) for path in (LOGIN, CREATE))
        return echo(environ, start_response)

    world.app = verify
    with create(world, path=LOGIN) as first:  # its place is released at the end of its answer
        assert first.status_code == 200
    refused, other = meanwhile
    assert (refused.status_code, code(refused)) == (503, "too_many_logins")
    assert refused.headers["Retry-After"] == "1"
    assert other.status_code == 200
    answer = create(world, path=LOGIN)
    assert (answer.status_code, answer.headers["RateLimit"]) == (200, '"creations";r=6;t=60')


def test_login_and_create_share_one_count(opening):
    for path in ("/api/demo/session/create", "/api/auth/login", "/api//./auth/login"):
        assert create(opening, path=path).status_code == 200
    assert create(opening).status_code == 429
    for method, path in (("GET", "/api/demo/accounts"), ("POST", "/api/demo/session/extend")):
        answer = create(opening, path=path, method=method)
        assert answer.status_code == 200
        assert "RateLimit" not in answer.headers


def test_counting_a_creation_is_one_round_trip(opening):
    create(opening)
    before = opening.redis.info("stats")["total_reads_processed"]
    create(opening)
    after = opening.redis.info("stats")["total_reads_processed"]
    assert after - before == 2, "the count, and this question"


def test_the_address_of_a_creation_is_not_stored(opening):
    create(opening)
    assert not [name for name in opening.redis.keys("*") if b"203.0.113" in name]


@pytest.fixture
def guarded(world, counters):
    failures = FailedCredentials(counters, Quota(3, 60), "s" * 32, clock=world.clock)
    world.gateway = world.make_gateway(failures=failures)
    return world


def guess(world, number, address="203.0.113.7"):
    return world.call(
        "GET",
        "/api/tenant",
        headers={"X-Demo-Session-Id": f"demo_{number:032}"},
        environ_base={"REMOTE_ADDR": address},
    )


def test_after_too_many_guesses_no_credential_is_looked_up(guarded, code):
    codes = [code(guess(guarded, n)) for n in range(4)]
    assert codes == ["session_unknown"] * 3 + ["too_many_failures"]
    assert len(guarded.asked) == 3
    assert code(guess(guarded, 1, "198.51.100.1")) == "session_unknown"


def test_a_valid_id_works_until_the_last_allowed_failure(guarded):
    headers = {"X-Demo-Session-Id": guarded.open().session_id}

    def visit():
        return guarded.call(
            "GET", "/api/tenant", headers=headers, environ_base={"REMOTE_ADDR": "203.0.113.7"}
        ).status_code

    answers = []
    for number in range(3):
        answers.append(visit())
        guess(guarded, number)
    assert [*answers, visit()] == [200, 200, 200, 429]
    guarded.now += timedelta(seconds=60)
    assert visit() == 200


def test_forged_tokens_count_and_a_genuine_one_still_opens(guarded, code):
    headers = {"Authorization": "Bearer forged"}
    codes = [code(guarded.call("GET", "/api/tenant", headers=headers)) for _ in range(4)]
    assert codes == ["token_invalid"] * 3 + ["too_many_failures"]
    assert guarded.get(guarded.open()).status_code == 200


def test_no_address_is_stored(guarded):
    guess(guarded, 1)
    names = [name.decode() for name in guarded.redis.keys("*")]
    assert any("failures" in name for name in names)
    assert not any("203.0.113" in name for name in names)


def test_processes_share_a_quota_and_never_exceed_it(world):
    quota = Quota(600, 60)
    processes = [Counters(world.redis, breaker=world.breaker, clock=world.clock) for _ in range(3)]
    let = sum(
        not counters.add("requests:x", quota).exceeded for _ in range(400) for counters in processes
    )
    assert let == 600


SESSIONS = "/api/demo/session"


@pytest.mark.parametrize(
    ("method", "path", "refused"),
    [
        ("POST", f"{SESSIONS}/reset", 429),
        ("GET", f"{SESSIONS}/current", 429),
        ("GET", "/docs", 200),
    ],
)
def test_guards_apply_wherever_a_session_is_known(world, counters, method, path, refused):
    guards = [RequestLimit(counters, Quota(2, 60), Quota(2, 86_400)), OpenRequests(1)]
    world.gateway = world.make_gateway(guards=guards)
    headers = world.bearer(world.open())

    def ask(**arguments):
        return world.call(method, path, buffered=True, **arguments).status_code

    assert [ask(headers=headers) for _ in range(3)] == [200, 200, refused]
    assert [ask() for _ in range(3)] == [200] * 3, "no session, no guard"


def test_a_session_that_opens_another_one_gets_the_creation_headers(opening):
    opening.gateway = opening.make_gateway(
        creations=CreationLimit(
            Counters(opening.redis, clock=opening.clock), Quota(3, 60), "s" * 32
        ),
        guards=[
            RequestLimit(Counters(opening.redis, clock=opening.clock), Quota(5, 60), Quota(5, 60))
        ],
    )
    headers = opening.bearer(opening.open())
    answer = opening.call("POST", f"{SESSIONS}/create", json={}, headers=headers)
    assert answer.headers["RateLimit-Policy"] == '"creations";q=3;w=60'


@pytest.fixture
def named(world, counters):
    names = ("resets", "extensions", "status", "anonymous", "contacts", "shares")
    quotas = {name: Quota(2, 60) for name in names}
    world.gateway = world.make_gateway(
        limits=NamedLimits(counters, quotas, "s" * 32, by_address=["contacts"], clock=world.clock)
    )
    return world


@pytest.mark.parametrize(
    ("method", "path", "name"),
    [
        ("POST", f"{SESSIONS}/reset", "resets"),
        ("POST", f"{SESSIONS}/extend", "extensions"),
        ("GET", f"{SESSIONS}/current", "status"),
    ],
)
def test_resets_extensions_and_status_have_limits_of_their_own(named, code, method, path, name):
    headers, others = named.bearer(named.open()), named.bearer(named.open())
    answers = [named.call(method, path, headers=headers) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert code(answers[-1]) == "rate_limited"
    assert answers[-1].headers["RateLimit-Policy"] == f'"{name}";q=2;w=60'
    assert answers[-1].headers["Retry-After"] == "60"
    assert named.call(method, path, headers=others).status_code == 200
    assert named.call("POST", f"{SESSIONS}/destroy", headers=headers).status_code == 200


@pytest.mark.parametrize(
    "path",
    ["/ready", "/metrics", "/openapi.json", "/docs", "/api/demo/accounts", "/api/demo/stats"],
)
def test_what_needs_no_session_is_limited_by_address(named, path):
    def ask(address):
        return named.call("GET", path, environ_base={"REMOTE_ADDR": address}).status_code

    assert [ask("203.0.113.7") for _ in range(3)] == [200, 200, 429]
    assert ask("198.51.100.1") == 200
    assert (
        named.call("GET", "/health", environ_base={"REMOTE_ADDR": "203.0.113.7"}).status_code == 200
    )


def test_messages_are_limited_by_address_whatever_session_sends_them(named):
    def send(headers, address):
        sent = named.call("POST", "/api/demo/contact", headers=headers, environ_base=address)
        return sent.status_code

    sessions = [named.bearer(named.open()) for _ in range(3)]
    here, elsewhere = {"REMOTE_ADDR": "203.0.113.7"}, {"REMOTE_ADDR": "198.51.100.1"}
    assert [send(headers, here) for headers in sessions] == [200, 200, 429]
    assert send(sessions[0], elsewhere) == 200


def test_a_rule_that_names_no_known_limit_is_refused_at_the_start(world, counters):
    policy = Policy([Rule(None, "/x", Verdict.PUBLIC, limit="wishes")])
    limits = NamedLimits(counters, {"resets": Quota(1, 60)}, "s" * 32)
    with pytest.raises(ValueError, match=r"wishes.*resets"):
        world.make_gateway(policy=policy, limits=limits)


def failing(environ, start_response):
    """An app that checks credentials itself and finds them bad."""
    environ[FAILED_CREDENTIAL_KEY] = True
    start_response("404 Not Found", [])
    return [b""]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", f"{SESSIONS}/demo_{'x' * 32}"),
        ("POST", f"{SESSIONS}/extend"),
        ("POST", f"{SESSIONS}/destroy"),
        ("POST", "/api/auth/login"),
        ("GET", "/ops/"),
    ],
)
def test_credentials_that_the_app_rejects_are_counted_and_then_refused(guarded, code, method, path):
    reached = []

    def app(environ, start_response):
        reached.append(path)
        return failing(environ, start_response)

    guarded.app = app

    def ask(address="203.0.113.7", **headers):
        return guarded.call(method, path, headers=headers, environ_base={"REMOTE_ADDR": address})

    answers = [ask() for _ in range(4)]
    assert [answer.status_code for answer in answers] == [404, 404, 404, 429]
    assert code(answers[-1]) == "too_many_failures"
    assert len(reached) == 3
    assert ask("198.51.100.1").status_code == 404
    assert guess(guarded, 1).status_code == 429, "all ways of guessing share one count"


def test_a_token_opens_its_session_from_an_address_that_guesses(guarded):
    headers = guarded.bearer(guarded.open())
    for number in range(4):
        guess(guarded, number)
    answer = guarded.call(
        "GET",
        f"{SESSIONS}/current",
        headers=headers,
        environ_base={"REMOTE_ADDR": "203.0.113.7"},
    )
    assert answer.status_code == 200


def test_a_client_cannot_have_its_credentials_counted_as_bad(guarded):
    environ = {FAILED_CREDENTIAL_KEY: True, "REMOTE_ADDR": "203.0.113.7"}
    for _ in range(5):
        assert guarded.call("GET", f"{SESSIONS}/x", environ_overrides=environ).status_code == 200


def test_the_app_gets_a_digest_of_a_creations_address(opening):
    key = "masa_madre.address_digests"
    for address in ("2001:db8:1:1::7", "2001:db8:1:2::7", "2001:db8:2::7"):
        assert create(opening, address).status_code == 200
    one, same, other = (environ[key] for environ in opening.seen)
    assert one == same != other
    opening.now += timedelta(days=1)
    assert create(opening, "2001:db8:1:1::9").status_code == 200
    tomorrow = opening.seen[-1][key]
    assert (tomorrow[1], len({*one, *tomorrow})) == (one[0], 3)
    assert "2001" not in repr(tomorrow)
    opening.call("GET", "/api/demo/accounts", headers={"masa-madre.address-digests": "x"})
    assert key not in opening.seen[-1]
