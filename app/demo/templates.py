"""What is cloned: account types, their templates, and the tables in those."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field

from app.demo.parts import Part, Sentence
from app.demo.scenarios import Scenario

LONGEST_TEMPLATE = 55
"""Characters of a template's name: Postgres allows 63, and loading puts `seeding_` before it."""

Entry = Annotated[str, Field(pattern=r"^\w+(\.\w+)*:\w+$")]
"""A Python object by its dotted path, as `package.module:name`."""


class Account(Part):
    """One account type: its template, what visitors read of it, and its public login."""

    account_type: str = Field(
        pattern=r"^[a-z][a-z0-9]*(_[a-z0-9]+)*$",
        max_length=40,
        description="The name in the API and in the control tables: a-z, 0-9 and single `_`.",
    )
    template: str = Field(
        default_factory=lambda known: f"template_{known.get('account_type')}",
        pattern=r"^template_[a-z0-9_]+$",
        max_length=LONGEST_TEMPLATE,
        description="The schema that is cloned; default: `template_` and the account type.",
    )
    owner: Sentence = Field(description="The full name of the person whose account it is.")
    name: Sentence = Field(description="The business that a visitor tries.")
    title: Sentence = Field(description="The kind of business.")
    description: Sentence = Field(description="The same, in a sentence.")
    features: tuple[str, ...] = Field(default=(), description="The parts that a visitor can try.")
    modules: dict[str, Sentence] = Field(
        default={}, description="The modules that a visitor may choose among, and their titles."
    )
    email: str = Field(
        pattern=r"^[^\sA-Z]+@[^\sA-Z]+$",
        description="The address that its login takes, in lower case. It is public.",
    )
    password: str = Field(min_length=1, description="The password. It is public, too.")

    @property
    def public(self) -> dict[str, Any]:
        """The part of it that visitors may read."""
        return self.model_dump(exclude={"template", "owner"})


@dataclass(frozen=True, slots=True)
class Template:
    """A template that the demo wants: an account type's own, or a scenario of it.

    `key` is what the engine knows its tenants by: the account type, and a scenario's name after
    `__`.
    """

    key: str
    schema_name: str
    account: Account
    scenario: Scenario | None = None


class TenantTables(Part):
    """The migrations and rights of the tables in a template, and how their rows move on."""

    migrations: Path | None = Field(
        default=None,
        description="The Alembic tree of the tables; without one they are migrated elsewhere.",
    )
    may_delete: tuple[str, ...] = Field(
        default=(), description="The tables whose rows a tenant may delete."
    )
    bring_forward: Entry | None = Field(
        default=None,
        description="The function that lets what is due in a timeline happen in a tenant.",
    )
    daily: tuple[Entry, ...] = Field(
        default=(),
        description="Functions that run once a day in each tenant that is not a demo.",
    )
    visit: tuple[str, ...] = Field(
        default=(),
        description="The tables of what a visit leaves behind: a saved scenario has none of it.",
    )
    fixed_dates: tuple[str, ...] = Field(
        default=(),
        description="Columns, as `table.column`, whose dates stay when a saved scenario moves on.",
    )
    move_event: Entry | None = Field(
        default=None,
        description="The function that moves an entry of a timeline to another day; without one"
        " time stands still in saved scenarios.",
    )
