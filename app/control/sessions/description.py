"""Describes a session as those who are in it may see it: a guest gets no secret of it."""

from datetime import UTC, datetime
from typing import Any

from flask import url_for

from app.control.services import ControlServices
from app.control.sessions.caller import Caller
from app.control.sessions.session_view import WARNING_SECONDS, SessionView


def describe(
    services: ControlServices,
    session: SessionView,
    *,
    with_urls: bool = True,
    token: str | None = None,
    caller: Caller | None = None,
) -> dict[str, Any]:
    """Return a session as its caller may see it: its owner, or the guest that `caller` is.

    `token` is one that was just issued for it.
    """
    left = (session.expires_at - datetime.now(UTC)).total_seconds()
    most = services.settings.demo_session_max_extensions
    answer = {
        "virtual_tenant_id": session.tenant_id,
        "demo_account_type": session.account_type,
        "scenario": session.choices.scenario,
        "features": session.choices.features,
        "personal": session.choices.personal,
        "status": session.status.value,
        "created_at": session.created_at,
        "expires_at": session.expires_at,
        "seconds_left": max(0, round(left)) if session.is_open else 0,
        "warning": session.is_open and left <= WARNING_SECONDS,
        "extensions": session.extensions,
        "extensions_left": max(0, most - session.extensions) if session.is_open else 0,
        "request_count": session.request_count,
        "data_cloned": session.data_cloned,
        "failure": session.failure,
        "progress": services.progress_of(session),
        "reset": services.reset_of(session),
        "access": "own" if caller is None else caller.access,
    }
    if caller is not None and caller.share is not None:
        return answer | _for_a_guest(with_urls)
    answer["session_id"] = session.session_id
    answer["session_token"] = token or services.sessions.token_for(session)
    if with_urls:
        answer["status_url"] = url_for("demo.show", session_id=session.session_id)
        answer["events_url"] = url_for("demo.events", session_id=session.session_id)
    return answer


def _for_a_guest(with_urls: bool) -> dict[str, Any]:
    """Return what a guest sees in place of the session's id, token and addresses."""
    answer: dict[str, Any] = {"session_id": None, "session_token": None}
    if with_urls:
        answer["status_url"] = url_for("demo.show_current")
        answer["events_url"] = url_for("demo.follow_current")
    return answer
