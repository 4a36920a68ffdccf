"""What a visitor may say of themselves: it takes the place of the bakery's own names."""

import re
from typing import Annotated, Any

from pydantic import AfterValidator, Field

from app.validation import Request, Text, own_error


def _color(value: str) -> str:
    if not re.fullmatch("#[0-9a-fA-F]{6}", value):
        raise own_error("color", "Debe ser un color como «#8a4b1f».")
    return value


Words = Annotated[Text, Field(min_length=1, max_length=60)]


class Personal(Request):
    """Fields of `POST /api/demo/session/create`; they go with the session."""

    bakery_name: Words | None = Field(
        default=None, description="El nombre de tu panadería, para verlo en la demo."
    )
    city: Words | None = Field(default=None, description="La ciudad de tu panadería.")
    logo_color: Annotated[Text, AfterValidator(_color)] | None = Field(
        default=None, description="El color de tu marca, como «#8a4b1f»."
    )
    visitor_name: Words | None = Field(default=None, description="Cómo te llamas.")


def made_personal(business: dict[str, Any], said: dict[str, str]) -> dict[str, Any]:
    """A bakery's profile with its locations, under the names that the visitor gave."""
    name, city = said.get("bakery_name"), said.get("city")
    own = {key: value for key, value in (("name", name), ("city", city)) if value}
    places = []
    for place in business["locations"]:
        named_alike = name is not None and place["name"] == business["name"]
        changes = {"name": name} if named_alike else {}
        places.append(place | changes | ({"city": city} if city else {}))
    extras = {"logo_color": said.get("logo_color"), "visitor_name": said.get("visitor_name")}
    return business | own | extras | {"locations": places}
