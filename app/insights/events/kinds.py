"""The kinds of events, each with the fields that it may have.

No field can hold personal data: a word is an identifier of ours, a page is a route with its ids
left out, and a label is a marketing parameter that `request` has cleaned and cut.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

_WORD = re.compile(r"[a-z0-9][a-z0-9_.:-]{0,63}")
_PAGE = re.compile(r"/[A-Za-z0-9_./*-]{0,119}")
LONGEST_LABEL = 64
MOST = 1_000_000_000

Check = Callable[[Any], bool]


def is_word(value: Any) -> bool:
    """Return True for a short name in lower case, such as a module's or an error's code."""
    return isinstance(value, str) and _WORD.fullmatch(value) is not None


def is_page(value: Any) -> bool:
    """Return True for a page's address, its ids replaced by `*`."""
    return isinstance(value, str) and _PAGE.fullmatch(value) is not None


def is_label(value: Any) -> bool:
    """Return True for a short text on one line."""
    return isinstance(value, str) and 0 < len(value) <= LONGEST_LABEL and value.isprintable()


def is_number(value: Any) -> bool:
    """Return True for a number from zero up."""
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= MOST


def is_flag(value: Any) -> bool:
    """Return True for a truth value."""
    return isinstance(value, bool)


class InvalidEventError(ValueError):
    """An event is of a kind or has a field that is not declared in `kinds`."""


@dataclass(frozen=True, slots=True)
class Kind:
    """The fields of one kind of event; `version` rises when a field changes its meaning."""

    fields: Mapping[str, Check]
    needs: frozenset[str] = field(default=frozenset())
    version: int = 1


def _kind(fields: Mapping[str, Check], *needs: str) -> Kind:
    return Kind(fields, frozenset(needs))


SOURCE: Mapping[str, Check] = {
    "source": is_label,
    "medium": is_label,
    "campaign": is_label,
    "referrer": is_label,
    "link": is_word,
    "device": is_word,
    "language": is_word,
}
"""Where a visitor comes from, and on what: `request.visit_context` makes it."""

STEP: Mapping[str, Check] = {"module": is_word, "page": is_page, "outcome": is_word}
"""A request of a visit: its module, its page, and `ok` or the code of what was refused."""

KINDS: Mapping[str, Kind] = {
    "landed": _kind(SOURCE),
    "created": _kind(
        {**SOURCE, "account_type": is_word, "scenario": is_word, "waited": is_flag},
        "account_type",
    ),
    "refused": _kind({"reason": is_word, "account_type": is_word}, "reason"),
    "opened_module": _kind(STEP, "module"),
    "acted": _kind(STEP, "module"),
    "sold": _kind(STEP, "module"),
    "ordered": _kind(STEP, "module"),
    "tour_step": _kind({"step": is_word, "number": is_number, "finished": is_flag}, "step"),
    "extended": _kind({"minutes": is_number, "by": is_word}),
    "reset": _kind({"by": is_word}),
    "shared": _kind({"way": is_word}),
    "left_contact": _kind({"place": is_word}),
    "converted": _kind({"by": is_word}),
    "expired": _kind({"by": is_word}),
    "ended": _kind({"by": is_word}),
    "failed": _kind({"reason": is_word}),
}


def ensure_valid(kind: str, details: Mapping[str, Any]) -> Kind:
    """Return the kind of an event whose details are as declared.

    Raises:
        InvalidEventError: the kind or a field is unknown, or a value is not allowed there.
    """
    known = KINDS.get(kind)
    if known is None:
        raise InvalidEventError(f"{kind!r} is no kind of event; use one of {', '.join(KINDS)}")
    for name, value in details.items():
        check = known.fields.get(name)
        if check is None:
            raise InvalidEventError(f"{kind}: {name!r} is no field; {', '.join(known.fields)} are")
        if not check(value):
            raise InvalidEventError(f"{kind}: {name}={value!r} is not allowed")
    if missing := known.needs - details.keys():
        raise InvalidEventError(f"{kind}: {min(missing)} is missing")
    return known
