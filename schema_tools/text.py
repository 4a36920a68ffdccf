"""SQL text in the making: identifiers, literals, and the holes that a plan leaves open."""

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, LiteralString

if TYPE_CHECKING:
    from .catalog.rows import Relation

TARGET = "\0target\0"
TARGET_IN_TEXT = "\0target in text\0"
BARE_TARGET = "\0bare target\0"
NAME = "\0name\0"
SOURCE = "\0source\0"
BARE_SOURCE = "\0bare source\0"
SOURCE_TEXT = "\0source text\0"
TARGET_TEXT = "\0target text\0"
"""The holes of a plan's statements. NUL is the one character that Postgres can neither store nor
send, so no text of a catalog can hold a hole by accident.

`TARGET` and `SOURCE` are the quoted names of the two schemas, `TARGET_IN_TEXT` is the target's
inside a string, `BARE_TARGET` and `BARE_SOURCE` are without quotes where they need none (the text
of a function that they stand in had none either), `NAME` is between quotes that are there already,
`SOURCE_TEXT` and `TARGET_TEXT` are the names as strings."""

MAX_NAME_BYTES = 63
"""Postgres cuts longer identifiers (NAMEDATALEN - 1)."""


def ident(name: str) -> str:
    """Return the name as an always quoted identifier."""
    return '"' + name.replace('"', '""') + '"'


def bare(name: str) -> str:
    """The name without quotes where that means the same; no keyword has a digit in it."""
    return name if _NEEDS_NO_QUOTES.fullmatch(name) else ident(name)


def shown_name(name: str) -> str:
    """Return the name as a person reads it: with quotes where they are needed, but for keywords."""
    return name if re.fullmatch(r"[a-z_][a-z0-9_]*", name) else ident(name)


_NEEDS_NO_QUOTES = re.compile(r"[a-z_][a-z0-9_]*[0-9][a-z0-9_]*")


def in_target(name: str) -> str:
    """Return the quoted name of an object in the clone."""
    return f"{TARGET}.{ident(name)}"


def qualified(schema: str, name: str) -> str:
    """Return the quoted name of an object in a schema."""
    return f"{ident(schema)}.{ident(name)}"


def literal(value: str | int | bool) -> str:
    """The value as a literal that the server reads back unchanged."""
    from psycopg import sql  # here, for what asks no server needs no psycopg

    return sql.Literal(value).as_string()


def plain_literal(value: str) -> str:
    """The value as the server prints strings: never as E'…', for backslashes mean themselves."""
    return "'" + value.replace("'", "''") + "'"


def compose(template: LiteralString, **parts: str) -> str:
    """Fill the named holes of a statement with text that is SQL already."""
    return template.format(**parts)


def comma(items: list[str]) -> str:
    """The items as an SQL list."""
    return ", ".join(items)


def option_text(option: str) -> str:
    """A storage option as the catalog has it, as SQL."""
    name, _, value = option.partition("=")
    return f"{ident(name)} = {literal(value)}"


def storage_options(row: "Relation") -> str:
    """The WITH clause of a relation, its TOAST table's options among them."""
    options = [option_text(o) for o in row.options]
    options += [f"toast.{option_text(o)}" for o in row.toast_options]
    return f"WITH ({comma(options)})" if options else ""


def few(items: Sequence[object], most: int = 20) -> str:
    """Return the first of the items for a sentence, and how many more there are."""
    shown = "; ".join(str(item) for item in items[:most])
    return f"{shown}; and {len(items) - most} more" if len(items) > most else shown
