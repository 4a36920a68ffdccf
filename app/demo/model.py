"""What a demo is: its account types, its scenarios, and the places of its code and files."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from datetime import date, datetime
from importlib import import_module
from pathlib import Path
from typing import Any, Self, cast
from zoneinfo import ZoneInfo

from pydantic import BaseModel, Field, PrivateAttr, model_validator

from app import clock
from app.demo.entries import BringForward, DailyTask, MoveEvent, Seeds
from app.demo.parts import Part, Sentence
from app.demo.scenarios import BASE, MANIFEST, Scenario, template_key
from app.demo.templates import Account, Entry, Template, TenantTables
from app.demo.tours import NO_TOURS, Tour, Tours
from app.settings.table import ConfigurationError

ENGINE_POLICY = Path(__file__).parents[1] / "policy.toml"
"""The policy of the engine's own endpoints; a demo's rules come after it."""


class DemoError(ConfigurationError):
    """The demo's file is missing or wrong; the message names the file, the key and the remedy."""


class SeedError(Exception):
    """A demo's templates could not be loaded; the message says what to do."""


class Demo(Part):
    """A demo: its names, its account types, and the places of its code and files."""

    title: Sentence = Field(description="The name of the API.")
    description: Sentence = Field(description="The API in a sentence.")
    timezone: str = Field(default="UTC", description="Decides which day is today.")
    policy: Path = Field(description="The file of rules for sessions, as in docs/gateway.md.")
    static: Path | None = Field(default=None, description="The folder that is served as `/static`.")
    events: Path | None = Field(
        default=None,
        description="The file that says which requests are which events, as in docs/marketing.md.",
    )
    translations: Path | None = Field(
        default=None,
        description="The folder of catalogues, `<language>/LC_MESSAGES/messages.po`, of the texts"
        " in its pages; without one they are in Spanish.",
    )
    blueprints: tuple[Entry, ...] = Field(
        default=(),
        description="Functions, as `module:name`, that give the Flask application their views.",
    )
    seeds: Entry | None = Field(
        default=None,
        description="The function that loads the templates; without one they stay.",
    )
    scenarios: Path | None = Field(
        default=None,
        description="The folder of scenarios, one folder each: docs/scenarios.md.",
    )
    tours: Path | None = Field(
        default=None,
        description="The folder of guided tours, a file for each account type: docs/tours.md.",
    )
    personal: Entry | None = Field(
        default=None,
        description="The model of what a visitor may say of themselves when they open a session.",
    )
    tables: TenantTables = Field(default=TenantTables(), description="The tables in the templates.")
    accounts: tuple[Account, ...] = Field(description="The account types, one table each.")
    scale: float = Field(
        default=1.0, gt=0, le=1, description="The share of the data that the seeds make, for tests."
    )
    _file: Path = PrivateAttr(default=Path("demo.toml"))
    _scenarios: tuple[Scenario, ...] = PrivateAttr(default=())
    _saved: Callable[[], Sequence[Scenario]] = PrivateAttr(default=tuple)
    _tours: Tours = PrivateAttr(default=NO_TOURS)

    @model_validator(mode="after")
    def _complete(self) -> Self:
        """Refuse a demo of nothing, what is there twice, and a time zone that does not exist."""
        if not self.accounts:
            raise ValueError("accounts: there is none; add a table [[accounts]]")
        for key in ("account_type", "template", "email"):
            values = Counter(getattr(account, key) for account in self.accounts)
            twice = [value for value, count in values.items() if count > 1]
            if twice:
                raise ValueError(f"accounts: {key} {twice[0]!r} is there twice; each needs its own")
        try:
            ZoneInfo(self.timezone)
        except (LookupError, ValueError, OSError):
            message = f"timezone: {self.timezone!r} does not exist; use one such as Europe/Madrid"
            raise ValueError(message) from None
        return self

    @property
    def account_types(self) -> tuple[str, ...]:
        """The account types, in their order."""
        return tuple(account.account_type for account in self.accounts)

    @property
    def templates(self) -> Iterator[Template]:
        """The templates that the seeds make, those of the account types first."""
        for account in self.accounts:
            yield Template(account.account_type, account.template, account)
        for account in self.accounts:
            for scenario in _for(account.account_type, self._scenarios):
                key = template_key(account.account_type, scenario.name)
                yield Template(key, f"{account.template}__{scenario.name}", account, scenario)

    def account(self, account_type: str) -> Account:
        """The account type of this name.

        Raises:
            KeyError: the demo has none.
        """
        found = {account.account_type: account for account in self.accounts}
        return found[account_type]

    def scenarios_of(self, account_type: str) -> list[Scenario]:
        """The scenarios of an account type, besides its ordinary day: folders, then saved ones."""
        saved = _for(account_type, self._saved())
        taken = {one.name for one in saved}
        return [one for one in _for(account_type, self._scenarios) if one.name not in taken] + saved

    def offer_saved(self, saved: Callable[[], Sequence[Scenario]]) -> None:
        """Offer the scenarios that a function returns, too; it is asked each time."""
        self._saved = saved

    def without_scenarios(self, names: Collection[str] | None = None) -> "Demo":
        """The same demo without these scenarios' folders; without names, without any."""
        plain = self.model_copy()
        plain._scenarios = tuple(
            one for one in self._scenarios if names is not None and one.name not in names
        )
        return plain

    @property
    def folder_names(self) -> set[str]:
        """The names of all scenarios that are folders, offered or not."""
        found = () if self.scenarios is None else self.scenarios.glob(f"*/{MANIFEST}")
        return {file.parent.name for file in found}

    def scenario_names(self, account_type: str | None = None) -> list[str]:
        """The names that a session can be opened with, of one account type or of all."""
        kinds = self.account_types if account_type is None else (account_type,)
        names = [one.name for kind in kinds for one in self.scenarios_of(kind)]
        return [BASE, *dict.fromkeys(names)]

    @property
    def guides(self) -> Tours:
        """The guided tours and the deeds that they wait for."""
        return self._tours

    def tour_of(self, account_type: str, scenario: str) -> Tour | None:
        """Return the tour of a situation; of one without a tour, that of its ordinary day."""
        found = self._tours.by_template
        own = found.get(template_key(account_type, scenario))
        return own or found.get(account_type)

    @property
    def policies(self) -> tuple[Path, Path]:
        """The policy files, the engine's own first."""
        return ENGINE_POLICY, self.policy

    def today(self) -> date:
        """The present day in the demo's time zone."""
        return self.now().date()

    def now(self) -> datetime:
        """The present moment in the demo's time zone."""
        return clock.now().astimezone(ZoneInfo(self.timezone))

    def registrars(self) -> Iterator[Callable[[Any], object]]:
        """The functions that give an application the demo's views.

        Raises:
            DemoError: one of them cannot be imported.
        """
        for index, entry in enumerate(self.blueprints):
            yield cast("Callable[[Any], object]", self._imported(f"blueprints[{index}]", entry))

    def load_seeds(self) -> Seeds | None:
        """Return the function that loads the templates, or None.

        Raises:
            DemoError: it cannot be imported.
        """
        return None if self.seeds is None else cast("Seeds", self._imported("seeds", self.seeds))

    def load_bring_forward(self) -> BringForward | None:
        """Return the function that lets time pass in a tenant, or None.

        Raises:
            DemoError: it cannot be imported.
        """
        entry = self.tables.bring_forward
        if entry is None:
            return None
        return cast("BringForward", self._imported("tables.bring_forward", entry))

    def load_move_event(self) -> MoveEvent | None:
        """Return the function that moves an entry of a timeline to another day, or None.

        Raises:
            DemoError: it cannot be imported.
        """
        entry = self.tables.move_event
        if entry is None:
            return None
        return cast("MoveEvent", self._imported("tables.move_event", entry))

    def load_daily(self) -> list[DailyTask]:
        """Return the functions that run once a day in each tenant that is not a demo.

        Raises:
            DemoError: one of them cannot be imported.
        """
        return [
            cast("DailyTask", self._imported(f"tables.daily[{index}]", entry))
            for index, entry in enumerate(self.tables.daily)
        ]

    def load_personal(self) -> type[BaseModel] | None:
        """Return the model of what visitors may say of themselves; its errors are in Spanish.

        Raises:
            DemoError: it cannot be imported.
        """
        if self.personal is None:
            return None
        return cast("type[BaseModel]", self._imported("personal", self.personal))

    def _imported(self, key: str, entry: str) -> object:
        module, _, name = entry.partition(":")
        try:
            return getattr(import_module(module), name)
        except (ImportError, AttributeError) as error:
            message = f"{self._file}: {key}: {entry!r} cannot be imported: {error}; correct it."
            raise DemoError(message) from error


def _for(account_type: str, scenarios: Iterable[Scenario]) -> list[Scenario]:
    return [one for one in scenarios if account_type in one.account_types]
