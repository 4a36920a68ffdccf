"""Functions, procedures and aggregates."""

from ..catalog import Catalog, Row
from ..draft import Draft, Key
from ..errors import UnsupportedObject
from ..lexer import mentions, rewrite
from ..plan import Phase
from ..text import TARGET, comma, ident, literal, plain_literal
from .keys import cut_prefix

REWRITTEN = {"sql", "plpgsql"}
"""Languages whose bodies use the server's lexical rules."""

PARALLEL = {"s": "SAFE", "r": "RESTRICTED", "u": "UNSAFE"}
MODIFY = {"r": "READ_ONLY", "s": "SHAREABLE", "w": "READ_WRITE"}


def add_functions(draft: Draft, catalog: Catalog) -> None:
    """Every function and procedure; what its body names cannot be known for certain is told."""
    members = frozenset(
        row.name
        for kind in ("relations", "functions", "aggregates", "types")
        for row in catalog[kind]
    )
    for row in catalog["functions"]:
        key: Key = ("pg_proc", row.oid)
        kind = "procedure" if row.kind == "p" else "function"
        identity = f"{row.name}({row.arguments})"
        address = f"{kind.upper()} {ident(row.name)}({row.arguments})"
        sql = _define(draft, row, catalog.name, members, kind)
        draft.add(key, Phase.DEFINE, kind, identity, sql, address=address)


def _define(draft: Draft, row: Row, schema: str, members: frozenset[str], kind: str) -> str:
    head = f"CREATE OR REPLACE {kind.upper()} {row.qualified_head}"
    tail = cut_prefix(row.definition.rstrip("\n"), head, kind, row.name)
    if not row.has_parsed_body and row.language not in ("c", "internal"):
        tail = _rewrite_body(draft, row, schema, members, tail)
    for setting in row.config:
        name, _, value = setting.partition("=")
        if name == "search_path":
            tail = _rewrite_path(row, split_path(value), schema, tail)
        elif mentions(value, schema):
            message = f"its setting {name} = {value} names the schema and was left as it is"
            draft.warn(kind, f"{row.name}({row.arguments})", message)
    return f"CREATE {kind.upper()} {ident(row.name)}({tail}"


def _rewrite_body(draft: Draft, row: Row, schema: str, members: frozenset[str], tail: str) -> str:
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


def _rewrite_path(row: Row, items: list[str], schema: str, tail: str) -> str:
    """Put a hole for the schema into the one line that sets the function's search path."""
    shown = comma([plain_literal(item) for item in items]) or "''"
    printed = f" SET search_path TO {shown}\n"
    if printed not in tail:
        raise UnsupportedObject(
            "function", f"{row.name}({row.arguments})", "its search path is printed unlike expected"
        )
    path = comma([TARGET if item == schema else ident(item) for item in items]) or "''"
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
    """Every aggregate."""
    for row in catalog["aggregates"]:
        options = [f"SFUNC = {row.transition}", f"STYPE = {row.state_type}"]
        options += [f"{name} = {value}" for name, value in _aggregate_options(row) if value]
        options += [name for name, value in _aggregate_flags(row) if value]
        arguments = row.full_arguments
        sql = f"CREATE AGGREGATE {ident(row.name)}({arguments or '*'}) ({comma(options)})"
        identity = f"{row.name}({row.arguments})"
        address = f"AGGREGATE {ident(row.name)}({row.arguments or '*'})"
        draft.add(("pg_proc", row.oid), Phase.DEFINE, "aggregate", identity, sql, address=address)


def _aggregate_options(row: Row) -> list[tuple[str, str | None]]:
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


def _aggregate_flags(row: Row) -> list[tuple[str, bool]]:
    return [
        ("FINALFUNC_EXTRA", row.final_extra),
        ("MFINALFUNC_EXTRA", row.moving_final_extra),
        ("HYPOTHETICAL", row.kind == "h"),
    ]
