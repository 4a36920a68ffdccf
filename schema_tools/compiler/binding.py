"""Turns the schema's name in what the server prints into holes that a plan fills.

A token stands for the name while the catalog is read. It needs quotes, so that the server always
prints it with them: the name that fills the hole then needs no thought about quotes either.
"""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from sys import intern
from typing import Any, TypeVar, cast

from psycopg.rows import RowMaker, class_row

from ..text import BARE_TARGET, NAME, TARGET, TARGET_IN_TEXT, ident, shown_name
from .lexer import tokenize

Kind = TypeVar("Kind")

SHORT = 32
"""Texts below this length hold no token, which is longer."""


@dataclass(frozen=True)
class Binding:
    """How the server prints the schema's name: by a token, or bare, under the schema's own path."""

    schema: str
    token: str | None

    @staticmethod
    def new_token() -> str:
        """Make a name that can occur nowhere else, and that the server prints in quotes."""
        return f"Source_{secrets.token_hex(16)}"

    @property
    def path(self) -> str | None:
        """The search path that definitions are printed under; None for the server's own."""
        return None if self.token else f"{ident(self.schema)}, pg_catalog, pg_temp"

    def bind(self, value: Any) -> Any:
        """Put holes into a value of a row where it names the schema."""
        if self.token is None:
            return value
        if isinstance(value, str):
            return put_holes(value, self.token) if self.token in value else value
        if isinstance(value, list):
            return [self.bind(item) for item in value]
        return value


def put_holes(text: str, token: str) -> str:
    """Put a hole in the place of every token, as the text around it needs."""
    quoted = ident(token)
    if "'" not in text:
        return text.replace(quoted, TARGET)
    pieces = []
    for piece in tokenize(text):
        if piece.kind != "string" or token not in piece.text:
            pieces.append(piece.text.replace(quoted, TARGET))
        elif piece.text[0] in "eE":  # a constant of an array or a row: quotes within quotes
            pieces.append(piece.text.replace(token, NAME))
        else:
            pieces.append(piece.text.replace(quoted, TARGET_IN_TEXT).replace(token, NAME))
    return "".join(pieces)


def unbound(text: str, schema: str) -> str:
    """Fill the holes for a person to read."""
    shown = shown_name(schema)
    for hole in (TARGET, TARGET_IN_TEXT, BARE_TARGET):
        text = text.replace(hole, shown)
    return text.replace(NAME, schema)


def bound_row(kind: type[Kind], binding: Binding) -> "Callable[[Any], RowMaker[Kind]]":
    """Make a row factory like `class_row`, whose values have holes where they name the schema.

    A large schema has a hundred thousand rows, so it does less for each than `class_row`, and keeps
    short texts once: kinds, types and the like come back in every row.
    """
    token, bind = binding.token, binding.bind
    names = [field.name for field in fields(cast(Any, kind))]

    def factory(cursor: Any) -> "RowMaker[Kind]":
        if [column.name for column in cursor.description or ()] != names:
            return class_row(kind)(cursor)  # which complains, or has no rows to make

        def row(values: Sequence[Any]) -> Kind:
            if token is None:
                return kind(*values)
            return kind(
                *[
                    v
                    if not isinstance(v, str | list)
                    else intern(v)
                    if isinstance(v, str) and len(v) < SHORT
                    else bind(v)
                    for v in values
                ]
            )

        return row

    return factory
