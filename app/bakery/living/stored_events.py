"""Events as JSON, as a timeline keeps them."""

from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass, replace
from datetime import date, datetime, timedelta
from typing import Annotated, Any

from pydantic import Field, TypeAdapter

from app.bakery.living.events import Event

_ADAPTER: TypeAdapter[Event] = TypeAdapter(Annotated[Event, Field(discriminator="kind")])


def dump_events(events: Iterable[Event]) -> list[dict[str, Any]]:
    """Return events as values that JSON can express."""
    return [_ADAPTER.dump_python(event, mode="json") for event in events]


def load_event(value: Mapping[str, Any]) -> Event:
    """Return the event of such a value.

    Raises:
        pydantic.ValidationError: it is none.
    """
    return _ADAPTER.validate_python(value)


def move_event(value: Mapping[str, Any], days: int, by: timedelta) -> dict[str, Any]:
    """Return such a value with its dates `days` later, and its moments later by `by`."""
    moved: dict[str, Any] = _ADAPTER.dump_python(_moved(load_event(value), days, by), mode="json")
    return moved


def _moved(value: Any, days: int, by: timedelta) -> Any:
    if isinstance(value, datetime):
        return value + by
    if isinstance(value, date):
        return value + timedelta(days)
    if isinstance(value, tuple):
        return tuple(_moved(part, days, by) for part in value)
    if is_dataclass(value) and not isinstance(value, type):
        parts = {one.name: _moved(getattr(value, one.name), days, by) for one in fields(value)}
        return replace(value, **parts)
    return value
