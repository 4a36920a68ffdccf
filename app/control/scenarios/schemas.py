"""What an operator says of a scenario. Messages are in English: only operators read them."""

from collections.abc import Mapping
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from app.demo.scenarios import LONGEST_NAME, NAME
from app.errors import InvalidRequest
from app.validation import Text

PRINTED = r"^[^\x00-\x1f\x7f]+$"
"""One line."""

Line = Annotated[Text, Field(min_length=1, max_length=80, pattern=PRINTED)]


class ScenarioTexts(BaseModel):
    """What visitors read of it, in Spanish."""

    model_config = ConfigDict(frozen=True)

    title: Annotated[Text, Field(min_length=1, max_length=40, pattern=PRINTED)]
    description: Annotated[Text, Field(min_length=1, max_length=200, pattern=PRINTED)]
    look_at: Annotated[tuple[Line, ...], Field(max_length=5)] = ()

    @field_validator("look_at", mode="before")
    @classmethod
    def _of_lines(cls, value: Any) -> Any:
        """Take a text with a line for each, as a form has it."""
        if not isinstance(value, str):
            return value
        return [line for line in value.splitlines() if line.strip()]

    @classmethod
    def read(cls, given: Mapping[str, Any]) -> Self:
        """Validate what was given.

        Raises:
            InvalidRequest: something is wrong; a sentence for each field.
        """
        try:
            return cls.model_validate(dict(given))
        except ValidationError as error:
            raise InvalidRequest(" ".join(_sentences(error)), code="scenario_invalid") from None


class ScenarioIn(ScenarioTexts):
    """A scenario that is to be saved."""

    name: Annotated[Text, Field(pattern=NAME, max_length=LONGEST_NAME)]


def _sentences(error: ValidationError) -> list[str]:
    known = {
        "name": f"Name: a-z, 0-9 and single _, beginning with a letter, up to {LONGEST_NAME} long.",
        "title": "Title: one line of 1 to 40 characters.",
        "description": "Sentence: one line of 1 to 200 characters.",
        "look_at": "What to look at: up to five lines of up to 80 characters.",
    }
    places = dict.fromkeys(str(item["loc"][0]) for item in error.errors())
    return [known.get(place, place) for place in places]
