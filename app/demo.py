"""Reads and checks `demo.toml`, which says what the engine serves; no other module reads it."""

import tomllib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any, Protocol, Self, cast, get_args
from zoneinfo import ZoneInfo

from psycopg import Connection
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    PrivateAttr,
    ValidationError,
    model_validator,
)
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from app import clock
from app.config import ConfigurationError
from app.control.timelines import Timeline

ROOT = Path(__file__).parents[1]
"""Where a relative `DEMO_FILE` starts."""

ENGINE_POLICY = Path(__file__).with_name("policy.toml")
"""The policy of the engine's own endpoints; a demo's rules come after it."""

LONGEST_TEMPLATE = 55
"""Characters of a template's name: Postgres allows 63, and loading puts `seeding_` before it."""

Entry = Annotated[str, Field(pattern=r"^\w+(\.\w+)*:\w+$")]
"""A Python object by its dotted path, as `package.module:name`."""

Sentence = Annotated[str, Field(min_length=1)]


class DemoError(ConfigurationError):
    """The demo's file is missing or wrong; the message names the file, the key and the remedy."""


class SeedError(Exception):
    """A demo's templates could not be loaded; the message says what to do."""


class LoadedTemplate(Protocol):
    """The result of loading one template."""

    @property
    def schema_name(self) -> str:
        """The template's schema."""

    @property
    def changed(self) -> bool:
        """True if it was written."""


class Seeds(Protocol):
    """Loads every template of a demo as it stands at a moment; raises `SeedError`."""

    def __call__(
        self,
        engine: Engine,
        demo: "Demo",
        now: datetime,
        progress: Callable[[str, int, int], None] | None = None,
    ) -> Sequence[LoadedTemplate]:
        """Load them; calls `progress` with the schema, the rows that are in, and all its rows."""


class BringForward(Protocol):
    """Lets events happen in the tenant that is on a connection's search path."""

    def __call__(self, connection: "Connection[Any]", timeline: Timeline, now: datetime) -> int:
        """Return how many happened; part of the caller's transaction, which it never fails."""


