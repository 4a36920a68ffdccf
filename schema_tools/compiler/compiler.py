"""Compiles a schema into a clone plan: every object claimed by one part, or nothing at all."""

from dataclasses import replace
from typing import Any

from psycopg import Connection

from ..catalog.catalog import BORROWED, Catalog, read_catalog, why_left_out
from ..catalog.extensions import use_in_place
from ..catalog.rows import Member
from ..catalog.ties import find_ties
from ..errors import UnsupportedObject, UntestedServer
from ..plan import ClonePlan, PlanWarning, fingerprint
from ..text import few
from .draft import Draft, Key
from .large_objects import ensure_no_large_objects
from .lexer import mentions
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
from .refusals import Refusals
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

TESTED_SERVERS = (15, 16, 17, 18)
"""Major versions of Postgres that the torture schemas were cloned on."""

REASONS = {
    "foreign table": "its rows live in another server; make it a table or leave it outside",
    "conversion": "conversions need functions in C; create it in another schema",
    "text search parser": "parsers need functions in C; create it in another schema",
    "text search template": "templates need functions in C; create it in another schema",
}


def compile_plan(
    connection: "Connection[Any]",
    source: str,
    *,
    keep_ties: bool = False,
    untested_server: bool = False,
) -> ClonePlan:
    """Work out how to rebuild a schema under another name, and prove it by a rehearsal.

    The connection is left as it was found; nothing is written. `keep_ties` allows what a clone
    would share with its source by way of other schemas' objects; the plan lists it.
    `untested_server` allows a server whose major version is not among `TESTED_SERVERS`.

    Raises:
        UnsupportedObject: something in the schema cannot be cloned exactly; it is named.
        Unproven: the rehearsal made something else than what the source holds.
        SourceNotFound, PrivilegeMissing, InvalidName: the schema cannot be read or cloned.
        DependencyCycle: objects need each other in a way that no order solves.
        UntestedServer: no test has run on this major version of Postgres.
    """
    from ..catalog.sums import inspect
    from ..proof.rehearsal import rehearse

    if not untested_server:
        ensure_tested(connection)
    catalog = read_catalog(connection, source)
    plan = draft_plan(connection, catalog, keep_ties=keep_ties)
    inspection = inspect(connection, catalog)
    del catalog  # it is large, and the rehearsal reads another
    return rehearse(connection, plan, inspection)


def ensure_tested(connection: "Connection[Any]") -> None:
    """Raise `UntestedServer` unless the tests run on this server's major version."""
    version = connection.info.server_version // 10000
    if version not in TESTED_SERVERS:
        tested = ", ".join(str(known) for known in TESTED_SERVERS)
        raise UntestedServer(
            f"Postgres {version} was never tested with schema_tools (tested: {tested}): use one of"
            " those, or allow it with --untested-server (untested_server)"
        )


def draft_plan(
    connection: "Connection[Any]", catalog: Catalog, *, keep_ties: bool = False
) -> ClonePlan:
    """Work out the plan as `compile_plan` does, without a proof."""
    source = catalog.name
    refusals = Refusals()
    with refusals.collecting():
        ensure_no_large_objects(connection, catalog)
    own = catalog.members.keys() - catalog.borrowed
    ties, outside = find_ties(connection, source, own, own)
    if ties and not keep_ties:
        reason = (
            f"a clone would stay tied to it through other schemas: {few(ties)}."
            " Move what stands between into the schema, or allow it with --keep-ties (keep_ties)"
        )
        refusals.found.append(UnsupportedObject("schema", source, reason))
    with refusals.collecting():
        plan = plan_from_catalog(catalog)
    refusals.raise_any()
    hidden = tuple(
        PlanWarning("function", name, "is outside and names the source in its body")
        for name, body in outside
        if mentions(body, source)
    )
    return replace(plan, ties=tuple(ties), warnings=plan.warnings + hidden)


