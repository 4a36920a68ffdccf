"""Scenarios: other situations that a visitor can begin in, each a folder with a manifest."""

from pathlib import Path
from typing import Any

from pydantic import Field

from app.demo.parts import Part, Sentence

BASE = "base"
"""The scenario that is none: an ordinary day."""

MANIFEST = "scenario.toml"

NAME = r"^[a-z][a-z0-9]*(_[a-z0-9]+)*$"
LONGEST_NAME = 20


class Scenario(Part):
    """A situation to begin in. Its name ends its templates' names; a folder's is the folder's."""

    name: str = Field(pattern=NAME, max_length=LONGEST_NAME)
    title: Sentence = Field(description="The situation in a word or two, for the visitor.")
    description: Sentence = Field(description="The same, in a sentence.")
    look_at: tuple[Sentence, ...] = Field(
        default=(), description="What is worth a look there, in a few words each."
    )
    account_types: tuple[str, ...] = Field(
        min_length=1, description="The account types that it is offered for."
    )
    story: dict[str, Any] = Field(
        default={}, description="What is different in it: the seeds read this, not the engine."
    )
    folder: Path | None = Field(
        default=None, description="Where it was read; None for one that was saved from a session."
    )

    @property
    def public(self) -> dict[str, Any]:
        """The part of it that visitors may read."""
        return self.model_dump(include={"name", "title", "description", "look_at"})


def template_key(account_type: str, scenario: str | None) -> str:
    """Return what the engine knows the tenants of a template by."""
    return account_type if scenario in (None, BASE) else f"{account_type}__{scenario}"


def account_type_in(key: str) -> str:
    """Return the account type of a template's key."""
    return key.partition("__")[0]
