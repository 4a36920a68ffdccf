"""A plan in the making: what makes each object, what that covers, and in what order."""

import heapq
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from .errors import DependencyCycle, UnsupportedObject
from .plan import Phase, PlanWarning, Statement

Key = tuple[str, int]
"""A catalog row: its catalog and its oid. The parts of an object beyond its main statement use
catalogs that Postgres has not (`rows`, `default`, …)."""


@dataclass
class Node:
    """One statement, and the nodes that must come before it."""

    key: Key
    phase: Phase
    kind: str
    identity: str
    sql: str
    size: int = 0
    needs: set[Key] = field(default_factory=set)

    @property
    def rank(self) -> tuple[int, str, str, Key]:
        """Where the node stands among those that could come next."""
        return (self.phase, self.identity, self.kind, self.key)


class Draft:
    """Collects nodes and claims from the parts of the compiler."""

    def __init__(self) -> None:
        self.nodes: dict[Key, Node] = {}
        self.claims: dict[Key, Key | None] = {}
        self.addresses: dict[Key, str] = {}
        self.warnings: list[PlanWarning] = []
        self.fallbacks: dict[Key, Node] = {}

    def add(
        self,
        key: Key,
        phase: Phase,
        kind: str,
        identity: str,
        sql: str,
        *,
        needs: Iterable[Key] = (),
        size: int = 0,
        address: str | None = None,
    ) -> None:
        """Add what makes the object `key`, and claim it.

        `address` is how COMMENT, GRANT and ALTER … OWNER name it, such as `TABLE "sales"`.
        """
        assert key not in self.nodes, f"{key} is made twice"
        self.nodes[key] = Node(key, phase, kind, identity, sql, size, set(needs))
        self.claim(key, key)
        if address is not None:
            self.addresses[key] = address

    def claim(self, key: Key, maker: Key | None) -> None:
        """Say that the node `maker` makes the object `key` too, or that `key` needs no making."""
        if key in self.claims:
            raise UnsupportedObject(*key_names(key), "two parts of the compiler claim it")
        self.claims[key] = maker

    def warn(self, kind: str, identity: str, message: str) -> None:
        """Tell the plan's reader something."""
        self.warnings.append(PlanWarning(kind, identity, message))

    def depend(self, key: Key, needed: Key) -> None:
        """Note that an object needs another one; each may be made by another's node."""
        maker, needed_maker = self.claims.get(key), self.claims.get(needed)
        if maker is not None and needed_maker is not None and maker != needed_maker:
            self.nodes[maker].needs.add(needed_maker)

    def order(self) -> tuple[Statement, ...]:
        """The nodes as statements: by phase, unless a need moves one, and always the same way.

        Raises:
            DependencyCycle: objects need each other, and no fallback breaks the circle.
        """
        for node in self.nodes.values():
            node.needs &= self.nodes.keys()
        ordered = self._sort()
        while len(ordered) < len(self.nodes):
            self._break_cycle({node.key for node in ordered})
            ordered = self._sort()
        return tuple(
            Statement(node.phase, node.kind, node.identity, node.sql, node.size) for node in ordered
        )

    def _sort(self) -> list[Node]:
        waiting = {key: len(node.needs) for key, node in self.nodes.items()}
        needed_by: dict[Key, list[Key]] = defaultdict(list)
        for node in self.nodes.values():
            for needed in node.needs:
                needed_by[needed].append(node.key)
        heap = [self.nodes[key].rank for key, count in waiting.items() if count == 0]
        heapq.heapify(heap)
        ordered = []
        while heap:
            node = self.nodes[heapq.heappop(heap)[-1]]
            ordered.append(node)
            for key in needed_by[node.key]:
                waiting[key] -= 1
                if waiting[key] == 0:
                    heapq.heappush(heap, self.nodes[key].rank)
        return ordered

    def _break_cycle(self, done: set[Key]) -> None:
        """Give one node of the circle a stand-in that its dependants can use before it is there."""
        stuck = (key for key in self.nodes if key not in done)
        circle = self._circle(min(stuck, key=lambda k: self.nodes[k].rank), done)
        for key in sorted(circle, key=lambda k: self.nodes[k].rank):
            stand_in = self.fallbacks.pop(key, None)
            if stand_in is not None:
                made_by = {self.claims.get(needed) for needed in stand_in.needs}
                stand_in.needs = {maker for maker in made_by if maker in self.nodes and maker}
                self.nodes[stand_in.key] = stand_in
                for other in self.nodes.values():
                    if key in other.needs and other.phase < Phase.LOGIC:
                        other.needs.discard(key)
                        other.needs.add(stand_in.key)
                self.nodes[key].needs.add(stand_in.key)
                self.nodes[key].needs.discard(key)
                return
        names = ", ".join(f"{self.nodes[k].kind} {self.nodes[k].identity}" for k in circle)
        raise DependencyCycle(
            f"these objects need each other, and no order makes them all: {names}"
        )

    def _circle(self, start: Key, done: set[Key]) -> list[Key]:
        """Walk along unmet needs until a node comes back."""
        path: list[Key] = []
        key = start
        while key not in path:
            path.append(key)
            unmet = (needed for needed in self.nodes[key].needs if needed not in done)
            key = min(unmet, key=lambda k: self.nodes[k].rank)
        return path[path.index(key) :]


def key_names(key: Key) -> tuple[str, str]:
    """A key for a message."""
    return key[0], str(key[1])