def plan_from_catalog(catalog: Catalog) -> ClonePlan:
    """Work out the plan for a catalog that has been read; see `draft_plan`."""
    draft = Draft()
    _ensure_supported(draft, catalog)
    for add in PARTS:
        with draft.refusals.collecting():
            add(draft, catalog)
    _claim_members(draft, catalog)
    draft.refusals.raise_any()
    for edge in catalog.edges:
        draft.depend((edge.class_, edge.oid), (edge.needed_class, edge.needed_oid))
    order_refreshes(draft)
    for decorate in DECORATIONS:
        with draft.refusals.collecting():
            decorate(draft, catalog)
    draft.refusals.raise_any()
    use_in_place(draft, catalog.members, catalog.borrowed, catalog.edges, catalog.name)
    statements = draft.order()
    add_warnings(draft, catalog, statements)
    return ClonePlan(
        source=catalog.name,
        server_version=catalog.server_version,
        role=catalog.role,
        fingerprint=fingerprint(catalog.server_version, catalog.comment, statements),
        stamp=catalog.stamp,
        statements=statements,
        tables=tuple(row.name for row in catalog.relations if row.kind in ("r", "p")),
        comment=catalog.comment,
        by_path=catalog.binding.token is None,
        extensions=tuple(
            sorted({m.of_extension for m in catalog.members.values() if m.of_extension})
        ),
        warnings=tuple(draft.warnings),
    )


def _ensure_supported(draft: Draft, catalog: Catalog) -> None:
    """Refuse a link to an extension's table, and security labels."""
    refuse = draft.refusals.found.append
    for edge in catalog.edges:
        key, needed = (edge.class_, edge.oid), (edge.needed_class, edge.needed_oid)
        if needed in catalog.borrowed and key not in catalog.borrowed and key[0] == "pg_constraint":
            needer, table = catalog.members[key], catalog.members[needed]
            if table.kind == "table" and needer.kind == "table constraint":
                reason = (
                    f"it references {catalog.show(table.identity)}, which belongs to an extension"
                    " and is not cloned"
                )
                refuse(UnsupportedObject(needer.kind, catalog.show(needer.identity), reason))
    for label in catalog.labels:
        reason = f"it has a security label of {label.provider}: labels are not handled"
        refuse(UnsupportedObject("labelled object", catalog.show(label.identity), reason))


def _claim_members(draft: Draft, catalog: Catalog) -> None:
    """See that every member of the schema is claimed; internal parts go with their whole.

    Raises:
        UnsupportedObject: a member that no part makes.
    """
    members = catalog.members
    for name in sorted({m.of_extension for m in members.values() if m.of_extension}):
        draft.warn("extension", name, BORROWED)
    pending = [
        key
        for key in members
        if key not in draft.claims and key not in catalog.borrowed and key[0] != "pg_extension"
    ]
    while pending:
        whole_is_known = [
            key
            for key in pending
            if (members[key].whole_class, members[key].whole_oid) in draft.claims
            and key[0] not in _MADE_ALONE
        ]
        for key in whole_is_known:
            whole = (members[key].whole_class or "", members[key].whole_oid or 0)
            draft.claim(key, draft.claims[whole])
        if not whole_is_known:
            break
        pending = [key for key in pending if key not in draft.claims]
    for key in pending:
        if (members[key].whole_class, members[key].whole_oid) in draft.claims:
            draft.claims[key] = None  # its whole was passed over just now
            continue
        with draft.refusing(key):
            _pass_over(draft, catalog, members[key], key)


def _pass_over(draft: Draft, catalog: Catalog, member: Member, key: Key) -> None:
    """Claim a member that is not cloned, and tell why.

    Raises:
        UnsupportedObject: it should have been cloned.
    """
    identity = catalog.show(member.identity)
    message = why_left_out(member, catalog.own_schema)
    if message is not None:
        draft.warn(member.kind, identity, message)
    elif key[0] != "pg_default_acl":
        reason = REASONS.get(member.kind, "")
        if member.schema not in (None, catalog.own_schema):
            reason = "it is part of something here but lives in another schema; move it"
        if reason or not draft.refusals.found:  # a part of what was refused is not told too
            reason = reason or "objects of this kind are not handled"
            raise UnsupportedObject(member.kind, identity, reason)
    draft.claims.setdefault(key, None)


_MADE_ALONE = {"pg_policy", "pg_attrdef", "pg_statistic_ext", "pg_default_acl"}
"""Catalogs whose rows are never made as an internal part of something else."""
