"""Reads and checks the tours of a demo: those of its account types, and those of its scenarios."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, TypeVar

from pydantic import Field

from app.demo.model import Demo, DemoError
from app.demo.parts import Part
from app.demo.tours import DEEDS, NO_TOURS, OF_SCENARIO, Deed, Tour, Tours

P = TypeVar("P", bound=Part)
Read = Callable[[type[Any], Path], Any]
"""Reads a file as a part of a demo, or raises `DemoError`."""


class DeedsFile(Part):
    """The file of deeds: a table for each."""

    deeds: dict[str, Deed] = Field(default={})


def read_tours(demo: Demo, read: Read) -> Tours:
    """Read the tours of a demo, by the key of the template that each is for.

    Raises:
        DemoError: a file is wrong: a deed or an account type is not known, a name is there twice.
    """
    if demo.tours is None:
        return NO_TOURS
    deeds: dict[str, Deed] = read(DeedsFile, demo.tours / DEEDS).deeds
    found = {}
    for key, file in _files(demo, demo.tours):
        if file.exists():
            found[key] = _checked(read(Tour, file), file, deeds, demo.account_types)
    return Tours(deeds, found)


def _files(demo: Demo, folder: Path) -> Iterator[tuple[str, Path]]:
    for template in demo.templates:
        own = folder / f"{template.account.account_type}.toml"
        place = None if template.scenario is None else template.scenario.folder
        yield template.key, own if place is None else place / OF_SCENARIO


def _checked(tour: Tour, file: Path, deeds: Iterable[str], account_types: Iterable[str]) -> Tour:
    names = [step.name for step in tour.steps]
    twice = [name for name in names if names.count(name) > 1]
    if twice:
        raise DemoError(f"{file}: steps: {twice[0]!r} is there twice; each needs its own name.")
    for step in tour.steps:
        if step.deed is not None and step.deed not in deeds:
            known = ", ".join(deeds)
            raise DemoError(f"{file}: {step.name}: no deed {step.deed!r}; there are: {known}.")
        unknown = set(step.account_types) - set(account_types)
        if unknown:
            raise DemoError(f"{file}: {step.name}: no account type {min(unknown)!r}; correct it.")
    return tour
