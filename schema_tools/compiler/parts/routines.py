"""Functions, procedures and aggregates."""

from ...catalog.catalog import Catalog
from ...catalog.rows import Aggregate, Function
from ...errors import UnsupportedObject
from ...plan import Phase
from ...text import SOURCE_TEXT, TARGET, comma, in_target, literal, plain_literal
from ..draft import Draft, Key
from ..lexer import mentions, rewrite
from .keys import ensure_tail

REWRITTEN = {"sql", "plpgsql"}
"""Languages whose bodies use the server's lexical rules."""

PARALLEL = {"s": "SAFE", "r": "RESTRICTED", "u": "UNSAFE"}
MODIFY = {"r": "READ_ONLY", "s": "SHAREABLE", "w": "READ_WRITE"}


def add_functions(draft: Draft, catalog: Catalog) -> None:
    """Add every function and procedure; what its body names cannot be known for certain is told."""
    members = frozenset(
        [row.name for row in catalog.relations]
        + [row.name for row in catalog.functions]
        + [row.name for row in catalog.aggregates]
        + [row.name for row in catalog.types]
    )
    for row in catalog.functions:
        key: Key = ("pg_proc", row.oid)
        kind = "procedure" if row.kind == "p" else "function"
        identity = f"{row.name}({row.arguments})"
        address = f"{kind.upper()} {in_target(row.name)}({row.arguments})"
        with draft.refusing(key):
            sql = _define(draft, row, catalog, members, kind)
            draft.add(key, Phase.DEFINE, kind, identity, sql, address=address)


def _define(
    draft: Draft, row: Function, catalog: Catalog, members: frozenset[str], kind: str
) -> str:
    schema = catalog.name
    tail = ensure_tail(row.tail, kind, row.name).rstrip("\n")
    if not row.has_parsed_body and row.language not in ("c", "internal"):
        tail = _rewrite_body(draft, row, schema, members, tail)
    for setting in row.config:
        name, _, value = setting.partition("=")
        if name == "search_path":
            tail = _rewrite_path(row, split_path(value), catalog, tail)
        elif mentions(value, schema):
            message = f"its setting {name} = {value} names the schema and was left as it is"
            draft.warn(kind, f"{row.name}({row.arguments})", message)
    return f"CREATE {kind.upper()} {in_target(row.name)}{tail}"


def _rewrite_body(
    draft: Draft, row: Function, schema: str, members: frozenset[str], tail: str
) -> str:
    identity = f"{row.name}({row.arguments})"
    quote = "$function$" if row.kind != "p" else "$procedure$"
    while quote[:-1] in row.source:
        quote = f"{quote[:-1]}x$"
    ending = f"AS {quote}{row.source}{quote}"
    if not tail.endswith(ending):
        raise UnsupportedObject("function", identity, "its body is printed unlike expected")
    if row.language not in REWRITTEN:
        if mentions(row.source, schema):
            draft.warn(
                "function",
                identity,
                f"its {row.language} body names the schema and was left as it is",
            )
        return tail
    body = rewrite(row.source, schema, members, frozenset(row.argument_names))
    for doubt in body.doubts:
        draft.warn("function", identity, doubt)
    return f"{tail[: -len(ending)]}AS {quote}{body.text}{quote}"


def _rewrite_path(row: Function, items: list[str], catalog: Catalog, tail: str) -> str:
    """Put a hole for the schema into the one line that sets the function's search path.

    Where extensions have objects in the source it stays behind the clone, for the body's sake.
    """
    shown = comma([plain_literal(item) for item in items]) or "''"
    printed = f" SET search_path TO {shown}\n"
    if printed not in tail:
        raise UnsupportedObject(
            "function", f"{row.name}({row.arguments})", "its search path is printed unlike expected"
        )
    own = f"{TARGET}, {SOURCE_TEXT}" if catalog.borrowed else TARGET
    path = comma([own if i == catalog.name else plain_literal(i) for i in items]) or "''"
    return tail.replace(printed, f" SET search_path TO {path}\n", 1)


def split_path(value: str) -> list[str]:
    """The items of a stored list of identifiers (the server's SplitIdentifierString)."""
    items, item, quoted = [], "", False
    for character in value:
        if character == '"':
            quoted = not quoted
            item += character
        elif character == "," and not quoted:
            items.append(item.strip())
            item = ""
        else:
            item += character
    items.append(item.strip())
    return [
        i[1:-1].replace('""', '"') if i.startswith('"') else i for i in items if i and i != '""'
    ]


def add_aggregates(draft: Draft, catalog: Catalog) -> None:
    """Add every aggregate."""
    for row in catalog.aggregates:
        options = [f"SFUNC = {row.transition}", f"STYPE = {row.state_type}"]
        options += [f"{name} = {value}" for name, value in _aggregate_options(row) if value]
        options += [name for name, value in _aggregate_flags(row) if value]
        arguments = row.full_arguments
        sql = f"CREATE AGGREGATE {in_target(row.name)}({arguments or '*'}) ({comma(options)})"
        identity = f"{row.name}({row.arguments})"
        address = f"AGGREGATE {in_target(row.name)}({row.arguments or '*'})"
        draft.add(("pg_proc", row.oid), Phase.DEFINE, "aggregate", identity, sql, address=address)


def _aggregate_options(row: Aggregate) -> list[tuple[str, str | None]]:
    initial = literal(row.initial) if row.initial is not None else None
    moving_initial = literal(row.moving_initial) if row.moving_initial is not None else None
    sort = f"OPERATOR({row.sort_operator})" if row.sort_operator else None
    return [
        ("SSPACE", str(row.state_size) if row.state_size else None),
        ("FINALFUNC", row.final),
        ("FINALFUNC_MODIFY", MODIFY[row.final_modify] if row.final else None),
        ("COMBINEFUNC", row.combine),
        ("SERIALFUNC", row.serialize),
        ("DESERIALFUNC", row.deserialize),
        ("INITCOND", initial),
        ("MSFUNC", row.moving_transition),
        ("MINVFUNC", row.moving_inverse),
        ("MSTYPE", row.moving_type),
        ("MSSPACE", str(row.moving_size) if row.moving_size else None),
        ("MFINALFUNC", row.moving_final),
        ("MFINALFUNC_MODIFY", MODIFY[row.moving_final_modify] if row.moving_final else None),
        ("MINITCOND", moving_initial),
        ("SORTOP", sort),
        ("PARALLEL", PARALLEL[row.parallel]),
    ]


def _aggregate_flags(row: Aggregate) -> list[tuple[str, bool]]:
    return [
        ("FINALFUNC_EXTRA", row.final_extra),
        ("MFINALFUNC_EXTRA", row.moving_final_extra),
        ("HYPOTHETICAL", row.kind == "h"),
    ]
