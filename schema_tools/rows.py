"""The rows of the catalog queries: one frozen dataclass for each file in `queries/`.

A text that the server prints has the hole `TARGET` where it names the schema; see `catalog`.
"""

from dataclasses import dataclass
from typing import ClassVar


class Row:
    """The base of all rows; `catalog` is the system catalog that the row's `oid` is of."""

    __slots__ = ()
    catalog: ClassVar[str] = ""


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
class Outsider(Row):
    """An object elsewhere that needs a member."""

    class_: str
    oid: int
    kind: str
    identity: str
    needed: str


@dataclass(frozen=True, slots=True)
class Label(Row):
    """A security label on a member."""

    class_: str
    oid: int
    provider: str
    identity: str
