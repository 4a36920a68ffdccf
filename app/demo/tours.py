"""Guided tours: what a visitor is led through, and what ticks a step off, as data of a demo."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated

from pydantic import Field

from app.demo.parts import Part, Sentence

DEEDS = "deeds.toml"
"""The file of a demo's deeds, in its folder of tours."""
OF_SCENARIO = "tour.toml"
"""A scenario's tour, beside its manifest."""

Slug = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]*$", max_length=30)]


class Deed(Part):
    """Something worth doing once: it is done when one of its requests succeeds."""

    title: Sentence = Field(description="What the checklist calls it.")
    requests: tuple[Annotated[str, Field(pattern=r"^(GET|POST|PUT) /[^ ]*$")], ...] = Field(
        min_length=1, description="Method and path; `*` stands for one part of a path."
    )


class Step(Part):
    """A step of a tour: a page, something on it, and what is said of that."""

    name: Slug
    title: Sentence
    text: Sentence
    path: str = Field(pattern=r"^/[^#]*$", description="The page that it speaks of.")
    anchor: str = Field(default="", pattern=r"^[\w-]*$", description="An element's id there.")
    deed: Slug | None = Field(default=None, description="What is to be done there.")
    account_types: tuple[str, ...] = Field(default=(), description="Of all of them, if empty.")

    @property
    def address(self) -> str:
        """Where the step leads: its page, at its element."""
        return f"{self.path}#{self.anchor}" if self.anchor else self.path


class Tour(Part):
    """A tour, step by step."""

    title: Sentence
    invitation: Sentence = Field(description="Said before it begins.")
    steps: tuple[Step, ...] = Field(min_length=1)

    def steps_for(self, account_type: str) -> list[Step]:
        """Return the steps that a business of this account type has."""
        return [one for one in self.steps if account_type in (one.account_types or (account_type,))]


@dataclass(frozen=True)
class Tours:
    """The tours of a demo, by the key of their template, and its deeds, by name."""

    deeds: Mapping[str, Deed]
    by_template: Mapping[str, Tour]

    def find_deed(self, method: str, path: str) -> str | None:
        """Return the name of the deed that a request which succeeds is."""
        found = self._pattern.fullmatch(f"{method} {path}") if self.deeds else None
        return None if found is None or found.lastgroup is None else self._names[found.lastgroup]

    @cached_property
    def _names(self) -> Mapping[str, str]:
        return {f"deed{number}": name for number, name in enumerate(self.deeds)}

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        groups = (
            f"(?P<{group}>{'|'.join(_pattern(each) for each in self.deeds[name].requests)})"
            for group, name in self._names.items()
        )
        return re.compile("|".join(groups))


NO_TOURS = Tours({}, {})


def _pattern(request: str) -> str:
    return re.escape(request).replace(r"\*", "[^/]+")
