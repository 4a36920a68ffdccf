"""What an operator says of a link that is to be made. Its choices are those of `CreateIn`."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from app.control.sessions.schemas import CreateIn
from app.errors import AppError
from app.insights.links.service import LONGEST_MINUTES, Wanted
from app.validation import Text


class LinkIn(BaseModel):
    """A link's own fields. Messages are in English: only operators read them."""

    model_config = ConfigDict(frozen=True)

    title: Annotated[Text, Field(min_length=1, max_length=100)]
    minutes: Annotated[float, Field(ge=1, le=LONGEST_MINUTES)] | None = None
    language: Annotated[Text, Field(pattern="^[a-z]{2}$")] | None = None
    greeting: Annotated[Text, Field(max_length=500)] = ""
    days: Annotated[float, Field(gt=0, le=366)] | None = None
    max_uses: Annotated[int, Field(ge=1, le=1_000_000)] | None = None

    @field_validator("minutes", "language", "days", "max_uses", mode="before")
    @classmethod
    def _may_be_empty(cls, value: Any) -> Any:
        return None if value == "" else value


def wanted_link(fields: dict[str, Any], choice: dict[str, Any]) -> Wanted:
    """Return the link that is asked for.

    Raises:
        ValidationError: a field is wrong, or the demo does not have what was chosen.
    """
    own = LinkIn.model_validate(fields)
    asked = CreateIn.model_validate({name: value for name, value in choice.items() if value})
    return Wanted(
        title=own.title,
        account_type=asked.demo_account_type,
        choices=asked.choices(minutes=own.minutes),
        language=own.language,
        greeting=own.greeting,
        days=own.days,
        max_uses=own.max_uses,
    )


def sentences_of(error: ValidationError | AppError) -> list[str]:
    """Return what is wrong with a link that was asked for."""
    if isinstance(error, AppError):
        return [error.detail]
    places = ((item["loc"][0] if item["loc"] else "form", item["msg"]) for item in error.errors())
    return [f"{place}: {sentence}" for place, sentence in places]
