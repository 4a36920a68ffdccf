"""Rows about the objects of a schema: what there is, who needs whom, who may do what."""

from dataclasses import dataclass
from typing import ClassVar

from .base import Row


@dataclass(frozen=True, slots=True)
class Member(Row):
    """An object that lives in the schema, or belongs to one that does."""

    class_: str
    oid: int
    kind: str
    identity: str
    schema: str | None
    of_extension: str | None
    whole_class: str | None
    whole_oid: int | None


@dataclass(frozen=True, slots=True)
class Edge(Row):
    """A member that needs another member."""

    class_: str
    oid: int
    needed_class: str
    needed_oid: int
    is_part: bool


@dataclass(frozen=True, slots=True)
class Outsider(Row):
    """An object elsewhere that needs a member."""

    class_: str
    oid: int
    kind: str
    identity: str
    needed: str


@dataclass(frozen=True, slots=True)
class Comment(Row):
    """A comment on a member, or on a column of one."""

    class_: str
    oid: int
    number: int
    column_name: str | None
    text: str
    identity: str


@dataclass(frozen=True, slots=True)
class Owner(Row):
    """A member that another role owns than the one that asks."""

    class_: str
    oid: int
    owner: str


@dataclass(frozen=True, slots=True)
class Grant(Row):
    """A right on a member that a new object has not; `given` is false for one it has too much."""

    class_: str
    oid: int
    number: int
    column_name: str | None
    given: bool
    grantee: str
    by_owner: bool
    grantor: str
    privilege: str
    is_grantable: bool


@dataclass(frozen=True, slots=True)
class DefaultPrivilege(Row):
    """A right that a role has arranged for objects to come."""

    catalog: ClassVar[str] = "pg_default_acl"
    oid: int
    role: str
    kind: str
    grantee: str
    privilege: str
    is_grantable: bool


@dataclass(frozen=True, slots=True)
class SchemaRight(Row):
    """A right on the schema that a new one has not, or the owner alone where `privilege` is None.

    `given` is false for a right that a new schema has and this one has not.
    """

    given: bool | None
    grantee: str | None
    privilege: str | None
    is_grantable: bool | None
    to_self: bool | None
    by_owner: bool | None
    grantor: str | None
    owner: str | None


@dataclass(frozen=True, slots=True)
class Label(Row):
    """A security label on a member."""

    class_: str
    oid: int
    provider: str
    identity: str