class DailyWork(Protocol):
    """Does a day's work in a session's tenant, once or twice; returns how much was made."""

    def __call__(self, session: Session) -> int: ...  # noqa: D102


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Account(_Part):
    """One account type: its template, what visitors read of it, and its public login."""

    account_type: str = Field(
        pattern=r"^[a-z][a-z0-9_]*$",
        max_length=40,
        description="The name in the API and in the control tables: a-z, 0-9 and `_`.",
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
    email: str = Field(
        pattern=r"^[^\sA-Z]+@[^\sA-Z]+$",
        description="The address that its login takes, in lower case. It is public.",
    )
    password: str = Field(min_length=1, description="The password. It is public, too.")

    @property
    def public(self) -> dict[str, Any]:
        """The part of it that visitors may read."""
        return self.model_dump(exclude={"template", "owner"})


class TenantTables(_Part):
    """The migrations and rights of the tables in a template."""

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
    daily: Entry | None = Field(
        default=None,
        description="The function that is called once a day for each tenant that is no demo.",
    )


class Demo(_Part):
    """A demo: its names, its account types, and the places of its code and files."""

    title: Sentence = Field(description="The name of the API.")
    description: Sentence = Field(description="The API in a sentence.")
    timezone: str = Field(default="UTC", description="Decides which day is today.")
    policy: Path = Field(description="The file of rules for sessions, as in docs/gateway.md.")
    static: Path | None = Field(default=None, description="The folder that is served as `/static`.")
    blueprints: tuple[Entry, ...] = Field(
        default=(),
        description="Functions, as `module:name`, that give the Flask application their views.",
    )
    seeds: Entry | None = Field(
        default=None,
        description="The function that loads the templates; without one they stay.",
    )
    tables: TenantTables = Field(default=TenantTables(), description="The tables in the templates.")
    accounts: tuple[Account, ...] = Field(description="The account types, one table each.")
    scale: float = Field(
        default=1.0, gt=0, le=1, description="The share of the data that the seeds make, for tests."
    )
    _file: Path = PrivateAttr(default=ROOT / "demo.toml")

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

    def load_daily(self) -> DailyWork | None:
        """Return the function of a day's work, or None; raise `DemoError` if it is not there."""
        entry = self.tables.daily
        return None if entry is None else cast("DailyWork", self._imported("tables.daily", entry))

    def _imported(self, key: str, entry: str) -> object:
        module, _, name = entry.partition(":")
        try:
            return getattr(import_module(module), name)
        except (ImportError, AttributeError) as error:
            message = f"{self._file}: {key}: {entry!r} cannot be imported: {error}; correct it."
            raise DemoError(message) from error


def load_demo(path: str | Path = "demo.toml", scale: float | None = None) -> Demo:
    """Read and check a demo's file; paths in it start at its folder.

    `scale` takes the place of the file's own.

    Raises:
        DemoError: the file, a key, or what it points at is missing or wrong.
    """
    file = ROOT / path
    try:
        values = tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise DemoError(f"{file} does not exist: DEMO_FILE must name a demo's file.") from None
    except OSError as error:
        raise DemoError(f"{file} cannot be read: {error.strerror}.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise DemoError(f"{file} is not TOML: {error}. Correct it there.") from None
    try:
        demo = Demo.model_validate(values if scale is None else values | {"scale": scale})
    except ValidationError as error:
        problems = (_explain(item["loc"], item["type"], item["msg"]) for item in error.errors())
        raise DemoError("\n".join(f"{file}: {problem}" for problem in problems)) from None
    return _located(demo, file)


def demo_table() -> str:
    """The keys of `demo.toml` as a Markdown table, for docs/architecture.md."""
    lines = ["| key | default | what it is |", "|---|---|---|"]
    lines += [f"| `{key}` | {default} | {what} |" for key, default, what in _keys(Demo)]
    return "\n".join(lines)


def _keys(model: type[BaseModel], prefix: str = "") -> Iterator[tuple[str, str, str]]:
    for name, field in model.model_fields.items():
        kinds = [field.annotation, *get_args(field.annotation)]
        part = next((k for k in kinds if isinstance(k, type) and issubclass(k, _Part)), None)
        if part is not None:
            mark = "[]" if part is not field.annotation else ""
            yield from _keys(part, f"{prefix}{name}{mark}.")
            continue
        shown = f"`{field.default}`" if isinstance(field.default, str) and field.default else ""
        yield prefix + name, "required" if field.is_required() else shown, field.description or ""


def _located(demo: Demo, file: Path) -> Demo:
    """The demo with absolute paths, all of which lead somewhere."""
    folder = file.parent
    found: dict[str, Path | None] = {}
    paths = {
        "policy": demo.policy, "static": demo.static, "tables.migrations": demo.tables.migrations,
    }  # fmt: skip
    for key, path in paths.items():
        found[key] = None if path is None else (folder / path).resolve()
        if path is not None and not (folder / path).exists():
            raise DemoError(f"{file}: {key}: {folder / path} does not exist; correct the path.")
    tables = demo.tables.model_copy(update={"migrations": found.pop("tables.migrations")})
    demo = demo.model_copy(update=found | {"tables": tables})
    demo._file = file
    return demo


def _explain(location: Iterable[int | str], kind: str, message: str) -> str:
    key = ""
    for step in location:
        key += f"[{step}]" if isinstance(step, int) else f".{step}" if key else step
    if not key:
        return f"{message.removeprefix('Value error, ')}."
    if kind == "missing":
        return f"{key} is missing; add it. {_help(location)}".rstrip()
    if kind == "extra_forbidden":
        return f"{key} is not a key that is known; remove it, or correct its name."
    return f"{key} cannot be used: {message}. {_help(location)}".rstrip()


def _help(location: Iterable[int | str]) -> str:
    names = ".".join(f"{step}" for step in location if isinstance(step, str))
    return next((what for key, _, what in _keys(Demo) if key.replace("[]", "") == names), "")
