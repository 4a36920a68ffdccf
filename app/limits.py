"""Rate limits, counted in Redis: one counter for all web processes."""

import time

from flask import Flask, Response, current_app, request
from flask_limiter import Limiter, RequestLimit

from app.errors import problem
from app.privacy import counted_address

ADDRESSES = "ADDRESS_DIGESTS"
CONFIG_KEY = "DEMO_CREATE_RATE_LIMIT"


def _address() -> str:
    return counted_address(request.remote_addr, str(current_app.config[ADDRESSES]))


def creation_limit() -> str:
    """How many sessions one address may open, in the notation of the `limits` library."""
    return str(current_app.config[CONFIG_KEY])


def _refuse(limit: RequestLimit) -> Response:
    wait = max(1, round(limit.reset_at - time.time()))
    return problem(
        429,
        "rate_limited",
        "Has abierto muchas demos seguidas. Espera un momento y vuelve a intentarlo.",
        headers={"Retry-After": str(wait)},
    )


limiter = Limiter(
    _address,
    on_breach=_refuse,
    headers_enabled=False,
    in_memory_fallback_enabled=True,
    swallow_errors=True,
)
"""With Redis away the count goes on in each process: looser, but not open."""


limit_creations = limiter.shared_limit(creation_limit, scope="creations")
"""One count for all endpoints that open a session."""


def init_limits(app: Flask, redis_url: str, creation: str, secret: str) -> None:
    """Give an application its limits. The secret keeps addresses out of their keys."""
    app.config[ADDRESSES] = secret
    app.config[CONFIG_KEY] = creation
    app.config["RATELIMIT_STORAGE_URI"] = redis_url
    app.config["RATELIMIT_KEY_PREFIX"] = "demo:limits"
    limiter.init_app(app)
