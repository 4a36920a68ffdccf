"""Reads and checks `demo.toml` and the manifests of its scenarios; no other module reads them."""

import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from app.demo.model import Demo, DemoError
from app.demo.parts import Part
from app.demo.scenarios import MANIFEST, Scenario
from app.demo.tour_files import read_tours
from app.settings.table import Settings

ROOT = Path(__file__).parents[2]
"""Where a relative `DEMO_FILE` starts."""

TOURS = "the folder that `tours` names needs it"

P = TypeVar("P", bound=Part)


def load_demo(
    path: str | Path = "demo.toml", scale: float | None = None, scenarios: str = "all"
) -> Demo:
    """Read and check a demo's file and its scenarios; paths in it start at its folder.

    `scale` takes the place of the file's own. `scenarios` are the names of those to offer, by
    comma, or `all` or `none` of them.

    Raises:
        DemoError: a file, a key, or what it points at is missing or wrong.
    """
    file = ROOT / path
    values = _read(file, "DEMO_FILE must name a demo's file")
    given = values if scale is None else values | {"scale": scale}
    demo = _located(_checked(Demo, given, file), file)
    demo._scenarios = _chosen(_read_scenarios(demo), scenarios)
    demo._tours = read_tours(demo, lambda model, file: _checked(model, _read(file, TOURS), file))
    return demo


def demo_of(settings: Settings) -> Demo:
    """Read the demo that the settings name.

    Raises:
        DemoError: a file, a key, or what it points at is missing or wrong.
    """
    return load_demo(settings.demo_file, settings.demo_scale, settings.demo_scenarios)


def _read(file: Path, remedy: str) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise DemoError(f"{file} does not exist: {remedy}.") from None
    except OSError as error:
        raise DemoError(f"{file} cannot be read: {error.strerror}.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise DemoError(f"{file} is not TOML: {error}. Correct it there.") from None


def _checked(model: type[P], values: dict[str, Any], file: Path) -> P:
    try:
        return model.model_validate(values)
    except ValidationError as error:
        problems = (_explain(model, item) for item in error.errors())
        raise DemoError("\n".join(f"{file}: {problem}" for problem in problems)) from None


def _read_scenarios(demo: Demo) -> tuple[Scenario, ...]:
    """Read every folder with a manifest.

    Raises:
        DemoError: a manifest is wrong, or offered for an account type that the demo does not have.
    """
    if demo.scenarios is None:
        return ()
    found = []
    for file in sorted(demo.scenarios.glob(f"*/{MANIFEST}")):
        own = {"name": file.parent.name, "folder": file.parent}
        scenario = _checked(Scenario, _read(file, "a scenario needs it") | own, file)
        unknown = sorted(set(scenario.account_types) - set(demo.account_types))
        if unknown:
            known = ", ".join(demo.account_types)
            message = f"account_types: the demo has {known}, not {unknown[0]}; correct it"
            raise DemoError(f"{file}: {message}.")
        found.append(scenario)
    return tuple(found)


def _chosen(scenarios: tuple[Scenario, ...], wanted: str) -> tuple[Scenario, ...]:
    names = {"all": [one.name for one in scenarios], "none": []}.get(
        wanted, [name.strip() for name in wanted.split(",")]
    )
    unknown = sorted(set(names) - {one.name for one in scenarios})
    if unknown:
        known = ", ".join(one.name for one in scenarios) or "none"
        raise DemoError(f"DEMO_SCENARIOS: there is no scenario {unknown[0]!r}; there are: {known}.")
    return tuple(one for one in scenarios if one.name in names)


def demo_table() -> str:
    """The keys of `demo.toml` as a Markdown table, for docs/architecture.md."""
    lines = ["| key | default | what it is |", "|---|---|---|"]
    lines += [f"| `{key}` | {default} | {what} |" for key, default, what in _keys(Demo)]
    return "\n".join(lines)


def _keys(model: type[BaseModel], prefix: str = "") -> Iterator[tuple[str, str, str]]:
    for name, field in model.model_fields.items():
        kinds = [field.annotation, *get_args(field.annotation)]
        part = next((k for k in kinds if isinstance(k, type) and issubclass(k, Part)), None)
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
        "policy": demo.policy, "static": demo.static, "scenarios": demo.scenarios,
        "events": demo.events,
        "tours": demo.tours, "translations": demo.translations,
        "tables.migrations": demo.tables.migrations,
    }  # fmt: skip
    for key, path in paths.items():
        found[key] = None if path is None else (folder / path).resolve()
        if path is not None and not (folder / path).exists():
            raise DemoError(f"{file}: {key}: {folder / path} does not exist; correct the path.")
    tables = demo.tables.model_copy(update={"migrations": found.pop("tables.migrations")})
    demo = demo.model_copy(update=found | {"tables": tables})
    demo._file = file
    return demo


def _explain(model: type[BaseModel], item: ErrorDetails) -> str:
    location, message = item["loc"], item["msg"]
    key = ""
    for step in location:
        key += f"[{step}]" if isinstance(step, int) else f".{step}" if key else step
    if not key:
        return f"{message.removeprefix('Value error, ')}."
    if item["type"] == "missing":
        return f"{key} is missing; add it. {_help(model, location)}".rstrip()
    if item["type"] == "extra_forbidden":
        return f"{key} is not a key that is known; remove it, or correct its name."
    return f"{key} cannot be used: {message}. {_help(model, location)}".rstrip()


def _help(model: type[BaseModel], location: Iterable[int | str]) -> str:
    names = ".".join(f"{step}" for step in location if isinstance(step, str))
    return next((what for key, _, what in _keys(model) if key.replace("[]", "") == names), "")
