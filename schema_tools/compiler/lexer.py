"""Rewrites a schema's name in text that the server keeps as text: the bodies of functions.

The token rules are those of the server's own scanner (the manual's chapter "Lexical Structure").
Only identifiers are rewritten. What stands in comments stays; what stands in strings may be dynamic
SQL and cannot be known, so it stays too and is reported.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ..text import BARE_TARGET, TARGET

_SIMPLE = re.compile(
    r"""
      (?P<space>\s+)
    | (?P<comment>--[^\n]*)
    | (?P<string>[eE]'(?:[^'\\]|\\.|'')*(?:'|\Z) | (?:[uU]&|[bBxXnN])?'(?:[^']|'')*(?:'|\Z))
    | (?P<dollar>\$(?P<tag>(?:[^\W\d]\w*)?)\$.*?(?:\$(?P=tag)\$|\Z))
    | (?P<quoted>(?:[uU]&)?"(?:[^"]|"")*(?:"|\Z))
    | (?P<name>[^\W\d][\w$]*)
    | (?P<number>\d[\w.]*|\.\d[\w.]*)
    | (?P<other>.)
    """,
    re.VERBOSE | re.DOTALL,
)
_COMMENT_EDGE = re.compile(r"/\*|\*/")


_FOLDED = {upper: upper + 32 for upper in range(ord("A"), ord("Z") + 1)}
"""Only these are folded in UTF-8: the server leaves other letters as they are."""


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of the text; the pieces joined are the text."""

    kind: str
    text: str

    @property
    def name(self) -> str | None:
        """What an identifier means: folded to lower case, or without its quotes."""
        if self.kind == "name":
            return self.text.translate(_FOLDED)
        if self.kind == "quoted" and self.text.startswith('"') and self.text.endswith('"'):
            return self.text[1:-1].replace('""', '"')
        return None


@dataclass(frozen=True)
class Rewritten:
    """A text with holes for the target's name, and what could not be known about it."""

    text: str
    doubts: tuple[str, ...]


def tokenize(text: str) -> Iterator[Token]:
    """Cut a text into tokens. An unterminated string or comment runs on to the end."""
    position = 0
    while position < len(text):
        if text.startswith("/*", position):
            end = _end_of_comment(text, position)
            yield Token("comment", text[position:end])
        else:
            match = _SIMPLE.match(text, position)
            assert match is not None
            assert match.lastgroup is not None
            end = match.end()
            kind = "dollar" if match.group("dollar") else match.lastgroup
            yield Token(kind, match.group())
        position = end


def rewrite(text: str, schema: str, members: frozenset[str], others: frozenset[str]) -> Rewritten:
    """Put a hole where the text names the schema.

    `members` are the names of the schema's objects. `others` are the names that mean something
    else in this text, such as a function's arguments: where the schema's name is also such a name,
    or stands alone in the text (as a table, an alias or a variable would), only `schema.member` is
    taken for the schema, and everything else before a dot is a doubt.
    """
    tokens = list(tokenize(text))
    words = [n for n, token in enumerate(tokens) if token.kind not in ("space", "comment")]
    in_path = _search_path_items(tokens, words)
    ambiguous = schema in others or any(
        tokens[n].name == schema and not _before_dot(tokens, words, at) and n not in in_path
        for at, n in enumerate(words)
    )
    pieces = [token.text for token in tokens]
    doubts = [d for token in tokens if (d := _doubt_in_string(token, schema))]
    for at, n in enumerate(words):
        if tokens[n].text[:3] in ('U&"', 'u&"'):
            doubts.append(f"the name {tokens[n].text} has escapes and was left as it is")
        if tokens[n].name != schema:
            continue
        if n in in_path:
            pieces[n] = BARE_TARGET if tokens[n].kind == "name" else TARGET
        elif _follows_word_schema(tokens, words, at):
            doubts.append(f"SCHEMA {tokens[n].text} was left as it is")
        elif _before_dot(tokens, words, at) and not _after_dot(tokens, words, at):
            member = tokens[words[at + 2]].name if at + 2 < len(words) else None
            if not ambiguous or member in members:
                pieces[n] = BARE_TARGET if tokens[n].kind == "name" else TARGET
            else:
                doubts.append(f"{schema}.{member} may be the schema or something else")
    return Rewritten("".join(pieces), tuple(dict.fromkeys(doubts)))


def doubts_in_strings(text: str, schema: str) -> list[str]:
    """What strings in a statement may mean by the schema's name."""
    doubts = (_doubt_in_string(token, schema) for token in tokenize(text))
    return list(dict.fromkeys(doubt for doubt in doubts if doubt))


def mentions(text: str, schema: str) -> bool:
    """Tell whether the schema's name stands in the text as a word, wherever it is."""
    return re.search(rf"(?<![\w$]){re.escape(schema)}(?![\w$])", text) is not None


def _end_of_comment(text: str, start: int) -> int:
    depth = 0
    for edge in _COMMENT_EDGE.finditer(text, start):
        depth += 1 if edge.group() == "/*" else -1
        if depth == 0:
            return edge.end()
    return len(text)


def _before_dot(tokens: list[Token], words: list[int], at: int) -> bool:
    return at + 1 < len(words) and tokens[words[at + 1]].text == "."


def _after_dot(tokens: list[Token], words: list[int], at: int) -> bool:
    return at > 0 and tokens[words[at - 1]].text == "."


def _follows_word_schema(tokens: list[Token], words: list[int], at: int) -> bool:
    return at > 0 and tokens[words[at - 1]].name == "schema" and not _before_dot(tokens, words, at)


def _doubt_in_string(token: Token, schema: str) -> str | None:
    if token.kind not in ("string", "dollar"):
        return None
    inside = token.text.strip("$") if token.kind == "dollar" else token.text
    if not mentions(inside, schema):
        return None
    shown = token.text if len(token.text) <= 60 else token.text[:57] + "..."
    return f"the string {shown} names the schema and was left as it is"


def _search_path_items(tokens: list[Token], words: list[int]) -> set[int]:
    """Positions of the items of `SET [LOCAL | SESSION] search_path TO a, b` and `= a, b`."""
    found: set[int] = set()
    for at, n in enumerate(words):
        if tokens[n].name != "search_path" or not _follows_set(tokens, words, at):
            continue
        operator = tokens[words[at + 1]].text.lower() if at + 1 < len(words) else ""
        if operator not in ("=", "to"):
            continue
        for following in words[at + 2 :]:
            if tokens[following].name is not None:
                found.add(following)
            elif tokens[following].text != "," and tokens[following].kind != "string":
                break
    return found


def _follows_set(tokens: list[Token], words: list[int], at: int) -> bool:
    before = [tokens[n].name for n in words[max(0, at - 2) : at]]
    return before[-1:] == ["set"] or (
        before[:1] == ["set"] and before[1:] in (["local"], ["session"])
    )
