"""Owners, rights and comments of what the other parts made."""

from ...catalog.catalog import Catalog
from ...catalog.rows import Grant, SchemaRight
from ...errors import UnsupportedObject
from ...plan import Phase
from ...text import TARGET, compose, ident, literal
from ..draft import Draft, Key

GRANT_TARGETS = {
    "MATERIALIZED VIEW": "TABLE",
    "VIEW": "TABLE",
    "AGGREGATE": "FUNCTION",
    "DOMAIN": "TYPE",
}
DEFAULT_KINDS = {"r": "TABLES", "S": "SEQUENCES", "f": "FUNCTIONS", "T": "TYPES"}


def add_owners(draft: Draft, catalog: Catalog) -> None:
    """Owners other than the role that runs the plan; they need CREATE on the schema before."""
    schema_rights = [
        key
        for key, node in draft.nodes.items()
        if node.kind == "schema right" and node.phase is Phase.RIGHTS
    ]
    schema_owner = next((row.owner for row in catalog.schema_rights), None)
    if any(row.owner == schema_owner for row in catalog.owners):  # the schema is its own last
        sql = f"GRANT CREATE ON SCHEMA {TARGET} TO {schema_owner}"
        early: Key = ("early right", catalog.oid)
        draft.add(early, Phase.RIGHTS, "schema right", "SCHEMA", sql)
        schema_rights.append(early)
    for row in catalog.owners:
        key: Key = (row.class_, row.oid)
        address, maker = draft.addresses.get(key), draft.claims.get(key)
        if address is None or maker is None or _follows_column(draft, key):
            continue
        sql = f"ALTER {address} OWNER TO {row.owner}"
        needs = [maker, *schema_rights]
        draft.add(("owner", row.oid), Phase.RIGHTS, "owner", address, sql, needs=needs)


def _follows_column(draft: Draft, key: Key) -> bool:
    """Tell whether it is a sequence that has its table's owner because a column owns it."""
    if not draft.addresses[key].startswith("SEQUENCE"):
        return False
    return ("owned", key[1]) in draft.nodes or draft.claims[key] != key


def add_grants(draft: Draft, catalog: Catalog) -> None:
    """Rights that differ from those of a new object, one after the other as they were given."""
    before: dict[Key, Key] = {}
    owners = [key for key, node in draft.nodes.items() if node.kind == "owner"]
    for number, row in enumerate(catalog.grants):
        key: Key = (row.class_, row.oid)
        address, maker = draft.addresses.get(key), draft.claims.get(key)
        if address is None or maker is None:
            continue
        if not row.by_owner:
            _refuse_grant(draft, f"{row.privilege} on {address} for {row.grantee}", row.grantor)
        own: Key = (f"grant {number:06}", row.oid)
        draft.add(
            own,
            Phase.RIGHTS,
            "grant" if row.given else "revoke",
            address,
            _grant(row, address),
            needs=[maker, before.get(key, maker), *owners],
        )
        before[key] = own


def _grant(row: Grant | SchemaRight, address: str) -> str:
    kind, _, name = address.partition(" ")
    if address.startswith("MATERIALIZED VIEW"):
        kind, name = "TABLE", address.removeprefix("MATERIALIZED VIEW ")
    column_name = getattr(row, "column_name", None)
    column = f" ({ident(column_name)})" if column_name else ""
    verb, way = ("GRANT", "TO") if row.given else ("REVOKE", "FROM")
    option = " WITH GRANT OPTION" if row.given and row.is_grantable else ""
    right = f"{row.privilege}{column} ON {GRANT_TARGETS.get(kind, kind)} {name}"
    return f"{verb} {right} {way} {row.grantee}{option}"


def add_default_privileges(draft: Draft, catalog: Catalog) -> None:
    """What roles have said of objects that they will make in the schema; last, so as not to act."""
    for row in catalog.default_privileges:
        key: Key = ("pg_default_acl", row.oid)
        draft.claims.setdefault(key, None)
        verb = compose(
            "ALTER DEFAULT PRIVILEGES FOR ROLE {role} IN SCHEMA {schema}"
            " GRANT {right} ON {kind} TO {grantee}{option}",
            role=row.role,
            schema=TARGET,
            right=row.privilege,
            kind=DEFAULT_KINDS[row.kind],
            grantee=row.grantee,
            option=" WITH GRANT OPTION" if row.is_grantable else "",
        )
        draft.add(
            (f"default privilege {row.grantee} {row.privilege}", row.oid),
            Phase.FUTURE_RIGHTS,
            "default privilege",
            f"{row.role} {row.kind} {row.grantee} {row.privilege}",
            verb,
        )


def _refuse_grant(draft: Draft, identity: str, grantor: str | None) -> None:
    reason = f"it was granted by {grantor}, not by the owner; grant it again as the owner"
    draft.refusals.found.append(UnsupportedObject("right", identity, reason))


def add_schema_rights(draft: Draft, catalog: Catalog) -> None:
    """The schema's own rights and its owner, as the source has them."""
    for number, row in enumerate(catalog.schema_rights):
        if row.owner is not None and number == 0:
            own: Key = ("schema owner", catalog.oid)
            sql = f"ALTER SCHEMA {TARGET} OWNER TO {row.owner}"
            draft.add(own, Phase.FUTURE_RIGHTS, "schema owner", "SCHEMA", sql)
        if row.privilege is None:
            continue
        if not row.by_owner:
            _refuse_grant(draft, f"{row.privilege} on the schema for {row.grantee}", row.grantor)
        draft.add(
            (f"schema right {number:06}", catalog.oid),
            Phase.RIGHTS if row.given and not row.to_self else Phase.FUTURE_RIGHTS,
            "schema right",
            "SCHEMA",
            _grant(row, f"SCHEMA {TARGET}"),
            needs=[] if row.given and not row.to_self else [("schema owner", catalog.oid)],
        )


def add_comments(draft: Draft, catalog: Catalog) -> None:
    """Comments on everything; that on the schema is set with the mark, before all else."""
    for row in catalog.comments:
        key: Key = (row.class_, row.oid)
        if key in catalog.borrowed:
            continue
        maker = draft.claims.get(key)
        address = draft.addresses.get(key)
        if address is None:
            if maker is None:
                continue  # of something that is not cloned, which has a warning of its own
            reason = "comments on objects of this kind are not handled; drop it"
            identity = f"on {catalog.show(row.identity)}"
            draft.refusals.found.append(UnsupportedObject("comment", identity, reason))
            continue
        if row.number:
            relation = address.partition(" ")[2].removeprefix("VIEW ")
            address = f"COLUMN {relation}.{ident(row.column_name or '')}"
        sql = f"COMMENT ON {address} IS {literal(row.text)}"
        needs = [maker] if maker is not None else []
        own = (f"comment {row.class_} {row.number}", row.oid)
        draft.add(own, Phase.RIGHTS, "comment", address, sql, needs=needs)
