"""WSGI middleware that puts demo sessions in front of an app that only knows tenants."""

from gateway.activity import Activity, Tally, merge
from gateway.credentials import COOKIE
from gateway.errors import (
    ExpiredToken,
    GatewayError,
    InvalidPolicy,
    InvalidSignature,
    InvalidToken,
    Refused,
    SessionForgotten,
    SessionsUnavailable,
)
from gateway.inject import SESSION_ERROR_KEY, SESSION_KEY, TENANT_HEADER
from gateway.limits import (
    Counters,
    CreationLimit,
    FailedCredentials,
    OpenRequests,
    Quota,
    RequestLimit,
)
from gateway.policy import Policy, read_rules
from gateway.records import SessionRecord
from gateway.rules import Rule, Verdict
from gateway.sentences import REFUSALS, Refusal
from gateway.sessions import RedisSessions, Sessions
from gateway.signature import SignedTenants, TenantSigner
from gateway.tokens import SessionTokens
from gateway.verify import Verification
from gateway.watch import RedisWatch, connect_redis
from gateway.wsgi import Gateway, Guard

__all__ = [
    "COOKIE",
    "REFUSALS",
    "SESSION_ERROR_KEY",
    "SESSION_KEY",
    "TENANT_HEADER",
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
    "OpenRequests",
    "Policy",
    "Quota",
    "RedisSessions",
    "RedisWatch",
    "Refusal",
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
    "merge",
    "read_rules",
]
