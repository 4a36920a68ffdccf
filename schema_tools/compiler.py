"""Compiles a schema into a clone plan: every object claimed by one part, or nothing at all."""

from typing import Any

from psycopg import Connection

from .catalog import Catalog, Row, read_catalog
from .draft import Draft, Key
from .errors import UnsupportedObject
from .large_objects import ensure_no_large_objects
from .parts.keys import (
    add_foreign_keys,
    add_keys,
    add_replica_identities,
    add_statistics,
)
from .parts.logic import add_policies, add_rules, add_triggers
from .parts.operators import add_casts, add_operator_classes, add_operators
from .parts.planner import add_planner_statistics
from .parts.rights import (
    add_comments,
    add_default_privileges,
    add_grants,
    add_owners,
    add_schema_rights,
)
from .parts.routines import add_aggregates, add_functions
from .parts.search import add_collations, add_text_search
from .parts.sequences import add_sequences
from .parts.tables import add_tables
from .parts.types import add_types
from .parts.views import add_views, order_refreshes
from .plan import ClonePlan, fingerprint
from .warnings import add_warnings

PARTS = (
    add_types,
    add_collations,
    add_tables,
    add_sequences,
    add_functions,
    add_aggregates,
    add_operators,
    add_operator_classes,
    add_casts,
    add_text_search,
    add_views,
    add_keys,
    add_foreign_keys,
    add_statistics,
    add_replica_identities,
    add_triggers,
    add_rules,
    add_policies,
)
"""What makes objects; what decorates objects that are made comes after."""

DECORATIONS = (
    add_schema_rights,
    add_owners,
    add_grants,
    add_comments,
    add_default_privileges,
    add_planner_statistics,
)

NOT_COPIED = {
    "publication relation": "its membership of a publication is not copied",
    "publication namespace": "the schema's membership of a publication is not copied",
}
"""Members that are about a schema rather than in it: told, not copied."""

REASONS = {
    "foreign table": "its rows live in another server; make it a table or leave it outside",
    "extension": "an extension cannot be installed twice; move it: ALTER EXTENSION … SET SCHEMA",
    "conversion": "conversions need functions in C; create it in another schema",
    "text search parser": "parsers need functions in C; create it in another schema",
    "text search template": "templates need functions in C; create it in another schema",
}


def compile_plan(connection: "Connection[Any]", source: str) -> ClonePlan:
    """Read a schema and work out how to rebuild it under another name.

    The connection is left as it was found; nothing is written.

    Raises:
        UnsupportedObject: something in the schema cannot be cloned exactly; it is named.
        SourceNotFound, PrivilegeMissing, InvalidName: the schema cannot be read.
        DependencyCycle: objects need each other in a way that no order solves.
    """
    catalog = read_catalog(connection, source)
    ensure_no_large_objects(connection, catalog)
    return plan_from_catalog(catalog)


def plan_from_catalog(catalog: Catalog) -> ClonePlan:
    """The plan for a catalog that has been read; see `compile_plan`."""
    _ensure_supported(catalog)
    draft = Draft()
    for add in PARTS:
        add(draft, catalog)
    _claim_members(draft, catalog)
    for edge in catalog.edges:
        draft.depend((edge.class_, edge.oid), (edge.needed_class, edge.needed_oid))
    order_refreshes(draft)
    for decorate in DECORATIONS:
        decorate(draft, catalog)
    statements = draft.order()
    add_warnings(draft, catalog, statements)
    return ClonePlan(
        source=catalog.name,
        server_version=catalog.server_version,
        role=catalog.role,
        fingerprint=fingerprint(catalog.server_version, statements),
        stamp=catalog.stamp,
        statements=statements,
        tables=tuple(row.name for row in catalog["relations"] if row.kind in ("r", "p")),
        warnings=tuple(draft.warnings),
    )


def _ensure_supported(catalog: Catalog) -> None:
    """Refuse first what would only be met later, under a stranger name.

    Raises:
        UnsupportedObject: an extension, something that needs one's objects, or a security label.
    """
    members = {(m.class_, m.oid): m for m in catalog["members"]}
    for member in members.values():
        if member.kind == "extension":
            raise UnsupportedObject(member.kind, member.identity, REASONS["extension"])
    for edge in catalog.edges:
        key, needed_key = (edge.class_, edge.oid), (edge.needed_class, edge.needed_oid)
        if needed_key in catalog.owned and key not in catalog.owned:
            needer, needed = members[key], members[needed_key]
            reason = f"it needs {needed.identity}, which belongs to an extension and is not cloned"
            raise UnsupportedObject(needer.kind, needer.identity, reason)
    for label in catalog.labels:
        reason = f"it has a security label of {label.provider}: labels are not handled"
        raise UnsupportedObject("labelled object", label.identity, reason)


def _claim_members(draft: Draft, catalog: Catalog) -> None:
    """See that every member of the schema is claimed; internal parts go with their whole.

    Raises:
        UnsupportedObject: a member that no part makes.
    """
    members = {(m.class_, m.oid): m for m in catalog["members"]}
    pending = [key for key in members if key not in draft.claims]
    while pending:
        whole_is_known = [
            key
            for key in pending
            if (members[key].whole_class, members[key].whole_oid) in draft.claims
            and key[0] not in _MADE_ALONE
        ]
        for key in whole_is_known:
            draft.claim(key, draft.claims[(members[key].whole_class, members[key].whole_oid)])
        if not whole_is_known:
            break
        pending = [key for key in pending if key not in draft.claims]
    for key in pending:
        _pass_over(draft, catalog, members[key], key)


def _pass_over(draft: Draft, catalog: Catalog, member: Row, key: Key) -> None:
    """Claim a member that is not cloned, and tell why.

    Raises:
        UnsupportedObject: it should have been cloned.
    """
    message = NOT_COPIED.get(member.kind)
    if member.of_extension:
        message = "belongs to an extension and is not cloned"
    elif member.kind == "statistics object" and member.schema != catalog.name:
        message = "is in another schema and is not cloned"
    if message is not None:
        draft.warn(member.kind, member.identity, message)
    elif key not in catalog.owned and key[0] != "pg_default_acl":
        reason = REASONS.get(member.kind, "objects of this kind are not handled")
        if member.schema not in (None, catalog.name):
            reason = "it is part of something here but lives in another schema; move it"
        raise UnsupportedObject(member.kind, member.identity, reason)
    draft.claims.setdefault(key, None)


_MADE_ALONE = {"pg_policy", "pg_attrdef", "pg_statistic_ext", "pg_default_acl"}
"""Catalogs whose rows are never made as an internal part of something else."""
