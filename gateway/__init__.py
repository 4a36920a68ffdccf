"""WSGI middleware that puts demo sessions in front of an app that only knows tenants.

Read `gateway.wsgi` first: a request passes its stages in order. Everything that another package
needs is named here.
It is imported when it is used: a process that writes session records needs no gateway.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gateway.errors import (
        ExpiredToken,
        GatewayError,
        InvalidPolicy,
        InvalidSignature,
        InvalidToken,
        RefusalPages,
        Refused,
        SessionForgotten,
        SessionsUnavailable,
    )
    from gateway.http.inject import (
        FAILED_CREDENTIAL_KEY,
        IDENTIFIED_KEY,
        SESSION_ERROR_KEY,
        SESSION_KEY,
        TENANT_HEADER,
    )
    from gateway.limits.counters import Counters, Quota
    from gateway.limits.guards import (
        CreationLimit,
        FailedCredentials,
        NamedLimits,
        OpenLogins,
        OpenRequests,
        RequestLimit,
    )
    from gateway.messages import REFUSALS, Refusal
    from gateway.policy.policy import Policy, read_rules
    from gateway.policy.rules import Rule, Verdict
    from gateway.redis.circuit_breaker import RedisCircuitBreaker, connect_redis
    from gateway.sessions.activity import Activity, Tally, merge
    from gateway.sessions.credentials import COOKIE
    from gateway.sessions.record import Access, SessionRecord, is_share_id, share_id, share_in
    from gateway.sessions.store import RedisSessions, Sessions
    from gateway.sessions.tokens import SessionTokens
    from gateway.verification.endpoint import Verification
    from gateway.verification.signature import SignedTenants, TenantSigner
    from gateway.wsgi import Gateway, Guard

__all__ = [
    "COOKIE",
    "FAILED_CREDENTIAL_KEY",
    "IDENTIFIED_KEY",
    "REFUSALS",
    "SESSION_ERROR_KEY",
    "SESSION_KEY",
    "TENANT_HEADER",
    "Access",
    "Activity",
    "Counters",
    "CreationLimit",
    "ExpiredToken",
    "FailedCredentials",
    "Gateway",
    "GatewayError",
    "Guard",
    "InvalidPolicy",
    "InvalidSignature",
    "InvalidToken",
    "NamedLimits",
    "OpenLogins",
    "OpenRequests",
    "Policy",
    "Quota",
    "RedisCircuitBreaker",
    "RedisSessions",
    "Refusal",
    "RefusalPages",
    "Refused",
    "RequestLimit",
    "Rule",
    "SessionForgotten",
    "SessionRecord",
    "SessionTokens",
    "Sessions",
    "SessionsUnavailable",
    "SignedTenants",
    "Tally",
    "TenantSigner",
    "Verdict",
    "Verification",
    "connect_redis",
    "is_share_id",
    "merge",
    "read_rules",
    "share_id",
    "share_in",
]

_PLACES = {
    "gateway.errors": (
        "ExpiredToken GatewayError InvalidPolicy InvalidSignature InvalidToken "
        "RefusalPages Refused SessionForgotten SessionsUnavailable"
    ),
    "gateway.http.inject": (
        "FAILED_CREDENTIAL_KEY IDENTIFIED_KEY SESSION_ERROR_KEY SESSION_KEY TENANT_HEADER"
    ),
    "gateway.limits.counters": "Counters Quota",
    "gateway.limits.guards": (
        "CreationLimit FailedCredentials NamedLimits OpenLogins OpenRequests RequestLimit"
    ),
    "gateway.messages": "REFUSALS Refusal",
    "gateway.policy.policy": "Policy read_rules",
    "gateway.policy.rules": "Rule Verdict",
    "gateway.redis.circuit_breaker": "RedisCircuitBreaker connect_redis",
    "gateway.sessions.activity": "Activity Tally merge",
    "gateway.sessions.credentials": "COOKIE",
    "gateway.sessions.record": "Access SessionRecord is_share_id share_id share_in",
    "gateway.sessions.store": "RedisSessions Sessions",
    "gateway.sessions.tokens": "SessionTokens",
    "gateway.verification.endpoint": "Verification",
    "gateway.verification.signature": "SignedTenants TenantSigner",
    "gateway.wsgi": "Gateway Guard",
}
"""The names that each module has."""

_MODULES = {name: module for module, names in _PLACES.items() for name in names.split()}


def __getattr__(name: str) -> Any:
    """Import what is used."""
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_MODULES[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
