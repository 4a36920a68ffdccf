"""Tells first what another database lacks that a schema needs, all in one list."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import Connection

from ..catalog.reading import ask, query
from ..errors import TargetExists
from ..plan import ClonePlan
from .errors import RequirementsMissing
from .sessions import transfer_query


@dataclass(frozen=True)
class Members:
    """What lives in a schema, as parameters of queries."""

    schema: int
    classes: list[str]
    oids: list[int]

    @property
    def parameters(self) -> dict[str, Any]:
        """The parameters."""
        return {"schema": self.schema, "classes": self.classes, "oids": self.oids}


def read_members(connection: "Connection[Any]", oid: int) -> Members:
    """Read which objects live in a schema."""
    rows = ask(connection, query("members"), {"schema": oid})
    return Members(oid, [row[0] for row in rows], [row[1] for row in rows])


def ensure_requirements(
    plan: ClonePlan,
    members: Members,
    source: "Connection[Any]",
    target: "Connection[Any]",
    name: str,
    *,
    older_server: bool,
) -> str:
    """See that the target can take the schema; gives the schema that its extensions live in there.

    Raises:
        RequirementsMissing: it cannot; everything that is missing is in one list.
        TargetExists: a schema of this name is there.
    """
    with target.transaction(force_rollback=True):
        target.execute("SET LOCAL search_path TO pg_catalog, pg_temp")
        missing = list(_server_and_roles(plan, members, source, target, name, older_server))
        missing += _objects(members, source, target)
        schemas = dict(
            ask(target, transfer_query("extension_schemas"), {"names": list(plan.extensions)})
        )
        missing += [f"extension {one} is missing" for one in plan.extensions if one not in schemas]
        if len(set(schemas.values())) > 1:
            places = ", ".join(f"{one} in {where}" for one, where in schemas.items())
            missing.append(f"the extensions are in several schemas there ({places}): use one")
    if missing:
        raise RequirementsMissing(target.info.dbname, tuple(dict.fromkeys(missing)))
    return next(iter(schemas.values()), plan.source)


def _server_and_roles(
    plan: ClonePlan,
    members: Members,
    source: "Connection[Any]",
    target: "Connection[Any]",
    name: str,
    older_server: bool,
) -> Iterator[str]:
    ours, theirs = (each.info.server_version // 10000 for each in (source, target))
    if theirs < ours and not older_server:
        yield (
            f"its server is Postgres {theirs}, older than the source's {ours}: allow that with"
            " --older-server (older_server) and verify what came of it"
        )
    shared = ask(source, transfer_query("shared"), members.parameters)
    values = {
        "roles": sorted({name for kind, name in shared if kind == "role"} | {plan.role}),
        "tablespaces": [name for kind, name in shared if kind == "tablespace"],
        "role": plan.role,
        "target": name,
    }
    ((roles, tablespaces, current, may_become, may_create, exists),) = ask(
        target, transfer_query("receiving"), values
    )
    if exists:
        raise TargetExists(f"schema {name!r} exists already: drop it or choose another name")
    yield from (f"role {role} is missing" for role in roles)
    yield from (f"tablespace {space} is missing" for space in tablespaces)
    if may_become is False:
        yield f"role {current} is not a member of {plan.role}, which the plan is run as"
    if may_create is False:
        yield f"role {plan.role} may not create schemas in it"
    if may_become is not None:
        rights = transfer_query("default_rights")
        here, there = (ask(each, rights, {"role": plan.role}) for each in (source, target))
        if here != there:
            yield f"role {plan.role} has other default privileges there than here"


def _objects(
    members: Members, source: "Connection[Any]", target: "Connection[Any]"
) -> Iterator[str]:
    """Give what members need outside of the schema, where the target has no such thing."""
    for kind, names, arguments, identity, extension, schema in ask(
        source, transfer_query("outside"), members.parameters
    ):
        try:
            with target.transaction():
                ask(
                    target,
                    "SELECT pg_get_object_address(%s, %s::text[], %s::text[])",
                    [kind, names, arguments],
                )
        except psycopg.Error:
            if extension is None:
                yield f"{kind} {identity} is missing"
            else:
                yield f"extension {extension} is missing in schema {schema}, or is another version"
