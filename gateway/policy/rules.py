"""One rule of the policy: a row of a table in which the first row that matches decides.

Patterns: a segment `*` stands for exactly one segment, `name*` for one that begins so, and a last
segment `**` for any number of them, none included.
"""

import re
from dataclasses import dataclass, field
from enum import Enum

from gateway.messages import Refusal

ANY = None
"""The `methods` of a rule for every method."""


class Verdict(Enum):
    """What the gateway does with a request that a rule matches."""

    PUBLIC = "no session is needed, none is looked for"
    OPTIONAL = "no session is needed; one that is presented is told to the app"
    SESSION = "needs an active session, whose tenant is injected"
    REFUSE = "refused to every session"
    NOT_FOUND = "there is no such page, and no session is asked for"


@dataclass(frozen=True)
class Rule:
    """One row. `methods` None means every method; `refusal` is what REFUSE and NOT_FOUND
    answer. A request whose rule `opens` a session is counted by address. `limit` names one of
    the gateway's `NamedLimits`. `credentials` says that the app checks credentials itself: bad ones
    are counted, and an address that sent too many is refused. A rule with `form` takes the forms of
    our own pages, and nothing but those: a body that is JSON is refused there. One with `owner` is
    for the session's own credential; a guest, whom its owner let in by a share link, is refused.
    """

    methods: frozenset[str] | None
    pattern: str
    verdict: Verdict
    refusal: Refusal | None = None
    opens: bool = False
    limit: str | None = None
    credentials: bool = False
    form: bool = False
    owner: bool = False
    _regex: re.Pattern[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        refuses = self.verdict in (Verdict.REFUSE, Verdict.NOT_FOUND)
        if refuses != (self.refusal is not None):
            raise ValueError(
                f"{self.pattern}: a refusal belongs to REFUSE and NOT_FOUND, only there"
            )
        object.__setattr__(self, "_regex", _compile(self.pattern, refuses))

    def matches(self, method: str, path: str) -> bool:
        """Return True if the rule is about this method on this canonical path.

        A rule that admits matches to the letter. One that refuses ignores case and a trailing
        slash, since an app may take those spellings for the same address.
        """
        if self.methods is not None and method not in self.methods:
            return False
        return self._regex.fullmatch(path) is not None


def _compile(pattern: str, refuses: bool) -> re.Pattern[str]:
    body, deep = (pattern[:-3], True) if pattern.endswith("/**") else (pattern, False)
    if not pattern.startswith("/") or "**" in body:
        raise ValueError(f"not a pattern: {pattern!r}")
    segments = [_segment(segment) for segment in body.split("/")]
    tail = "(?:/.*)?" if deep else "/?" if refuses else ""
    flags = re.DOTALL | (re.IGNORECASE if refuses else 0)
    return re.compile("/".join(segments) + tail, flags)


def _segment(segment: str) -> str:
    name, star, rest = segment.partition("*")
    if rest:
        raise ValueError(f"`*` ends a segment: {segment!r}")
    return re.escape(name) + (("[^/]*" if name else "[^/]+") if star else "")
