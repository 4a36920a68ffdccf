"""Finds the rule that decides a request."""

from collections.abc import Iterable

from gateway.rules import ANY, DEMO_RULES, Rule, Verdict
from gateway.sentences import NOT_LISTED

_DEFAULT = Rule(ANY, "/**", Verdict.REFUSE, NOT_LISTED)


class Policy:
    """An ordered table of rules; what none of them mentions is refused."""

    def __init__(self, rules: Iterable[Rule] = DEMO_RULES) -> None:
        self.rules = tuple(rules)

    def decide(self, method: str, path: str) -> Rule:
        """The first rule that matches a canonical method and path (see `gateway.paths`)."""
        return next((rule for rule in self.rules if rule.matches(method, path)), _DEFAULT)
