"""A plan in the making: what makes each object, what that covers, and in what order."""

import heapq
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from graphlib import CycleError, TopologicalSorter

from ..errors import DependencyCycle, UnsupportedObject
from ..plan import Phase, PlanWarning, Statement
from ..text import TARGET
from .refusals import Refusals

Key = tuple[str, int]
"""A catalog row: its catalog and its oid. The parts of an object beyond its main statement use
catalogs that Postgres has not (`rows`, `default`, …)."""


@dataclass(slots=True)
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
    def shown(self) -> str:
        """The identity as a person reads it."""
        return self.identity.replace(f"{TARGET}.", "").replace(TARGET, "")

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
        self.stand_ins: dict[Key, Node] = {}
        self.refusals = Refusals()

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
            raise UnsupportedObject(key[0], str(key[1]), "two parts of the compiler claim it")
        self.claims[key] = maker

    @contextmanager
    def refusing(self, key: Key) -> Iterator[None]:
        """Go on after a refusal of the object `key`, which then counts as claimed."""
        before = len(self.refusals.found)
        with self.refusals.collecting():
            yield
        if len(self.refusals.found) > before:
            self.claims.setdefault(key, None)

    def warn(self, kind: str, identity: str, message: str) -> None:
        """Tell the plan's reader something."""
        self.warnings.append(PlanWarning(kind, identity, message))

    def depend(self, key: Key, needed: Key) -> None:
        """Note that an object needs another one; each may be made by another's node."""
        maker, needed_maker = self.claims.get(key), self.claims.get(needed)
        if maker is not None and needed_maker is not None and maker != needed_maker:
            self.nodes[maker].needs.add(needed_maker)

    def order(self) -> tuple[Statement, ...]:
        """Return the nodes as statements: by phase, unless a need moves one, and always the same.

        Raises:
            DependencyCycle: objects need each other, and no stand-in breaks the circle.
        """
        for node in self.nodes.values():
            node.needs &= self.nodes.keys()
        return tuple(
            Statement(node.phase, node.kind, node.shown, node.sql, node.size)
            for node in self._sort()
        )

    def _sort(self) -> list[Node]:
        sorter = self._prepared_sorter()
        ready = [self.nodes[key].rank for key in sorter.get_ready()]
        heapq.heapify(ready)
        ordered = []
        while ready:
            node = self.nodes[heapq.heappop(ready)[-1]]
            ordered.append(node)
            sorter.done(node.key)
            for key in sorter.get_ready():
                heapq.heappush(ready, self.nodes[key].rank)
        return ordered

    def _prepared_sorter(self) -> TopologicalSorter[Key]:
        """Return a sorter of all nodes, after breaking every circle."""
        while True:
            sorter = TopologicalSorter({key: node.needs for key, node in self.nodes.items()})
            try:
                sorter.prepare()
            except CycleError:
                self._break_circle(self._find_circle())
            else:
                return sorter

    def _find_circle(self) -> list[Key]:
        """Return the circle to break first: in a clone it must be the one that it is in its source.

        Which circle the sorter meets goes by the order in which it is given nodes and their needs.
        """
        ranks = {key: node.rank for key, node in self.nodes.items()}
        sorter: TopologicalSorter[Key] = TopologicalSorter()
        for key in sorted(self.nodes, key=ranks.__getitem__):
            sorter.add(key, *sorted(self.nodes[key].needs, key=ranks.__getitem__))
        try:
            sorter.prepare()
        except CycleError as error:
            circle: list[Key] = error.args[1][1:]
            return circle
        raise AssertionError("there is no circle")

    def _break_circle(self, circle: list[Key]) -> None:
        """Give one node of the circle a stand-in that others can use before the node is made."""
        ranked = sorted(circle, key=lambda key: self.nodes[key].rank)
        key = next((key for key in ranked if key in self.stand_ins), None)
        if key is None:
            names = ", ".join(f"{self.nodes[k].kind} {self.nodes[k].shown}" for k in ranked)
            raise DependencyCycle(
                f"these objects need each other, and no order makes them all: {names}"
            )
        stand_in = self.stand_ins.pop(key)
        made_by = {self.claims.get(needed) for needed in stand_in.needs}
        stand_in.needs = {maker for maker in made_by if maker in self.nodes and maker}
        self.nodes[stand_in.key] = stand_in
        for other in self.nodes.values():
            if key in other.needs and other.phase < Phase.LOGIC:
                other.needs.discard(key)
                other.needs.add(stand_in.key)
        self.nodes[key].needs.add(stand_in.key)
        self.nodes[key].needs.discard(key)
