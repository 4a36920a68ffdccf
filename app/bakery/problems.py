"""What is wrong with a request, gathered field by field before it is refused."""

from app.errors import InvalidRequest


class Problems:
    """The sentences that a body is refused with, by the field that each is about."""

    def __init__(self) -> None:
        self._found: dict[str, list[str]] = {}

    def add(self, field: str, sentence: str) -> None:
        """Note what is wrong with a field."""
        self._found.setdefault(field, []).append(sentence)

    def __contains__(self, field: str) -> bool:
        return field in self._found

    def ensure_none(self) -> None:
        """Refuse the request if anything was noted.

        Raises:
            InvalidRequest: something was; the first sentence is its detail.
        """
        if self._found:
            first = next(iter(self._found.values()))[0]
            raise InvalidRequest(first, errors={"json": self._found})


def refused(field: str, sentence: str) -> InvalidRequest:
    """Return the refusal of one field."""
    return InvalidRequest(sentence, errors={"json": {field: [sentence]}})
