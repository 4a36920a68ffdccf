"""Compares what two plans say of their schemas, object by object."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from ..plan import ClonePlan, Phase
from ..text import BARE_SOURCE, SOURCE, SOURCE_TEXT, plain_literal, shown_name

READING = (Phase.ROWS, Phase.STATISTICS, Phase.POSITIONS)
"""Phases whose statements read from the source: it is another one for the clone."""

Texts = dict[tuple[str, str], "Counter[str]"]
"""What is said of each object, by its kind and identity."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One way in which two schemas are not the same."""

    kind: str
    identity: str
    detail: str

    def __str__(self) -> str:
        return f"{self.kind} {self.identity}: {self.detail}"


def compare_definitions(source: ClonePlan, clone: ClonePlan) -> Iterator[Difference]:
    """Give every object that one plan describes otherwise than the other."""
    ours, theirs = texts_of(source), texts_of(clone)
    if source.comment != clone.comment:
        detail = f"is {clone.comment!r} in the clone, {source.comment!r} in the source"
        yield Difference("comment", "SCHEMA", detail)
    for (kind, identity), texts in ours.items():
        others = theirs.get((kind, identity))
        if others is None:
            yield Difference(kind, identity, "is missing in the clone")
        elif texts != others:
            detail = (
                f"is {_shown(others - texts)} in the clone, {_shown(texts - others)} in the source"
            )
            yield Difference(kind, identity, detail)
    for key in theirs:
        if key not in ours:
            yield Difference(*key, "is in the clone only")


def texts_of(plan: ClonePlan) -> Texts:
    """Return what a plan says of each object.

    An extension's objects have the name of the schema that they are in, in the clone's text too.
    """
    texts: Texts = {}
    for item in plan.statements:
        text = item.meaning
        if plan.extensions and item.phase not in READING:
            shown = shown_name(plan.source)
            text = text.replace(SOURCE, shown).replace(BARE_SOURCE, plan.source)
            text = text.replace(SOURCE_TEXT, plain_literal(plan.source))
        texts.setdefault((item.kind, item.identity), Counter())[text] += 1
    return texts


def _shown(texts: "Counter[str]") -> str:
    return " / ".join(text.replace("\0", "") for text in texts) or "absent"
