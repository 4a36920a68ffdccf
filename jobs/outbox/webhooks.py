"""Delivers the messages of webhooks: each endpoint in a thread, in order, with back-off.

What an endpoint does not take is sent again later, up to ten times in four days; then it is dead,
until an operator replays it. A message may come twice: its id says so.
"""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import structlog
from standardwebhooks import Webhook

from app.insights.sealing import Unreadable
from app.insights.webhooks.kinds import payload
from app.insights.webhooks.service import Webhooks
from app.sql_blocks import load_statements
from jobs.outbox.sending import Limits, NotSent, Sent, send
from jobs.services import JobServices

log = structlog.get_logger(__name__)

_SQL = load_statements("app.insights.webhooks", "webhooks")
PAUSES = [5.0, 300.0, 1800.0, 7200.0, 18_000.0, 36_000.0, 50_400.0, 72_000.0, 86_400.0, 0.0]
"""Seconds until the next attempt, by attempts made; after the tenth there is none."""
ENDPOINTS_AT_ONCE = 8
RUN_SECONDS = 8.0
"""An endpoint gets no further message in one run after so long."""
GONE = 410
"""An endpoint answers so when it wants nothing any more."""


def deliver_webhooks(services: JobServices) -> dict[str, int]:
    """Deliver what is due. Returns how many deliveries were taken, and how many were not."""
    webhooks = Webhooks(services.engine, services.settings)
    with services.engine.begin() as connection:
        connection.execute(_SQL["queue_expiring"])
        due = connection.execute(_SQL["due_endpoints"], {"most": ENDPOINTS_AT_ONCE}).all()
    report = {"delivered": 0, "not_delivered": 0}
    if not due:
        return report
    with ThreadPoolExecutor(len(due), "webhooks") as threads:
        for delivered, failed in threads.map(
            lambda endpoint: _deliver_to(services, webhooks, endpoint), due
        ):
            report["delivered"] += delivered
            report["not_delivered"] += failed
    return report


def _deliver_to(services: JobServices, webhooks: Webhooks, endpoint: Any) -> tuple[int, int]:
    """Deliver to one endpoint until nothing is due, one fails, or its time is over."""
    delivered, ends = 0, time.monotonic() + RUN_SECONDS
    while time.monotonic() < ends:
        with services.engine.begin() as connection:
            values = {"endpoint": endpoint.id, "pauses": PAUSES}
            delivery = connection.execute(_SQL["claim_delivery"], values).one_or_none()
        if delivery is None:
            return delivered, 0
        if not _try(services, webhooks, endpoint, delivery):
            return delivered, 1
        delivered += 1
    return delivered, 0


def _try(services: JobServices, webhooks: Webhooks, endpoint: Any, delivery: Any) -> bool:
    """Send a delivery once, and keep what came of it; return whether the endpoint took it."""
    limits = Limits(services.settings.webhook_private_targets)
    sent, error = None, None
    try:
        body = _body(webhooks, delivery)
        headers = signed_headers(
            webhooks.secrets_of(endpoint.secrets), delivery.message, body, datetime.now(UTC)
        )
        sent = send(endpoint.url, body.encode(), headers, limits)
    except NotSent as failure:
        error = str(failure)
    except Unreadable:
        error = "none of LEADS_KEYS reads it"
    is_taken = sent is not None and 200 <= sent.status < 300
    _settle(services, delivery, sent, error, is_taken=is_taken)
    if sent is not None and sent.status == GONE:
        webhooks.switch(endpoint.id, on=False)
    if not is_taken:
        log.warning(
            "webhook not taken",
            action="webhook_failed",
            endpoint=str(endpoint.id),
            message=delivery.message,
            status=None if sent is None else sent.status,
            error=error,
        )
    return is_taken


def signed_headers(secrets: list[str], message: str, body: str, moment: datetime) -> dict[str, str]:
    """Return the headers of Standard Webhooks, with a signature under each secret."""
    signatures = [Webhook(secret).sign(message, moment, body) for secret in secrets]
    return {
        "Content-Type": "application/json",
        "User-Agent": "masa-madre-webhooks",
        "webhook-id": message,
        "webhook-timestamp": str(int(moment.timestamp())),
        "webhook-signature": " ".join(signatures),
    }


def _body(webhooks: Webhooks, delivery: Any) -> str:
    data = delivery.body if delivery.sealed is None else webhooks.sealing.open(delivery.sealed)
    return payload(delivery.kind, delivery.occurred_at, data)


def _settle(
    services: JobServices, delivery: Any, sent: Sent | None, error: str | None, *, is_taken: bool
) -> None:
    is_dead = delivery.attempts >= len(PAUSES) or (sent is not None and sent.status == GONE)
    state = "delivered" if is_taken else "dead" if is_dead else "waiting"
    values = {
        "id": delivery.id,
        "state": state,
        "status": None if sent is None else sent.status,
        "answer": None if sent is None else sent.answer,
        "error": error,
        "seconds": None if sent is None else sent.seconds,
    }
    with services.engine.begin() as connection:
        connection.execute(_SQL["settle_delivery"], values)
