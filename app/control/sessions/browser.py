"""What a browser that opens a session is told and asked: its cookie, its address, its name."""

from uuid import UUID

from flask import Response, request

from app.control.privacy import cut_address
from app.control.services import current_services
from app.control.sessions.caller import ADDRESS_DIGESTS_KEY
from app.control.sessions.session_view import Visitor
from app.insights.events.request import visit_context

COOKIE = "demo_session"
USER_AGENT_LENGTH = 300


def session_cookie(value: str, max_age: int | None = None) -> str:
    """Return the session cookie, which scripts cannot read and other sites' forms do not send."""
    response = Response()
    response.set_cookie(
        COOKIE,
        value,
        max_age=max_age,
        httponly=True,
        samesite="Lax",
        secure=current_services().settings.cookie_secure,
    )
    return response.headers["Set-Cookie"]


def visitor_of_request(user_id: UUID | None = None) -> Visitor:
    """Return the visitor of the present request, as far as it is stored."""
    agent = request.user_agent.string[:USER_AGENT_LENGTH].replace("\0", "") or None
    return Visitor(
        ip_address=cut_address(request.remote_addr),
        user_agent=agent,
        user_id=user_id,
        address_digests=request.environ.get(ADDRESS_DIGESTS_KEY, ()),
        origin=visit_context(),
    )
