"""Queries and answers about the team and its roles."""

from typing import Annotated

from pydantic import BaseModel, Field

from app.bakery.business.models import UserRole
from app.bakery.listing import ListQuery
from app.bakery.schemas import BodyKey, Email, Page
from app.validation import Request, Text

FullName = Annotated[Text, Field(min_length=1, max_length=60)]


class TeamQuery(ListQuery):
    """Filters of the list of the team."""

    role: UserRole | None = None
    active: bool | None = None


class MemberIn(Request):
    """A person who gets access."""

    full_name: FullName
    email: Email
    role: UserRole
    location_id: BodyKey


class MemberChange(Request):
    """What changes about a person; what is not sent stays."""

    full_name: FullName | None = None
    role: UserRole | None = None
    location_id: BodyKey | None = None
    is_active: Annotated[bool, Field(strict=True)] | None = None


class MemberOut(BaseModel):
    """A person of the team."""

    id: int
    full_name: str
    email: str
    role: UserRole
    location_id: int
    location_name: str
    is_active: bool


class RoleOut(BaseModel):
    """A role, who has it, and what it may do."""

    role: UserRole
    name: str
    members: int = Field(description="Personas con acceso.")
    reads: list[str] = Field(description="Módulos que puede ver.")
    writes: list[str] = Field(description="Módulos en los que puede trabajar.")
    manages_team: bool


class RolesOut(BaseModel):
    """The roles of this business."""

    roles: list[RoleOut]


class TeamPage(Page):
    """A page of the team."""

    items: list[MemberOut]
