"""Rows of tables and what hangs on them."""

from dataclasses import dataclass
from typing import ClassVar

from .base import Row


@dataclass(frozen=True, slots=True)
class Relation(Row):
    """A table, view, materialised view, sequence, composite type or foreign table."""

    catalog: ClassVar[str] = "pg_class"
    oid: int
    name: str
    kind: str
    persistence: str
    is_partition: bool
    type_oid: int
    of_type: int
    access_method: str | None
    tablespace: str | None
    options: list[str]
    toast_options: list[str]
    row_security: bool
    force_row_security: bool
    replica_identity: str
    is_populated: bool
    partition_key: str | None
    partition_bound: str | None
    definition: str | None
    size: int
    parents: list[int] | None
    is_detaching: bool


@dataclass(frozen=True, slots=True)
class Column(Row):
    """A column of a relation, with its default."""

    relation: int
    name: str
    number: int
    type_oid: int
    element_oid: int | None
    type: str
    is_own_type: bool
    not_null: bool
    identity: str
    generated: str
    is_local: bool
    collation: str | None
    storage: str | None
    actual_storage: str
    reference: str | None
    names_objects: bool
    compression: str | None
    statistics_target: int | None
    options: list[str]
    default_oid: int | None
    default: str | None
    default_calls_functions: bool


@dataclass(frozen=True, slots=True)
class Sequence(Row):
    """A sequence, and the column that it belongs to (`i`: identity, `a`: owned by)."""

    catalog: ClassVar[str] = "pg_class"
    oid: int
    name: str
    persistence: str
    owner_persistence: str | None
    type: str
    start: int
    increment: int
    minimum: int
    maximum: int
    cache: int
    cycle: bool
    ownership: str | None
    owner_table: int | None
    owner_column: str | None
    owner_number: int | None


@dataclass(frozen=True, slots=True)
class Constraint(Row):
    """A constraint of a table or a domain."""

    catalog: ClassVar[str] = "pg_constraint"
    oid: int
    name: str
    kind: str
    relation: int
    domain: int
    parent: int
    is_local: bool
    is_validated: bool
    columns: list[int] | None
    definition: str
    calls_functions: bool


@dataclass(frozen=True, slots=True)
class Index(Row):
    """An index; `tail` is what follows its table's name in its definition."""

    catalog: ClassVar[str] = "pg_class"
    oid: int
    name: str
    relation: int
    kind: str
    is_unique: bool
    is_valid: bool
    is_clustered: bool
    is_identity: bool
    tail: str | None
    options: list[str]
    tablespace: str | None
    constraint_oid: int | None
    parent: int | None
    statistics_targets: list[str] | None


@dataclass(frozen=True, slots=True)
class Trigger(Row):
    """A trigger that a person made, or its copy on a partition."""

    catalog: ClassVar[str] = "pg_trigger"
    oid: int
    name: str
    relation: int
    state: str
    parent: int
    parent_state: str | None
    definition: str
    constraint_oid: int | None


@dataclass(frozen=True, slots=True)
class Rule(Row):
    """A rewrite rule; a view's definition is one too."""

    catalog: ClassVar[str] = "pg_rewrite"
    oid: int
    name: str
    relation: int
    state: str
    is_view: bool
    definition: str


@dataclass(frozen=True, slots=True)
class Policy(Row):
    """A row security policy."""

    catalog: ClassVar[str] = "pg_policy"
    oid: int
    name: str
    relation: int
    command: str
    is_permissive: bool
    roles: list[str]
    using_expression: str | None
    check_expression: str | None


@dataclass(frozen=True, slots=True)
class ExtendedStatistics(Row):
    """An extended statistics object; `tail` follows its name in its definition."""

    catalog: ClassVar[str] = "pg_statistic_ext"
    oid: int
    name: str
    relation: int
    target: int | None
    tail: str | None
