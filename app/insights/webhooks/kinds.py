"""What webhooks can tell of, and how a message is written."""

import json
from datetime import datetime
from typing import Any

KINDS = {
    "session.created": "A session was opened; it may still wait for its data.",
    "session.activated": "A session has its data.",
    "session.expiring": "A session ends within five minutes.",
    "session.ended": "A session is over; `ended_by` says how.",
    "session.converted": "A visitor became a customer.",
    "lead.created": "A person left an address, and has confirmed it where mail is sent.",
    "pool.exhausted": "No tenant of a template was ready for a visitor.",
}
"""The kinds, and what each means."""


def payload(kind: str, occurred_at: datetime, data: dict[str, Any]) -> str:
    """Return a message as it is sent, the same each time: type, timestamp and data."""
    document = {"type": kind, "timestamp": occurred_at.isoformat(), "data": data}
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
