"""The middleware itself: strip → policy → authenticate → guards → inject → record → app."""

import copy
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from functools import partial
from types import TracebackType
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

import structlog
from werkzeug.wsgi import ClosingIterator

from gateway.errors import RefusalPages, Refused, problem
from gateway.http import log_context as context
from gateway.http.body import guard_body
from gateway.http.csrf import ensure_own_form, ensure_same_origin
from gateway.http.inject import (
    FAILED_CREDENTIAL_KEY,
    IDENTIFIED_KEY,
    TENANT_HEADER,
    inject_tenant,
    tell_address,
    tell_session,
    tell_session_error,
)
from gateway.http.paths import READ_METHODS, canonical_method, canonical_path
from gateway.http.remote_address import canonical_address
from gateway.http.strip import strip_untrusted
from gateway.limits.guards import (
    HEADERS_KEY,
    RELEASE_KEY,
    CreationLimit,
    FailedCredentials,
    NamedLimits,
    OpenLogins,
)
from gateway.messages import INTERNAL_ERROR, SESSION_REQUIRED
from gateway.policy.policy import Policy
from gateway.policy.rules import Rule, Verdict
from gateway.sessions.activity import Activity
from gateway.sessions.authenticator import Authenticator, ensure_access, ensure_active
from gateway.sessions.record import Clock, SessionRecord, utc_now
from gateway.sessions.store import Sessions
from gateway.sessions.tokens import SessionTokens

log = structlog.get_logger(__name__)

Guard = Callable[[WSGIEnvironment, SessionRecord], None]
"""One more condition on an admitted request; raises `Refused` to turn it down."""


