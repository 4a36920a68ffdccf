"""Finds the rule that decides a request, and reads rules from a policy file."""

import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from gateway.errors import InvalidPolicy
from gateway.http.paths import READ_METHODS
from gateway.memoize import memoize
from gateway.messages import NOT_FOUND, NOT_LISTED, Refusal
from gateway.policy.rules import ANY, Rule, Verdict

DECISIONS = {
    "public": Verdict.PUBLIC,
    "optional": Verdict.OPTIONAL,
    "session": Verdict.SESSION,
    "refuse": Verdict.REFUSE,
    "not_found": Verdict.NOT_FOUND,
}
_REFUSALS = {Verdict.REFUSE: NOT_LISTED, Verdict.NOT_FOUND: NOT_FOUND}
_FLAGS = ("opens", "credentials", "form", "owner")
_KEYS = ("methods", "path", "decision", "code", "message", "limit", *_FLAGS)
_DEFAULT = Rule(ANY, "/**", Verdict.REFUSE, NOT_LISTED)


class Policy:
    """An ordered table of rules. A request that no rule matches is refused."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self.rules = tuple(rules)
        self._decide = memoize(self._find)

    @classmethod
    def from_files(cls, *files: Path) -> "Policy":
        """Read the rules of policy files, one file after another.

        Raises:
            InvalidPolicy: a file is missing or wrong; the message names it, the key and the remedy.
        """
        return cls(rule for file in files for rule in read_rules(_read(file), str(file)))

    def decide(self, method: str, path: str) -> Rule:
        """Return the first rule that matches a canonical method and path.

        `gateway.http.paths` makes them canonical.
        """
        return self._decide(method, path)

    def _find(self, method: str, path: str) -> Rule:
        return next((rule for rule in self.rules if rule.matches(method, path)), _DEFAULT)


def read_rules(document: Mapping[str, Any], source: str = "the policy") -> list[Rule]:
    """Return the rules of a policy file's content: `rules`, a list of tables.

    Raises:
        InvalidPolicy: a key is missing, unknown or wrong.
    """
    rows = document.get("rules")
    if set(document) != {"rules"} or not isinstance(rows, list):
        raise InvalidPolicy(f"{source}: `rules` must be there, a list of tables, and nothing else.")
    rules = []
    for index, row in enumerate(rows):
        try:
            rules.append(_rule(row))
        except ValueError as error:
            raise InvalidPolicy(f"{source}: rules[{index}]: {error}.") from None
    return rules


def _read(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise InvalidPolicy(f"{file}: {error.strerror}: a policy file must be there.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InvalidPolicy(f"{file} is not TOML: {error}. Correct it there.") from None


def _rule(row: Any) -> Rule:
    if not isinstance(row, dict):
        raise ValueError(
            'a rule is a table, as { methods = "GET", path = "/", decision = "public" }'
        )
    if unknown := sorted(set(row) - set(_KEYS)):
        raise ValueError(f"{unknown[0]}: not a key; use {', '.join(_KEYS)}")
    verdict = DECISIONS.get(_text(row, "decision"))
    if verdict is None:
        raise ValueError(f"decision: {row['decision']!r} must be one of {', '.join(DECISIONS)}")
    return Rule(
        _methods(row),
        _text(row, "path"),
        verdict,
        _refusal(row, verdict),
        limit=_text(row, "limit") if "limit" in row else None,
        **{flag: _flag(row, flag) for flag in _FLAGS},
    )


def _methods(row: dict[str, Any]) -> frozenset[str] | None:
    words = _text(row, "methods").split()
    if words == ["ANY"]:
        return ANY
    for word in words:
        if not (word.isascii() and word.isalpha() and word.isupper()) or word == "ANY":
            raise ValueError(f"methods: {word!r}: use ANY alone, READ, or methods such as POST")
    methods = frozenset(words) - {"READ"}
    return methods | READ_METHODS if "READ" in words else methods


def _refusal(row: dict[str, Any], verdict: Verdict) -> Refusal | None:
    given = _REFUSALS.get(verdict)
    if given is None:
        if stray := next((key for key in ("code", "message") if key in row), None):
            raise ValueError(f"{stray}: belongs to refuse and not_found, only there")
        return None
    code = _text(row, "code") if "code" in row else given.code
    message = _text(row, "message") if "message" in row else given.detail
    return Refusal(given.status, code, message)


def _flag(row: dict[str, Any], key: str) -> bool:
    value = row.get(key, False)
    if not isinstance(value, bool):
        raise ValueError(f"{key}: {value!r} must be true or false")
    return value


def _text(row: dict[str, Any], key: str) -> str:
    if key not in row:
        raise ValueError(f"{key} is missing; add it")
    value = row[key]
    if not isinstance(value, str) or not value.strip():
        raise ValueError(f"{key}: {value!r} must be a text that is not empty")
    return value
