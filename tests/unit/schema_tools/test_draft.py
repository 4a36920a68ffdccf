"""A plan in the making: its order goes by what objects are called, never by their numbers."""

from itertools import permutations

from schema_tools.compiler.draft import Draft, Node
from schema_tools.plan import Phase

NEEDS = {"v3": ["f1"], "f1": ["v4"], "v4": ["f0", "v5"], "f0": ["v3"], "v5": ["f1"]}
"""Two circles that share a view: which is broken first decides what the other still needs."""


def draft_of(numbers):
    keys = {name: ("pg_class", number) for name, number in zip(NEEDS, numbers, strict=True)}
    draft = Draft()
    for name, needs in NEEDS.items():
        phase = Phase.VIEWS if name.startswith("v") else Phase.DEFINE
        draft.add(keys[name], phase, "object", name, name, needs=[keys[need] for need in needs])
        if phase is Phase.VIEWS:
            stand_in = ("stand-in", keys[name][1])
            draft.stand_ins[keys[name]] = Node(
                stand_in, Phase.DEFINE, "stand-in", name, f"({name})"
            )
    return draft


def test_circles_are_broken_at_the_same_place_whatever_the_numbers_of_objects():
    orders = {
        tuple(item.sql for item in draft_of(numbers).order())
        for numbers in permutations(range(1, 6))
    }
    assert orders == {("(v3)", "f0", "(v4)", "f1", "v3", "v5", "v4")}
