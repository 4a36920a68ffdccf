"""SQL text in the making: identifiers, literals, and the holes that a plan leaves open."""

import re
from typing import Any, LiteralString

from psycopg import sql

TARGET = "\0target\0"
BARE_TARGET = "\0bare target\0"
SOURCE = "\0source\0"
SOURCE_TEXT = "\0source text\0"
"""Holes for the quoted names of the two schemas, for the target's without quotes where it needs
none (the text that it stands in had none either), and for the source's name as a string. NUL is the
one character that Postgres can neither store nor send, so no text of a catalog can hold a hole by
accident."""

MAX_NAME_BYTES = 63
"""Postgres cuts longer identifiers (NAMEDATALEN - 1)."""


def ident(name: str) -> str:
    """The name as an always quoted identifier."""
    return sql.Identifier(name).as_string()


def bare(name: str) -> str:
    """The name without quotes where that means the same; no keyword has a digit in it."""
    return name if _NEEDS_NO_QUOTES.fullmatch(name) else ident(name)


_NEEDS_NO_QUOTES = re.compile(r"[a-z_][a-z0-9_]*[0-9][a-z0-9_]*")


def qualified(schema: str, name: str) -> str:
    """The quoted name of an object in a schema."""
    return sql.Identifier(schema, name).as_string()


def literal(value: str | int | bool) -> str:
    """The value as a literal that the server reads back unchanged."""
    return sql.Literal(value).as_string()


def plain_literal(value: str) -> str:
    """The value as the server prints strings: never as E'…', for backslashes mean themselves."""
    return "'" + value.replace("'", "''") + "'"


def compose(template: LiteralString, **parts: str) -> str:
    """Fill the named holes of a statement with text that is SQL already."""
    return sql.SQL(template).format(**{k: sql.SQL(v) for k, v in parts.items()}).as_string()


def comma(items: list[str]) -> str:
    """The items as an SQL list."""
    return ", ".join(items)


def option_text(option: str) -> str:
    """A storage option as the catalog has it, as SQL."""
    name, _, value = option.partition("=")
    return f"{ident(name)} = {literal(value)}"


def storage_options(row: Any) -> str:
    """The WITH clause of a relation, its TOAST table's options among them."""
    options = [option_text(o) for o in row.options]
    options += [f"toast.{option_text(o)}" for o in row.toast_options]
    return f"WITH ({comma(options)})" if options else ""
