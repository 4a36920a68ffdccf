"""From a row of `control.demo_sessions` to the value that the system passes around."""

from typing import Any

from app.control.models import SessionStatus
from app.control.records import SessionView


def session_view(row: Any) -> SessionView:
    """The session that the row (of SQLAlchemy, with the table's columns) holds."""
    data = row._mapping
    return SessionView(
        id=data["id"],
        session_id=data["session_id"],
        account_type=data["demo_account_type"],
        tenant_id=data["virtual_tenant_id"],
        status=SessionStatus(data["status"]),
        created_at=data["created_at"],
        expires_at=data["expires_at"],
        extensions=data["extensions"],
        request_count=data["request_count"],
        data_cloned=data["data_cloned"],
        failure=data["metadata"].get("failure"),
    )
