"""What the tables of a demo's files have in common."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Sentence = Annotated[str, Field(min_length=1)]


class Part(BaseModel):
    """A table of a file: a key that it does not know is refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")
