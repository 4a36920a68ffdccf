"""Rows of types, functions, operators, and what text search and sorting use."""

from dataclasses import dataclass
from typing import ClassVar

from .base import Row


@dataclass(frozen=True, slots=True)
class Type(Row):
    """An enum, domain, composite, range or base type."""

    catalog: ClassVar[str] = "pg_type"
    oid: int
    name: str
    kind: str
    base: str | None
    not_null: bool
    default_expression: str | None
    collation: str | None
    labels: list[str] | None
    relation: int | None


@dataclass(frozen=True, slots=True)
class Range(Row):
    """What a range type is made of."""

    type_oid: int
    multirange_oid: int
    multirange_name: str
    subtype: str
    operator_class: str | None
    collation: str | None
    canonical: str | None
    subtype_diff: str | None


@dataclass(frozen=True, slots=True)
class Function(Row):
    """A function, procedure or window function; `tail` follows its name in its definition."""

    catalog: ClassVar[str] = "pg_proc"
    oid: int
    name: str
    kind: str
    language: str
    arguments: str
    tail: str | None
    source: str
    has_parsed_body: bool
    config: list[str]
    argument_names: list[str]


@dataclass(frozen=True, slots=True)
class Aggregate(Row):
    """An aggregate, with every option that it can have."""

    catalog: ClassVar[str] = "pg_proc"
    oid: int
    name: str
    arguments: str
    full_arguments: str
    kind: str
    transition: str
    state_type: str
    state_size: int
    final: str | None
    final_extra: bool
    final_modify: str
    combine: str | None
    serialize: str | None
    deserialize: str | None
    initial: str | None
    moving_transition: str | None
    moving_inverse: str | None
    moving_type: str | None
    moving_size: int
    moving_final: str | None
    moving_final_extra: bool
    moving_final_modify: str
    moving_initial: str | None
    sort_operator: str | None
    parallel: str


@dataclass(frozen=True, slots=True)
class Operator(Row):
    """An operator."""

    catalog: ClassVar[str] = "pg_operator"
    oid: int
    name: str
    left_type: str | None
    right_type: str
    function: str
    can_merge: bool
    can_hash: bool
    commutator: str | None
    negator: str | None
    restrict: str | None
    join: str | None


@dataclass(frozen=True, slots=True)
class OperatorFamily(Row):
    """An operator family."""

    catalog: ClassVar[str] = "pg_opfamily"
    oid: int
    name: str
    access_method: str


@dataclass(frozen=True, slots=True)
class OperatorClass(Row):
    """An operator class."""

    catalog: ClassVar[str] = "pg_opclass"
    oid: int
    name: str
    access_method: str
    is_default: bool
    type: str
    family_oid: int
    family: str
    storage: str | None


@dataclass(frozen=True, slots=True)
class OperatorMember(Row):
    """An operator or a function of an operator class or family."""

    class_: str
    oid: int
    owner_class: str
    owner_oid: int
    number: int
    object: str
    left_type: str | None
    right_type: str | None
    sort_family: str | None


@dataclass(frozen=True, slots=True)
class Dictionary(Row):
    """A text search dictionary."""

    catalog: ClassVar[str] = "pg_ts_dict"
    oid: int
    name: str
    template: str
    options: str | None


@dataclass(frozen=True, slots=True)
class Configuration(Row):
    """A text search configuration, with its mappings."""

    catalog: ClassVar[str] = "pg_ts_config"
    oid: int
    name: str
    parser: str
    mappings: list[str] | None
    dictionaries: list[int] | None


@dataclass(frozen=True, slots=True)
class Collation(Row):
    """A collation."""

    catalog: ClassVar[str] = "pg_collation"
    oid: int
    name: str
    provider: str
    is_deterministic: bool
    collate: str | None
    ctype: str | None
    locale: str | None
    rules: str | None
    version: str | None


@dataclass(frozen=True, slots=True)
class Cast(Row):
    """A cast from or to a type of the schema."""

    catalog: ClassVar[str] = "pg_cast"
    oid: int
    source: str
    target: str
    function: str | None
    source_oid: int
    target_oid: int
    function_oid: int
    context: str
    method: str
