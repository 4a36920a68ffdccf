"""What a demo may not do, in the words of its policy: pages say it before it is tried."""

import tomllib
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from app.control.services import current_services
from app.language.texts import _


def refusal(what: str) -> str:
    """Return the sentence of a rule that refuses, named by its methods and path.

    Raises:
        KeyError: no rule is named so; a template that does is wrong.
    """
    sentences = _read(current_services().demo.policy)
    if what not in sentences:
        raise KeyError(f"no rule refuses {what!r}; those that do: {', '.join(sentences)}")
    return _(sentences[what])


@lru_cache(maxsize=4)
def _read(file: Path) -> Mapping[str, str]:
    rules = tomllib.loads(file.read_text(encoding="utf-8"))["rules"]
    return {f"{row['methods']} {row['path']}": row["message"] for row in rules if "message" in row}
