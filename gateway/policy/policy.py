"""Finds the rule that decides a request."""

from collections.abc import Iterable
from functools import lru_cache

from gateway.messages import NOT_LISTED
from gateway.policy.rules import ANY, DEMO_RULES, Rule, Verdict

REMEMBERED = 1000
"""Decisions that a process does not make again: the table never changes."""

_DEFAULT = Rule(ANY, "/**", Verdict.REFUSE, NOT_LISTED)


class Policy:
    """An ordered table of rules; what none of them mentions is refused."""

    def __init__(self, rules: Iterable[Rule] = DEMO_RULES) -> None:
        self.rules = tuple(rules)
        self._remembered = lru_cache(REMEMBERED)(self._find)

    def decide(self, method: str, path: str) -> Rule:
        """The first rule that matches a canonical method and path (see `gateway.http.paths`)."""
        return self._remembered(method, path)

    def _find(self, method: str, path: str) -> Rule:
        return next((rule for rule in self.rules if rule.matches(method, path)), _DEFAULT)
