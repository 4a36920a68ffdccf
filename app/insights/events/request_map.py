"""Which requests are which events: a demo's file says it, by routes."""

import re
import tomllib
from functools import cache
from pathlib import Path
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict, Field

from app.insights.events.kinds import KINDS, is_page
from app.settings.error import ConfigurationError

_ARGUMENT = re.compile(r"<[^>]*>")


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    path: str = Field(pattern=r"^/[A-Za-z0-9_.*/-]*$")

    def matches(self, page: str) -> bool:
        """Return True if a page's address is the pattern's."""
        return _expression(self.path).fullmatch(page) is not None


class _Module(_Part):
    module: str = Field(pattern=r"^([a-z0-9][a-z0-9_.:-]{0,40})?$")
    """Empty: its pages are not counted."""


class _Write(_Part):
    methods: str
    kind: str = Field(pattern=f"^({'|'.join(KINDS)})$")


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")

    writes: tuple[_Write, ...] = ()
    modules: tuple[_Module, ...] = ()


class Step(NamedTuple):
    """What a request is: the kind of its event, the module, and the page without ids."""

    kind: str
    module: str
    page: str


class RequestMap:
    """Finds the event of a request by its method and route, and remembers it."""

    def __init__(self, file: _File) -> None:
        self._file = file
        self._known: dict[tuple[str, str], Step | None] = {}

    @classmethod
    def from_file(cls, path: Path | None) -> "RequestMap":
        """Read a demo's file; without one no request is an event.

        Raises:
            ConfigurationError: it cannot be read or is wrong; the message names it.
        """
        try:
            given = {} if path is None else tomllib.loads(path.read_text(encoding="utf-8"))
            return cls(_File.model_validate(given))
        except (OSError, ValueError) as error:
            raise ConfigurationError(f"{path} cannot be used: {error}; correct it.") from None

    def find(self, method: str, route: str) -> Step | None:
        """Return what a request with this method, to a route of the application, is."""
        key = (method, route)
        if key not in self._known:  # as many as there are routes
            self._known[key] = self._find(method, _ARGUMENT.sub("*", route))
        return self._known[key]

    def _find(self, method: str, page: str) -> Step | None:
        address = page.rstrip("/") or "/"
        if method in ("HEAD", "OPTIONS") or not is_page(address):
            return None
        module = next((one.module for one in self._file.modules if one.matches(address)), "")
        if not module:
            return None
        if method == "GET":
            return Step("opened_module", module, address)
        written = (
            one.kind
            for one in self._file.writes
            if method in one.methods.split() and one.matches(address)
        )
        return Step(next(written, "acted"), module, address)


@cache
def _expression(pattern: str) -> "re.Pattern[str]":
    if pattern.endswith("/**"):
        rest = "(/.*)?"
        pattern = pattern.removesuffix("/**")
    else:
        rest = ""
    parts = (re.escape(part).replace(r"\*", "[^/]+") for part in pattern.split("/"))
    return re.compile("/".join(parts) + rest)
