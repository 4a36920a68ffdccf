"""Requests and responses of the share links' endpoints."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from app.control.sessions.schemas import SessionIn
from app.control.sharing.share_view import Access
from app.validation import Request, Text


class ShareIn(SessionIn):
    """A link to make."""

    access: Access = Field(
        default=Access.READ,
        description="«read»: solo mirar; «together»: también cambiar cosas contigo.",
    )


class ShareOut(BaseModel):
    """A link into a session, as its owner sees it."""

    id: UUID
    access: Access
    created_at: datetime
    opened: int = Field(description="Cuántas veces se ha entrado por él.")
    last_opened_at: datetime | None


class NewShareOut(ShareOut):
    """A link that was just made."""

    secret: str = Field(description="Lo que abre la demo. Solo se ve ahora.")


class SharesOut(BaseModel):
    """The links of a session that are open."""

    items: list[ShareOut]


class OpenShareIn(Request):
    """The secret of a link."""

    secret: Annotated[Text, Field(min_length=1, max_length=64)]


class GuestOut(BaseModel):
    """What a guest gets: a token of its own, which says nothing of the session's."""

    access: Access
    session_token: str
    demo_account_type: str
    expires_at: datetime
