"""Events as JSON, as a timeline keeps them."""

from collections.abc import Iterable, Mapping
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