class Gateway:
    """WSGI middleware that lets through what the policy allows to a session that is active.

    Args:
        app: what stands behind the gateway.
        sessions: looks sessions up.
        tokens: reads session tokens.
        policy: what a session may do.
        activity: counts a session's requests.
        clock: by which sessions end, to the instant.
        guards: further conditions, in order, on the requests of a session.
        creations: limits the sessions that an address opens; None sets no limit.
        failures: limits the bad credentials of an address; None sets no limit.
        limits: the limits that rules name; None sets none.
        logins: limits the requests at once that open a session for credentials; None sets no limit.
        pages: shows a refusal to a person, as a page; None, or None from it, answers in JSON.

    Raises:
        ValueError: a rule names a limit that `limits` does not have.
    """

    def __init__(
        self,
        app: WSGIApplication,
        *,
        sessions: Sessions,
        tokens: SessionTokens,
        policy: Policy,
        activity: Activity,
        clock: Clock = utc_now,
        guards: Sequence[Guard] = (),
        creations: CreationLimit | None = None,
        failures: FailedCredentials | None = None,
        limits: NamedLimits | None = None,
        logins: OpenLogins | None = None,
        pages: RefusalPages | None = None,
    ) -> None:
        for rule in policy.rules:
            if rule.limit and limits and rule.limit not in limits.quotas:
                known = ", ".join(sorted(limits.quotas))
                raise ValueError(f"{rule.pattern}: no limit {rule.limit!r}; use one of {known}")
        self._app = app
        self._authenticator = Authenticator(tokens, sessions, clock, failures)
        self._policy = policy
        self._activity = activity
        self._clock = clock
        self._guards = tuple(guards)
        self._creations = creations
        self._failures = failures
        self._limits = limits
        self._logins = logins
        self._pages = pages

    def with_app(self, app: WSGIApplication) -> "Gateway":
        """Return this gateway, with the same collaborators, in front of another app."""
        other = copy.copy(self)
        other._app = app
        return other

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Refuse a request, or pass it to the app with its tenant."""
        strip_untrusted(environ)
        canonical_address(environ)
        guard_body(environ)
        request_id = context.ensure_request_id(environ)
        context.bind_request(request_id)
        try:
            refused = self._admit(environ)
            ours = [("X-Request-Id", request_id), *environ.get(HEADERS_KEY, ())]
            respond = _with_our_headers(start_response, ours, TENANT_HEADER in environ)
            if refused is None:
                body = self._app(environ, respond)
                self._count_failure(environ)
            else:
                page = None if self._pages is None else self._pages(refused.refusal, environ)
                body = (page or partial(problem, refused.refusal))(environ, respond)
        except BaseException:
            _release(environ)
            raise
        return ClosingIterator(body, lambda: _release(environ))

    def _admit(self, environ: WSGIEnvironment) -> Refused | None:
        try:
            rule = self._policy.decide(canonical_method(environ), canonical_path(environ))
            if rule.form:
                ensure_own_form(environ)
            self._apply(rule, environ)
        except Refused as refused:
            # The path is left out: it may hold a session id.
            log.info("request refused", action="request_refused", code=refused.refusal.code)
            return refused
        except Exception as error:
            log.error("gateway failed", action="gateway_failed", **context.without_values(error))
            return Refused(INTERNAL_ERROR)
        return None

    def _apply(self, rule: Rule, environ: WSGIEnvironment) -> None:
        if rule.verdict is Verdict.NOT_FOUND and rule.refusal:
            raise Refused(rule.refusal)
        if rule.opens:
            self._count_opening(rule, environ)
        record = self._find_session(rule, environ)
        if record is None and rule.credentials and self._failures is not None:
            self._failures.check(environ)
        if rule.limit is not None and self._limits is not None:
            self._limits(rule.limit, environ, record)
        if record is None:
            return
        for guard in self._guards:
            guard(environ, record)
        if rule.verdict is Verdict.SESSION:
            inject_tenant(environ, record)
            self._activity.record(record.id, self._clock())
        else:
            tell_session(environ, record)

    def _find_session(self, rule: Rule, environ: WSGIEnvironment) -> SessionRecord | None:
        """Return the session of a request, which may do what it asks for; None without one."""
        if rule.verdict is Verdict.PUBLIC:
            return None
        if rule.verdict is Verdict.OPTIONAL:
            record = self._resolve_optional(rule, environ)
        else:
            record = self._require_session(rule, environ)
        if record is not None:
            # What needs no session is not the session's, unless it is its owner's.
            is_sessions = rule.owner or rule.verdict is Verdict.SESSION
            changes = is_sessions and environ["REQUEST_METHOD"] not in READ_METHODS
            ensure_access(record, changes=changes, is_owners=rule.owner)
        return record

    def _count_opening(self, rule: Rule, environ: WSGIEnvironment) -> None:
        """Refuse a request that would open one session too many, or one login too many."""
        if rule.credentials and self._logins is not None:
            self._logins(environ)
        if self._creations is not None:
            self._creations(environ)
            tell_address(environ, self._creations.digests(environ))

    def _count_failure(self, environ: WSGIEnvironment) -> None:
        """Count a credential that the app found bad; the next one may be refused, not this one."""
        if environ.pop(FAILED_CREDENTIAL_KEY, False) and self._failures is not None:
            with suppress(Refused):
                self._failures.record(environ)

    def _resolve_optional(self, rule: Rule, environ: WSGIEnvironment) -> SessionRecord | None:
        """Return the session of a request that needs none; a bad credential is told to the app."""
        try:
            credential = self._authenticator.find(environ)
            if credential is None:
                return None
            if not rule.form:
                ensure_same_origin(environ, credential.source)
            record = self._authenticator.identify(credential, environ)
        except Refused as refused:
            tell_session_error(environ, refused.refusal, refused.ended)
            return None
        _note_session(environ, record)
        return record

    def _require_session(self, rule: Rule, environ: WSGIEnvironment) -> SessionRecord:
        """Return the active session of a request, or refuse it."""
        credential = self._authenticator.find(environ)
        if credential is None:
            raise Refused(SESSION_REQUIRED)
        record = self._authenticator.identify(credential, environ)
        _note_session(environ, record)
        if rule.verdict is not Verdict.SESSION:
            raise Refused(rule.refusal or INTERNAL_ERROR)
        if not rule.form:
            ensure_same_origin(environ, credential.source)
        ensure_active(record)
        return record


def _note_session(environ: WSGIEnvironment, record: SessionRecord) -> None:
    """Name the session of a request to the log, and to what shows a refusal."""
    context.bind_session(record)
    environ[IDENTIFIED_KEY] = record


def _release(environ: WSGIEnvironment) -> None:
    """Give back what the request holds: its answer has been sent, or there will be none."""
    context.clear_request()
    for release in environ.pop(RELEASE_KEY, ()):
        release()


def _with_our_headers(
    start_response: StartResponse, ours: list[tuple[str, str]], of_a_tenant: bool
) -> StartResponse:
    """Return the server's `start_response` with the gateway's headers added.

    Every tenant gets another answer at the same address: unless the app sets `Cache-Control`
    itself, a tenant's answers are kept out of shared caches.
    """

    def respond(
        status: str,
        given: list[tuple[str, str]],
        exc_info: tuple[type[BaseException], BaseException, TracebackType]
        | tuple[None, None, None]
        | None = None,
        /,
    ) -> Callable[[bytes], object]:
        headers = [header for header in given if header[0].lower() != "x-request-id"]
        headers += ours
        if of_a_tenant and all(name.lower() != "cache-control" for name, _ in headers):
            headers.append(("Cache-Control", "private, no-store"))
        arguments: tuple[Any, ...] = () if exc_info is None else (exc_info,)
        return start_response(status, headers, *arguments)

    return respond
